/** The life of a tree as its journal has it: entries with their times from its beginning. PURE. */
import type { Entry, JournalEntry } from "../../supervision/journal_entry.ts";
import type { TimedEntry } from "../trace.ts";

/** See the module. */
export interface RecordedLife {
  /** The date of its first entry, in milliseconds since 1970. */
  readonly date: number;
  readonly entries: readonly TimedEntry[];
}

/** Entries of one millisecond came one after the other; no millisecond has a thousand. */
const TICK_MS = 0.001;

/** The lives that a journal tells of, the oldest first: each counts its entries from 1. */
export function livesOf(entries: readonly JournalEntry[]): readonly (readonly JournalEntry[])[] {
  const lives: JournalEntry[][] = [];
  let last = Infinity;
  for (const entry of entries) {
    if (entry.seq <= last) lives.push([]);
    lives.at(-1)!.push(entry);
    last = entry.seq;
  }
  return lives;
}

/** The entries of one life. A clock that is put back makes none earlier than the one before it. */
export function recordedLife(entries: readonly JournalEntry[]): RecordedLife {
  const date = Date.parse(entries[0]!.at);
  let last = -Infinity;
  return {
    date,
    entries: entries.map(({ at, seq, path, event, cause, ...data }) => {
      const ms = Date.parse(at) - date;
      last = ms > last ? ms : last + TICK_MS;
      return { atMs: last, seq, node: path, event, cause, data } as Entry as TimedEntry;
    }),
  };
}
