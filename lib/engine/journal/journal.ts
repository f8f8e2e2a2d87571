import type { Entry, JournalEntry } from "../../supervision/journal_entry.ts";

export type { JournalEntry, JournalEntryOf } from "../../supervision/journal_entry.ts";

/** Makes an entry of the core one for the outside. */
export function journalEntry({ seq, node, event, cause, data }: Entry, wallClockMs: number): JournalEntry {
  return { at: new Date(wallClockMs).toISOString(), seq, path: node, event, cause, ...data } as JournalEntry;
}
