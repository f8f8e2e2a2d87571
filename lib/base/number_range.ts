/** The range of a number or of a duration that somebody writes, and the words for it. PURE. */
import { grouped } from "./counted.ts";
import { formatDuration } from "./duration.ts";

/** Both ends are in it. Those of durations are in milliseconds. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
}

/** Whether a number is in a range. NaN never is. */
export function isInRange({ least, most }: NumberRange, value: number): boolean {
  return value >= least && value <= most;
}

/** `a whole number from 1 to 1,440`. */
export function wholeNumberIn({ least, most }: NumberRange): string {
  return `a whole number from ${grouped(least)} to ${grouped(most)}`;
}

/** `a duration from 1ms to 31d`. */
export function durationIn({ least, most }: NumberRange): string {
  return `a duration from ${formatDuration(least)} to ${formatDuration(most)}`;
}
