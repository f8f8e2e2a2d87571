import type { NodeId } from "../../config/plan.ts";
import {
  anything,
  count,
  decodeJsonOrNull,
  dictionary,
  type JsonLimits,
  nullable,
  object,
  type Shape,
  text,
} from "../../base/shape.ts";
import type { EntryEvent } from "../../supervision/journal_entry.ts";
import type { Files } from "../../host/ports/files.ts";
import type { JournalEntry } from "./journal.ts";
import { rotatedFilesOf } from "../logs/rotated_files.ts";
import { journalFileOf } from "../state_folder.ts";

/** All journal entries that are kept, the oldest first; null if there is no journal. */
export function readJournal(files: Files, folder: string): readonly JournalEntry[] | null {
  const names = rotatedFilesOf(files, journalFileOf(folder)).filter((file) => files.exists(file));
  if (names.length === 0) return null;
  const lines = names.flatMap((name) => (files.readOwn(name) ?? "").split("\n"));
  return lines.map(parseEntry).filter((entry) => entry !== null);
}

/** A line that is cut, or not ours, tells nothing. */
function parseEntry(line: string): JournalEntry | null {
  if (!line.startsWith("{") || !line.endsWith("}")) return null;
  const entry = decodeJsonOrNull(ENTRY, line, LINE_LIMITS);
  return entry !== null && hasItsReason(entry) ? entry : null;
}

/** The longest reason, with the report of a crash, is far shorter. */
const LINE_LIMITS: JsonLimits = { maxChars: 16 * 1_024 * 1_024, maxDepth: 64 };

const FIXED = object<Pick<JournalEntry, "at" | "seq" | "path" | "event" | "cause">>({
  at: text,
  seq: count,
  path: text as Shape<NodeId>,
  // Another version of this program may know of more events.
  event: text as Shape<EntryEvent>,
  cause: nullable(count),
});

/** The fields that every entry has are looked at; what else one has is shown as it is. */
const ENTRY: Shape<JournalEntry> = (value, at) =>
  ({ ...dictionary(anything)(value, at), ...FIXED(value, at) }) as JournalEntry;

/** Versions before had it as text alone. */
function hasItsReason(entry: Partial<JournalEntry>): boolean {
  const hasReason = entry.event === "failed" || entry.event === "timed_out" || entry.event === "refused";
  return !hasReason || typeof entry.why === "object";
}
