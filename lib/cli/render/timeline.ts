/** The course of a tree as `events` shows it, with times from its beginning. */
import { grouped } from "../../base/counted.ts";
import { formatDuration } from "../../base/duration.ts";
import type { TimedEntry } from "../../simulation/trace.ts";
import { journalEntryOf } from "../../words/journal_entry_of.ts";
import { describeEntry, entryDetails } from "./entry.ts";
import type { Painter } from "./paint.ts";

/** How many entries are shown at the beginning, and as many at the end, unless all are wanted. */
const SHOWN = 40;

/** Where a timeline begins, and whether all of it is shown. */
export interface TimelineOptions {
  /** The date of its beginning, in milliseconds since 1970. */
  readonly date: number;
  readonly isWhole: boolean;
  /** Lines about something that no entry tells, each before the first entry that is later. */
  readonly marks?: readonly { readonly atMs: number; readonly text: string }[];
}

/** See the module. A line an entry. */
export function renderTimeline(
  entries: readonly TimedEntry[],
  { date, isWhole, marks = [] }: TimelineOptions,
  paint: Painter,
): string {
  const width = entries.reduce((width, { atMs }) => Math.max(width, formatDuration(atMs).length), 0);
  const lines = [
    ...entries.map((entry) => ({ atMs: entry.atMs, text: () => timelineLine(entry, date, width, paint) })),
    ...marks.map(({ atMs, text }) => ({
      atMs,
      text: () => `${paint.dim(formatDuration(atMs).padStart(width))}    - ${paint.yellow(text)}`,
    })),
  ].toSorted((a, b) => a.atMs - b.atMs);
  const left = isWhole ? 0 : Math.max(0, lines.length - 2 * SHOWN);
  if (left === 0) return lines.map(({ text }) => text()).join("\n");
  return [
    ...lines.slice(0, SHOWN).map(({ text }) => text()),
    paint.dim(`${" ".repeat(width)}      ... ${grouped(left)} more: -v shows all`),
    ...lines.slice(-SHOWN).map(({ text }) => text()),
  ].join("\n");
}

function timelineLine(timed: TimedEntry, date: number, width: number, paint: Painter): string {
  const entry = journalEntryOf(timed, date);
  const cause = entry.cause === null ? "" : paint.dim(` <- ${entry.cause}`);
  const at = paint.dim(formatDuration(timed.atMs).padStart(width));
  const head = `${at} ${String(entry.seq).padStart(4)} ${describeEntry(entry, paint)}${cause}`;
  return [head, ...entryDetails(entry).map(paint.dim)].join("\n");
}
