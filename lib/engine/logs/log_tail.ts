/** The last words of an actor, as they are told beside the reason of its end. */
import type { Masker } from "../../config/mask.ts";
import type { Files } from "../../host/ports/files.ts";
import type { LogLine } from "./log_format.ts";
import { readLastLines } from "./log_reader.ts";

/** How many lines are told of an actor that has failed. */
export const TAIL_LINES = 10;

/** How much of a line is told: it is to say why, and the log has the rest. */
const MOST_CHARS = 1_000;

/** Which lines are wanted. */
export interface TailQuery {
  /** Address of the actor. */
  readonly path: string;
  readonly count: number;
  /** Keeps secrets out: what is told beside an error is read by more people than a log. */
  readonly mask: Masker["text"];
}

/** The last lines of a log, the oldest first; none if there is no log. */
export async function readTail(
  files: Files,
  folder: string,
  { path, count, mask }: TailQuery,
): Promise<readonly LogLine[]> {
  const query = { paths: [path], after: 0, upTo: Infinity, unstamped: "all" } as const;
  const lines = await readLastLines(files, folder, query, count);
  return lines.map((line) => {
    const text = mask(line.text);
    const isLong = text.length > MOST_CHARS;
    return { ...line, text: isLong ? text.slice(0, MOST_CHARS) : text, cut: line.cut || isLong };
  });
}
