/** Reads the logs of a tree back, while it runs and after: the rotated files first, all actors merged by time. */
import { TextLineStream } from "@std/streams/text-line-stream";
import type { Files, ReadFile } from "../host/ports/files.ts";
import { rotatedFilesOf } from "./rotated_files.ts";
import { decodeLine, type LogLine } from "./log_format.ts";
import { logFileOf, logFolderOf } from "./state_folder.ts";

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

/** Addresses of all actors that have a log, sorted. */
export function loggedActors(files: Files, folder: string): readonly string[] {
  const found: string[] = [];
  const pending = [""];
  while (pending.length > 0) {
    const below = pending.pop()!;
    for (const name of files.list(`${logFolderOf(folder)}/${below}`)) {
      if (name.endsWith(".log")) found.push(`${below}${name.slice(0, -".log".length)}`);
      else if (!/\.log\.\d+$/.test(name)) pending.push(`${below}${name}/`);
    }
  }
  return found.sort();
}

/** The wanted lines, the oldest first. */
export async function* readLines(
  files: Files,
  folder: string,
  query: LogQuery,
): AsyncGenerator<LogLine, void> {
  const sources = query.paths.map((path) => linesOf(files, folder, path, query));
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
  const opened = await openAll(files, logFileOf(folder, path));
  try {
    for (let file = opened.pop(); file !== undefined; file = opened.pop()) {
      const start = after === 0 ? 0 : await offsetAfter(file, path, after);
      const texts = byteStream(file, start).pipeThrough(new TextDecoderStream()).pipeThrough(
        new TextLineStream(),
      );
      for await (const text of texts) {
        const line = decodeLine(path, text);
        // A part is asked for by whoever follows; that stamps grow within it is all that makes it one.
        if (line !== null && after > 0 && line.at > upTo) return;
        if (line !== null) yield line;
      }
    }
  } finally {
    for (const file of opened) await file.close();
  }
}

/**
 * All files of a log, the newest first. Opened in this order a rotation meanwhile shows a file twice, which is noticed, but
 * hides none; and what is open can still be read when a rotation removes it.
 */
async function openAll(files: Files, current: string): Promise<ReadFile[]> {
  const opened = new Map<string, ReadFile>();
  for (const name of rotatedFilesOf(files, current).toReversed()) {
    const file = await files.openRead(name);
    if (file === null) continue;
    if (opened.has(file.identity)) await file.close();
    else opened.set(file.identity, file);
  }
  return [...opened.values()];
}

/** A place in a file before which all lines have stamps up to `after`. Halves the file as long as that saves reading. */
async function offsetAfter(file: ReadFile, path: string, after: number): Promise<number> {
  let low = 0;
  let high = await file.size();
  while (high - low > 2 * BLOCK_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const at = await stampIn(file, path, middle);
    if (at === null) return low;
    if (at <= after) low = middle;
    else high = middle;
  }
  return low;
}

/** The stamp of the first line that begins in the block at `offset`; null if none does. */
async function stampIn(file: ReadFile, path: string, offset: number): Promise<number | null> {
  const text = new TextDecoder().decode(await file.read(offset, BLOCK_BYTES));
  const begin = text.indexOf("\n") + 1;
  const end = text.indexOf("\n", begin);
  return begin === 0 || end < 0 ? null : decodeLine(path, text.slice(begin, end))?.at ?? null;
}

async function lastLinesOf(
  files: Files,
  folder: string,
  path: string,
  query: LogQuery,
  count: number,
): Promise<readonly LogLine[]> {
  const found: LogLine[] = [];
  for (const file of rotatedFilesOf(files, logFileOf(folder, path)).toReversed()) {
    const opened = await files.openRead(file);
    if (opened === null) continue;
    for await (const text of textsFromEnd(opened)) {
      const line = decodeLine(path, text);
      if (line !== null && line.at > query.after && line.at <= query.upTo) found.push(line);
      if (found.length >= count) break;
    }
    if (found.length >= count) break;
  }
  return found.reverse();
}

function byteStream(file: ReadFile, start: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = start;
  return new ReadableStream({
    async pull(controller) {
      const bytes = await file.read(offset, BLOCK_BYTES);
      offset += bytes.length;
      if (bytes.length > 0) return controller.enqueue(bytes.slice());
      await file.close();
      controller.close();
    },
    async cancel() {
      await file.close();
    },
  });
}

/** The lines of a file, the last first. What follows the last newline is still being written, and left out. */
async function* textsFromEnd(file: ReadFile): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  try {
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
  } finally {
    await file.close();
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
