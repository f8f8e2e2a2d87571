/** Reads the logs of a tree back, while it runs and after: the rotated files first, all actors merged by time. */
/// <reference path="../../std.d.ts" />
import { DelimiterStream } from "@std/streams/delimiter-stream";
import type { Files, ReadFile } from "../../host/ports/files.ts";
import { decodeLine, type LogLine } from "./log_format.ts";
import { offsetAfter } from "./log_search.ts";
import { openRotated } from "./rotated_files.ts";
import { logFileOf, logFolderOf } from "../state_folder.ts";

const BLOCK_BYTES = 64 * 1_024;
const NEWLINE = 0x0a;

/** Which lines are wanted. */
export interface LogQuery {
  /** Addresses of the actors. */
  readonly paths: readonly string[];
  /** Lines after this stamp. */
  readonly after: number;
  /** Lines up to this stamp. */
  readonly upTo: number;
}

/** The name of a log in its folder, also of one that was rotated: the last rotation may have left no other. */
const LOG_NAME = /^(.*)\.log(?:\.\d+)?$/;

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

/** The wanted lines, the oldest first. */
export async function* readLines(
  files: Files,
  folder: string,
  query: LogQuery,
): AsyncGenerator<LogLine, void> {
  const sources = query.paths.map((path) => linesOf(files, folder, path, query));
  try {
    const heads = await Promise.all(sources.map((source) => source.next()));
    while (true) {
      let first = -1;
      heads.forEach((head, index) => {
        const isEarlier = !head.done && (first < 0 || head.value.at < (heads[first]!.value as LogLine).at);
        if (isEarlier) first = index;
      });
      if (first < 0) return;
      const line = heads[first]!.value as LogLine;
      heads[first] = await sources[first]!.next();
      if (line.at > query.after && line.at <= query.upTo) yield line;
    }
  } finally {
    // Whoever stops early does not tell the sources so.
    await Promise.all(sources.map((source) => source.return()));
  }
}

/** The last `count` of the wanted lines, the oldest first. Reads from the end, so that it costs the same for any log. */
export async function readLastLines(
  files: Files,
  folder: string,
  query: LogQuery,
  count: number,
): Promise<readonly LogLine[]> {
  const last = await Promise.all(query.paths.map((path) => lastLinesOf(files, folder, path, query, count)));
  return last.flat().sort((a, b) => a.at - b.at).slice(-count || Infinity);
}

async function* linesOf(
  files: Files,
  folder: string,
  path: string,
  { after, upTo }: LogQuery,
): AsyncGenerator<LogLine, void> {
  const opened = await openRotated(files, logFileOf(folder, path));
  try {
    for (const file of opened.toReversed()) {
      const start = after === 0 ? 0 : await offsetAfter(file, path, after);
      for await (const text of textsOf(file, start)) {
        const line = decodeLine(path, text);
        // A part is asked for by whoever follows; that stamps grow within it is all that makes it one.
        if (line !== null && after > 0 && line.at > upTo) return;
        if (line !== null) yield line;
      }
    }
  } finally {
    await closeAll(opened);
  }
}

async function lastLinesOf(
  files: Files,
  folder: string,
  path: string,
  query: LogQuery,
  count: number,
): Promise<readonly LogLine[]> {
  const found: LogLine[] = [];
  const opened = await openRotated(files, logFileOf(folder, path));
  try {
    for (const file of opened) {
      for await (const text of textsFromEnd(file)) {
        if (found.length >= count) return found.reverse();
        const line = decodeLine(path, text);
        if (line !== null && line.at > query.after && line.at <= query.upTo) found.push(line);
      }
    }
    return found.reverse();
  } finally {
    await closeAll(opened);
  }
}

/**
 * The lines of a file from `start` on, which may lie within a line: that one is left out. What follows the last newline is
 * still being written, and left out too.
 */
async function* textsOf(file: ReadFile, start: number): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  const lines = new DelimiterStream(Uint8Array.of(NEWLINE), { disposition: "suffix" });
  let isWhole = start === 0;
  for await (const line of bytesOf(file, start).pipeThrough(lines)) {
    if (isWhole && line.at(-1) === NEWLINE) yield decoder.decode(line.subarray(0, -1));
    isWhole = true;
  }
}

function bytesOf(file: ReadFile, start: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = start;
  return new ReadableStream({
    async pull(controller) {
      const bytes = await file.read(offset, BLOCK_BYTES);
      offset += bytes.length;
      if (bytes.length > 0) controller.enqueue(bytes.slice());
      else controller.close();
    },
  });
}

/** The same, the last first. */
async function* textsFromEnd(file: ReadFile): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let end = await file.size();
  let rest = new Uint8Array(0);
  while (end > 0) {
    const start = Math.max(0, end - BLOCK_BYTES);
    const block = await file.read(start, end - start);
    end = start;
    let bytes = joined(block, rest);
    for (
      let newline = bytes.lastIndexOf(NEWLINE, -2);
      newline >= 0;
      newline = bytes.lastIndexOf(NEWLINE, -2)
    ) {
      const line = bytes.subarray(newline + 1);
      if (line.at(-1) === NEWLINE) yield decoder.decode(line.subarray(0, -1));
      bytes = bytes.subarray(0, newline + 1);
    }
    rest = bytes;
  }
  if (rest.at(-1) === NEWLINE) yield decoder.decode(rest.subarray(0, -1));
}

async function closeAll(opened: readonly ReadFile[]): Promise<void> {
  await Promise.all(opened.map((file) => file.close()));
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
