import type { Entry, EntryEvent } from "../../supervision/journal_entry.ts";

/** A journal entry as it is kept, sent and shown: one decision, when it was made and what led to it. */
export interface JournalEntry {
  /** ISO 8601. */
  readonly at: string;
  readonly seq: number;
  /** Address of the actor or tree; empty for the root. */
  readonly path: string;
  readonly event: EntryEvent;
  /** The `seq` of the entry that led to this one; null for what came from outside. */
  readonly cause: number | null;
  readonly [more: string]: unknown;
}

/** Makes an entry of the core one for the outside. */
export function journalEntry(entry: Entry, wallClockMs: number): JournalEntry {
  return {
    at: new Date(wallClockMs).toISOString(),
    seq: entry.seq,
    path: entry.node,
    event: entry.event,
    cause: entry.cause,
    ...entry.data,
  };
}
