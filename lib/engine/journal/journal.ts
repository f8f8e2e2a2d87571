import type { NodeId } from "../../config/plan.ts";
import type { Entry, EntryData, EntryEvent } from "../../supervision/journal_entry.ts";

/** A journal entry as it is kept and sent: one decision, when it was made and what led to it, and its own data. */
export type JournalEntry = { readonly [Event in EntryEvent]: JournalEntryOf<Event> }[EntryEvent];

/** A journal entry about one kind of event. */
export type JournalEntryOf<Event extends EntryEvent> =
  & {
    /** ISO 8601. */
    readonly at: string;
    readonly seq: number;
    /** Address of the actor or tree; empty for the root. */
    readonly path: NodeId;
    readonly event: Event;
    /** The `seq` of the entry that led to this one; null for what came from outside. */
    readonly cause: number | null;
  }
  & EntryData[Event];

/** Makes an entry of the core one for the outside. */
export function journalEntry({ seq, node, event, cause, data }: Entry, wallClockMs: number): JournalEntry {
  return { at: new Date(wallClockMs).toISOString(), seq, path: node, event, cause, ...data } as JournalEntry;
}
