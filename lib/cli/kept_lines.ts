/** Lines that a tree has kept, in batches that are worth a write each. */
import type { Files } from "../host/ports/files.ts";
import type { LogLine } from "../engine/logs/log_format.ts";
import { type LogQuery, readLines } from "../engine/logs/log_reader.ts";

const LINES_AT_ONCE = 500;

/** Hands the wanted lines to `take`, the oldest first, until it gives false; returns how many are actors' own. */
export async function eachKept(
  files: Files,
  folder: string,
  query: LogQuery,
  take: (lines: readonly LogLine[]) => Promise<boolean>,
): Promise<number> {
  let batch: LogLine[] = [];
  let count = 0;
  for await (const line of readLines(files, folder, query)) {
    batch.push(line);
    if (line.stream !== "supervise") count += 1;
    if (batch.length < LINES_AT_ONCE) continue;
    if (!await take(batch)) return count;
    batch = [];
  }
  await take(batch);
  return count;
}
