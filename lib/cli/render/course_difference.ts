/** Where the course of a tree as it is computed parts from the one that its journal has, for people. */
import { counted } from "../../base/counted.ts";
import { formatDuration } from "../../base/duration.ts";
import { type CourseDifference, timeOf } from "../../simulation/recorded/same_course.ts";
import type { Recording } from "../../simulation/recorded/recording.ts";
import type { TimedEntry } from "../../simulation/trace.ts";
import { journalEntryOf } from "../../words/journal_entry_of.ts";
import { describeEntry } from "./entry.ts";
import type { Painter } from "./paint.ts";

/** How many entries before a difference are shown. */
const BEFORE = 5;

/** The entries that led up to a difference, and those that differ: `-` is in the journal alone, `+` is computed. */
export function describeDifference(
  { entries, date }: Recording,
  difference: CourseDifference,
  paint: Painter,
): readonly string[] {
  const line = (mark: string, entry: TimedEntry) =>
    `${mark} ${formatDuration(Math.round(entry.atMs)).padStart(9)} ${String(entry.seq).padStart(4)} ` +
    describeEntry(journalEntryOf(entry, date), paint);
  const fromMs = timeOf(difference);
  const before = entries.filter(({ atMs }) => atMs < fromMs).slice(-BEFORE).map((entry) => line(" ", entry));
  switch (difference.kind) {
    case "missing":
      return [
        ...before,
        line("-", difference.recorded),
        ...maybe(difference.instead).map((entry) => line("+", entry)),
      ];
    case "extra":
      return [...before, line("+", difference.computed)];
    case "other":
      return [...before, line("-", difference.recorded), line("+", difference.computed)];
    case "order":
      return [...before, line("-", difference.before), line("+", difference.recorded)];
  }
}

/** The result in a sentence. */
export function describeEndOfReplay(recording: Recording, difference: CourseDifference | null): string {
  const { entries, end } = recording;
  const rest = end === null
    ? ""
    : end.why === "planned"
    ? `; after ${lasting(end.entry)} another plan was applied, and no more is computed`
    : `; after ${lasting(end.entry)} a crash was held, and no more is computed`;
  if (difference === null) {
    return `the course is the same: ${counted(entries.length, "entry", "entries")}${rest}`;
  }
  return `after ${formatDuration(Math.round(timeOf(difference)))} the course differs: ${saying(difference)}`;
}

function saying(difference: CourseDifference): string {
  switch (difference.kind) {
    case "missing":
      return difference.instead === null
        ? "an entry of the journal does not come"
        : "another entry comes in the place of one of the journal";
    case "extra":
      return "an entry comes that is not in the journal";
    case "other":
      return difference.field === "cause"
        ? "an entry comes for another cause"
        : difference.field === "time"
        ? "an entry comes at another time"
        : `an entry has another \`${difference.field}\``;
    case "order":
      return "two entries come in another order";
  }
}

function maybe<T>(value: T | null): readonly T[] {
  return value === null ? [] : [value];
}

function lasting({ atMs }: TimedEntry): string {
  return formatDuration(Math.round(atMs));
}
