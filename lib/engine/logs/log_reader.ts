/** Reads the logs of a tree back, while it runs and after: the rotated files first, all actors merged by time. */
import type { Files } from "../../host/ports/files.ts";
import {
  blocksFromEnd,
  blocksOf,
  type Chain,
  chainsOf,
  closeChain,
  openChain,
  recentOf,
} from "./log_chain.ts";
import { ALL_LINES, type LineFilter, scanLines } from "./line_filter.ts";
import type { LogLine } from "./log_format.ts";
import { type LineBatches, mergeLines } from "./merge_lines.ts";
import { logFolderOf } from "../state_folder.ts";

/** Which lines are wanted. */
export interface LogQuery {
  /** Addresses of the actors. */
  readonly paths: readonly string[];
  /** Lines after this stamp. */
  readonly after: number;
  /** The same for single actors, where that is a later one. */
  readonly afterOf?: ReadonlyMap<string, number>;
  /** Lines up to this stamp. */
  readonly upTo: number;
  /** Which of them; all if it is left out. */
  readonly filter?: LineFilter;
  /**
   * The use of lines without stamps, in files of the user's: `none` (where it is left out) leaves them out, `dated` takes
   * the date of a file for that of its lines, `all` takes them whenever they came.
   */
  readonly unstamped?: "dated" | "all" | "none";
}

/** The name of a log in its folder, also of one that was rotated: the last rotation may have left no other. */
const LOG_NAME = /^(.*)\.log(?:\.\d+(?:\.gz)?|\.gz\.new|\.places)?$/;

/** Addresses of all actors that have a log, sorted. */
export function loggedActors(files: Files, folder: string): readonly string[] {
  const found = new Set<string>();
  const pending = [""];
  while (pending.length > 0) {
    const below = pending.pop()!;
    for (const name of files.list(`${logFolderOf(folder)}/${below}`)) {
      const actor = LOG_NAME.exec(name)?.[1];
      if (actor === undefined) pending.push(`${below}${name}/`);
      else found.add(`${below}${actor}`);
    }
  }
  return [...found].sort();
}

/** The wanted lines in batches, the oldest first. */
export function readBatches(files: Files, folder: string, query: LogQuery): LineBatches {
  const chains = query.paths.flatMap((path) => chainsOf(files, folder, path));
  return mergeLines(chains.map((chain) => linesOf(files, chain, query)));
}

/** The wanted lines, the oldest first. */
export async function* readLines(
  files: Files,
  folder: string,
  query: LogQuery,
): AsyncGenerator<LogLine, void> {
  for await (const batch of readBatches(files, folder, query)) yield* batch;
}

/** The last `count` of the wanted lines, the oldest first. Reads from the end, so that it costs the same for any log. */
export async function readLastLines(
  files: Files,
  folder: string,
  query: LogQuery,
  count: number,
): Promise<readonly LogLine[]> {
  const chains = query.paths.flatMap((path) => chainsOf(files, folder, path));
  const last = await Promise.all(chains.map((chain) => lastLinesOf(files, chain, query, count)));
  return last.flat().sort((a, b) => a.at - b.at).slice(-count || Infinity);
}

async function* linesOf(files: Files, chain: Chain, query: LogQuery): LineBatches {
  if (isLeftOut(chain, query)) return;
  const after = afterOf(chain, query);
  const { upTo } = query;
  const isStamped = chain.format !== "raw";
  const opened = await openChain(files, chain);
  try {
    const recent = await recentOf(opened, after);
    for (const link of recent.toReversed()) {
      for await (const text of blocksOf(link, isStamped ? after : 0)) {
        const lines = scanLines(text, link.decode, query.filter ?? ALL_LINES, chain.format !== "json");
        yield within(lines, chain, query);
        // A part is asked for; that stamps grow within it is all that makes it one.
        if (isStamped && after > 0 && (lines.at(-1)?.at ?? 0) > upTo) return;
      }
    }
  } finally {
    await closeChain(opened);
  }
}

async function lastLinesOf(
  files: Files,
  chain: Chain,
  query: LogQuery,
  count: number,
): Promise<readonly LogLine[]> {
  if (count === 0 || isLeftOut(chain, query)) return [];
  const opened = await openChain(files, chain);
  try {
    let found: LogLine[] = [];
    for (const link of opened) {
      const older: LogLine[] = [];
      const scan = (text: string) =>
        within(
          scanLines(text, link.decode, query.filter ?? ALL_LINES, chain.format !== "json"),
          chain,
          query,
        );
      if (link.isCompressed) {
        // From its end it cannot be read: what is too much is forgotten on the way.
        for await (const text of blocksOf(link, 0)) {
          older.push(...scan(text));
          if (older.length > 2 * count) older.splice(0, older.length - count);
        }
      } else {
        for await (const text of blocksFromEnd(link)) {
          older.unshift(...scan(text));
          if (older.length + found.length >= count) break;
        }
      }
      found = [...older, ...found];
      if (found.length >= count) break;
    }
    return found.slice(-count);
  } finally {
    await closeChain(opened);
  }
}

function isLeftOut({ format }: Chain, { unstamped }: LogQuery): boolean {
  return format === "raw" && (unstamped ?? "none") === "none";
}

function afterOf({ path }: Chain, { after, afterOf }: LogQuery): number {
  return Math.max(after, afterOf?.get(path) ?? 0);
}

/** Those between two stamps. */
function within(lines: readonly LogLine[], chain: Chain, query: LogQuery): readonly LogLine[] {
  const { format } = chain;
  const { upTo } = query;
  const after = afterOf(chain, query);
  if (format === "raw" && query.unstamped === "all") return lines;
  if (after === 0 && upTo === Infinity) return lines;
  return lines.filter(({ at }) => at > after && at <= upTo);
}
