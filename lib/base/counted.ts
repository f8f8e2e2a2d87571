/** Numbers of things in messages. */

/** Most numbers have no groups, and to load what knows of groups takes milliseconds. */
const FIRST_GROUPED = 1_000;

/** `2,352`: a number as people read it. */
export function grouped(count: number): string {
  return Number.isInteger(count) && Math.abs(count) < FIRST_GROUPED
    ? String(count)
    : count.toLocaleString("en");
}

/** `1 process`, `2,352 processes`. @param plural The noun for any number but one. @default With an `s` behind it */
export function counted(count: number, noun: string, plural: string = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}

/** `1 process`, `2,352 processes`. */
export function countedProcesses(count: number): string {
  return counted(count, "process", "processes");
}
