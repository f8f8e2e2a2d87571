/** The files that an actor has logged to, as chains: a file, and those that it was before it was rotated. */
import { concatBytes } from "../../base/bytes.ts";
import type { Files, ReadFile } from "../../host/ports/files.ts";
import { byteStreamOf } from "./byte_stream.ts";
import { decoderOf, type LineDecoder } from "./line_decoder.ts";
import type { LineFormat } from "./log_format.ts";
import { readPlaces } from "./log_places.ts";
import { offsetAfter } from "./log_search.ts";
import { type OpenRotated, openRotated } from "./rotated_files.ts";
import { logFileOf } from "../state_folder.ts";

const BLOCK_BYTES = 256 * 1_024;
const NEWLINE = 0x0a;
const DECODER = new TextDecoder();

/** Where some lines of an actor are. */
export interface Chain {
  readonly path: string;
  readonly current: string;
  readonly format: LineFormat;
}

/** A file of a chain that is open. */
export interface LinkFile {
  readonly file: ReadFile;
  readonly isCompressed: boolean;
  readonly decode: LineDecoder;
}

/** The chains of an actor: that in the folder of its tree, and those of the user's files. */
export function chainsOf(files: Files, folder: string, path: string): readonly Chain[] {
  const places = readPlaces(files, folder, path)
    .map(({ file, format }): Chain => ({ path, current: file, format }));
  return [{ path, current: logFileOf(folder, path), format: "stamped" }, ...places];
}

/** Opens the files of a chain, the newest first. A file of the user's that cannot be read is left out. */
export async function openChain(
  files: Files,
  { path, current, format }: Chain,
): Promise<readonly LinkFile[]> {
  let opened: readonly OpenRotated[];
  try {
    opened = await openRotated(files, current);
  } catch (error) {
    if (format === "stamped") throw error;
    return [];
  }
  const links: LinkFile[] = [];
  let at = Infinity;
  for (const { file, isCompressed } of opened) {
    // A file is dated anew when it is compressed, and is older than the next all the same.
    if (format === "raw") at = Math.min(at, Math.floor(await file.changedAt() * 1_000));
    links.push({ file, isCompressed, decode: decoderOf(format, path, at) });
  }
  return await withoutTwins(links);
}

/**
 * Leaves out what is there twice: a file that was opened, and then rotated and compressed before its next name was looked at.
 * Of no other two files both the sizes and the first blocks are the same.
 */
async function withoutTwins(links: readonly LinkFile[]): Promise<readonly LinkFile[]> {
  const plain = new Map<number, LinkFile[]>();
  for (const link of links) {
    if (link.isCompressed) continue;
    const size = await link.file.size() % 2 ** 32;
    plain.set(size, [...plain.get(size) ?? [], link]);
  }
  const kept: LinkFile[] = [];
  for (const link of links) {
    const alike = link.isCompressed ? plain.get(await plainSizeOf(link.file)) ?? [] : [];
    const own = alike.length === 0 ? "" : await firstBlockOf(link);
    const blocks = await Promise.all(alike.map(firstBlockOf));
    if (blocks.some((block) => block.slice(0, TWIN_CHARS) === own.slice(0, TWIN_CHARS))) {
      await link.file.close();
    } else kept.push(link);
  }
  return kept;
}

/** How much of two files is compared. */
const TWIN_CHARS = 4_096;

async function firstBlockOf(link: LinkFile): Promise<string> {
  for await (const text of blocksOf(link, 0)) return text;
  return "";
}

/** The size of what was compressed, modulo 2^32, which stands at the end; NaN if nothing does. */
async function plainSizeOf(file: ReadFile): Promise<number> {
  const bytes = await file.read(Math.max(0, await file.size() - 4), 4);
  return bytes.length < 4 ? NaN : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

/** Closes what is open. */
export async function closeChain(opened: readonly LinkFile[]): Promise<void> {
  await Promise.all(opened.map(({ file }) => file.close()));
}

/** Those of the files of a chain, the newest first, that may have lines after a stamp. */
export async function recentOf(opened: readonly LinkFile[], after: number): Promise<readonly LinkFile[]> {
  if (after === 0) return opened;
  for (const [index, link] of opened.entries()) {
    const first = await firstStampOf(link);
    // All lines of older files come before the first of this one.
    if (first !== null && first <= after) return opened.slice(0, index + 1);
  }
  return opened;
}

async function firstStampOf(link: LinkFile): Promise<number | null> {
  const text = await firstBlockOf(link);
  return link.decode(text.slice(0, text.indexOf("\n")))?.at ?? null;
}

/**
 * The whole lines of a file in blocks, without those of its begin that come before a stamp, as far as that saves reading. The text
 * behind the last newline is still being written, and left out.
 */
export async function* blocksOf(
  { file, isCompressed, decode }: LinkFile,
  after: number,
): AsyncGenerator<string, void> {
  const start = isCompressed || after === 0 ? 0 : await offsetAfter(file, decode, after);
  const bytes = isCompressed ? uncompressed(file) : byteStreamOf(file, start);
  let rest: Uint8Array[] = [];
  // Where reading begins may lie within a line, which is left out.
  let isInLine = start > 0;
  for await (const block of bytes) {
    const begin = isInLine ? block.indexOf(NEWLINE) + 1 : 0;
    if (isInLine && begin === 0) continue;
    isInLine = false;
    const end = block.lastIndexOf(NEWLINE) + 1;
    if (end <= begin) {
      rest.push(block.slice(begin));
      continue;
    }
    yield DECODER.decode(concatBytes([...rest, block.subarray(begin, end)]));
    rest = end === block.length ? [] : [block.slice(end)];
  }
}

/** The bytes that are in a compressed file, up to where it is damaged. */
async function* uncompressed(file: ReadFile): AsyncGenerator<Uint8Array, void> {
  try {
    yield* byteStreamOf(file).pipeThrough(new DecompressionStream("gzip"));
  } catch (error) {
    // Both runtimes say so of what is no gzip, or is cut off.
    if (!(error instanceof TypeError)) throw error;
  }
}

/** The same of a file that is not compressed, from its end. */
export async function* blocksFromEnd({ file }: LinkFile): AsyncGenerator<string, void> {
  let end = await file.size();
  // The begin of what was read, which is the end of a line; and nothing before the last newline was found.
  let rest: Uint8Array[] = [];
  let isOpen = true;
  while (end > 0) {
    const start = Math.max(0, end - BLOCK_BYTES);
    let block = await file.read(start, end - start);
    end = start;
    if (isOpen) {
      const last = block.lastIndexOf(NEWLINE);
      if (last < 0) continue;
      block = block.subarray(0, last + 1);
      isOpen = false;
    }
    const first = start === 0 ? 0 : block.indexOf(NEWLINE) + 1;
    // A newline at its very end is that of the line before, all of which is in this block or in those before it.
    if (start > 0 && (first === 0 || (rest.length === 0 && first === block.length))) {
      rest.unshift(block);
      continue;
    }
    yield DECODER.decode(concatBytes([block.subarray(first), ...rest]));
    rest = first === 0 ? [] : [block.slice(0, first)];
  }
  if (rest.length > 0) yield DECODER.decode(concatBytes(rest));
}
