/**
 * The lives of a tree in its journal. Each life counts its entries from 1, and the journal keeps several, the first of which
 * may have lost its begin to a rotation.
 */
import { ROOT } from "../config/plan.ts";
import type { JournalEntry } from "../supervision/journal_entry.ts";

/** One life of a tree, from `up` to its end. */
export interface Life {
  readonly entries: readonly JournalEntry[];
  /** How many entries of it are not in the journal, so far as their numbers tell. */
  readonly missing: number;
  /** Index of the entry with which the tree was started; null if the journal does not have it. */
  readonly startedAt: number | null;
  /** Whether it is over. */
  readonly isOver: boolean;
}

/** Splits a journal, the oldest life first. */
export function livesOf(entries: readonly JournalEntry[]): readonly Life[] {
  const lives: JournalEntry[][] = [];
  for (const entry of entries) {
    const life = lives.at(-1);
    if (life === undefined || entry.seq <= life.at(-1)!.seq) lives.push([entry]);
    else life.push(entry);
  }
  return lives.map(lifeOf);
}

function lifeOf(entries: readonly JournalEntry[]): Life {
  const first = entries.findIndex(({ path, event }) => path === ROOT && event === "started");
  return {
    entries,
    missing: entries.at(-1)!.seq - entries.length,
    startedAt: first < 0 ? null : first,
    isOver: entries.some(({ path, event }) => path === ROOT && isEnd(event)),
  };
}

/** Whether an event is the end of a node, until something starts it again. */
export function isEnd(event: JournalEntry["event"]): boolean {
  return event === "stopped" || event === "completed" || event === "failed";
}

/** When an entry was made, in milliseconds since 1970; NaN if that cannot be read. */
export function timeOf({ at }: Pick<JournalEntry, "at">): number {
  return Date.parse(at);
}
