import type { JournalEntry } from "../supervision/journal_entry.ts";
import type { TimedEntry } from "../simulation/trace.ts";

/** An entry of a trace as one of the journal. @param date The date at the beginning, in milliseconds since 1970. */
export function journalEntryOf({ atMs, node, data, ...entry }: TimedEntry, date: number): JournalEntry {
  return { at: new Date(date + atMs).toISOString(), ...entry, path: node, ...data } as JournalEntry;
}
