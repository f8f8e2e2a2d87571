/** Numbers of things in messages. */

/** `2,352`: a number as people read it. */
export function grouped(count: number): string {
  return count.toLocaleString("en");
}

/** `1 process`, `2,352 processes`. @param plural The noun for any number but one. @default With an `s` behind it */
export function counted(count: number, noun: string, plural: string = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}

/** `1 process`, `2,352 processes`. */
export function countedProcesses(count: number): string {
  return counted(count, "process", "processes");
}
