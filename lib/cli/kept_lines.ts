/** Lines that a tree has kept, in batches that are worth a write each. */
import type { Files } from "../host/ports/files.ts";
import type { LogLine } from "../engine/logs/log_format.ts";
import { type LogQuery, readBatches } from "../engine/logs/log_reader.ts";

/** How many lines are worth a write. */
export const LINES_AT_ONCE = 2_000;

/** Hands the wanted lines to `take`, the oldest first, until it gives false; returns how many are actors' own. */
export async function eachKept(
  files: Files,
  folder: string,
  query: LogQuery,
  take: (lines: readonly LogLine[]) => Promise<boolean>,
): Promise<number> {
  let count = 0;
  for await (const lines of readBatches(files, folder, query)) {
    count += lines.filter(({ stream }) => stream !== "supervise").length;
    for (let at = 0; at < lines.length; at += LINES_AT_ONCE) {
      if (!await take(lines.slice(at, at + LINES_AT_ONCE))) return count;
    }
  }
  return count;
}
