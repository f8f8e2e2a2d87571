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
  try {
    const entry = JSON.parse(line) as Partial<JournalEntry>;
    return typeof entry.seq === "number" && hasItsReason(entry) ? entry as JournalEntry : null;
  } catch {
    return null;
  }
}

/** Versions before had it as text alone. */
function hasItsReason(entry: Partial<JournalEntry>): boolean {
  const hasReason = entry.event === "failed" || entry.event === "timed_out" || entry.event === "refused";
  return !hasReason || typeof entry.why === "object";
}
