import type { JournalEntry } from "../supervision/journal_entry.ts";
import { describeCrash } from "./describe_crash.ts";
import { describeReason } from "./describe_reason.ts";
import { describeHalt, describeRefusal } from "./describe_refusal.ts";

/** A journal entry with its `reason` as text, where it has one. */
export type WordedEntry = JournalEntry & { readonly reason?: string };

/** Says the reason of an entry in words, beside what it is made of. */
export function wordedEntry(entry: JournalEntry): WordedEntry {
  try {
    return worded(entry);
  } catch {
    // Another version has reasons that this one has no words for.
    return entry;
  }
}

function worded(entry: JournalEntry): WordedEntry {
  switch (entry.event) {
    case "failed":
    case "timed_out":
      return { ...entry, reason: describeReason(entry.why) };
    case "roll_halted":
      return { ...entry, reason: describeHalt(entry.why, entry.left) };
    case "refused":
      return { ...entry, reason: describeRefusal(entry.why) };
    case "held":
      return { ...entry, reason: describeCrash(entry) };
    default:
      return entry;
  }
}
