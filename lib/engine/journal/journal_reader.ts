import { decodeJsonOrNull, type JsonLimits } from "../../base/shape.ts";
import type { Files } from "../../host/ports/files.ts";
import { entryShape } from "./entry_shape.ts";
import type { JournalEntry } from "./journal.ts";
import { journalFileOf } from "../state_folder.ts";

/** A journal as it is kept. */
export interface KeptJournal {
  /** The oldest first. */
  readonly entries: readonly JournalEntry[];
  /** How many of its lines are cut, or no entries. */
  readonly unread: number;
}

/** All journal entries that are kept, the oldest first; null if there is no journal. */
export function readJournal(files: Files, folder: string): readonly JournalEntry[] | null {
  return readKeptJournal(files, folder)?.entries ?? null;
}

/**
 * The journal of a tree; null if there is none. A rotation that happens meanwhile hides no entry and doubles none: the files
 * are read from the newest to the oldest, so that one which moves shows a second time.
 */
export function readKeptJournal(files: Files, folder: string): KeptJournal | null {
  const current = journalFileOf(folder);
  const texts: string[] = [];
  // Between two renames of a rotation one number is missing for a moment, or the current file is.
  for (let number = 0, missing = 0; missing < 2; number++) {
    const file = number === 0 ? current : `${current}.${number}`;
    const isThere = files.exists(file);
    missing = isThere ? 0 : missing + 1;
    const text = isThere ? files.readOwn(file) : null;
    if (text !== null && !isGrown(texts.at(-1), text)) texts.push(text);
  }
  if (texts.length === 0) return null;
  const lines = texts.toReversed().flatMap((text) => text.split("\n")).filter((line) => line !== "");
  const entries = lines.map(parseEntry).filter((entry) => entry !== null);
  return { entries, unread: lines.length - entries.length };
}

/** Whether a text is that of the file before, which has moved on and may have grown before it did. */
function isGrown(before: string | undefined, text: string): boolean {
  return before !== undefined && before !== "" && text.startsWith(before);
}

/** All entries of the present life of a tree, or its last one. */
export function lastLifeIn(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  return entriesBetween(entries, 0, Infinity);
}

/**
 * The entries of the present life of a tree, or its last one, by their numbers: each life counts from 1.
 *
 * @param after Those with higher numbers.
 * @param upTo Those up to this one.
 */
export function entriesBetween(
  entries: readonly JournalEntry[],
  after: number,
  upTo: number,
): readonly JournalEntry[] {
  let begin = entries.length;
  while (begin > 0 && (begin === entries.length || entries[begin - 1]!.seq < entries[begin]!.seq)) begin -= 1;
  return entries.slice(begin).filter(({ seq }) => seq > after && seq <= upTo);
}

/** A line that is cut, or not ours, tells nothing. */
function parseEntry(line: string): JournalEntry | null {
  if (!line.startsWith("{") || !line.endsWith("}")) return null;
  return decodeJsonOrNull(entryShape, line, LINE_LIMITS);
}

/** The longest reason, with the report of a crash, is far shorter. */
const LINE_LIMITS: JsonLimits = { maxChars: 16 * 1_024 * 1_024, maxDepth: 64 };
