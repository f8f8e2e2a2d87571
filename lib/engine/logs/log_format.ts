/**
 * One line of a log file, as people may read it with any tool:
 *
 *     2026-11-22T15:31:00.123456Z out the line as the program wrote it
 *
 * The middle word is the stream, with a `+` if the line was cut for its length and the next one goes on with it.
 */
import type { Line } from "./line_splitter.ts";

/** Where a line comes from; `supervise` marks what is ours, such as a gap. */
export type LogStream = "stdout" | "stderr" | "supervise";

/** A line of a log. */
export interface LogLine {
  /** Microseconds since 1970; no two lines of a tree have the same. */
  readonly at: number;
  /** Address of the actor. */
  readonly path: string;
  readonly stream: LogStream;
  readonly text: string;
  /** Whether the next line goes on with this one. */
  readonly cut: boolean;
}

const TAGS: Readonly<Record<LogStream, string>> = { stdout: "out", stderr: "err", supervise: "sup" };
const STREAMS: Readonly<Record<string, LogStream>> = { out: "stdout", err: "stderr", sup: "supervise" };
const LINE = /^(\S{27}) (out|err|sup)(\+?) (.*)$/s;

/** The word in a log that stands for a stream; all of them have one length. */
export function tagOf(stream: LogStream): string {
  return TAGS[stream];
}

/** The bytes of a line in a file, its newline included. */
export function encodeLine(at: number, stream: LogStream, line: Line): Uint8Array {
  const head = new TextEncoder().encode(`${formatMicros(at)} ${tagOf(stream)}${line.cut ? "+" : ""} `);
  const bytes = new Uint8Array(head.length + line.bytes.length + 1);
  bytes.set(head);
  bytes.set(line.bytes, head.length);
  bytes[bytes.length - 1] = 0x0a;
  return bytes;
}

/** Reads a line of a file, without its newline; null for one that is not ours. */
export function decodeLine(path: string, text: string): LogLine | null {
  const found = LINE.exec(text);
  if (found === null) return null;
  const [, stamp, tag, plus, rest] = found;
  const at = parseMicros(stamp!);
  return at === null ? null : { at, path, stream: STREAMS[tag!]!, text: rest!, cut: plus === "+" };
}

/** ISO 8601 with microseconds. */
export function formatMicros(at: number): string {
  const millis = Math.floor(at / 1_000);
  return `${new Date(millis).toISOString().slice(0, -1)}${String(at - millis * 1_000).padStart(3, "0")}Z`;
}

function parseMicros(stamp: string): number | null {
  const millis = Date.parse(`${stamp.slice(0, 23)}Z`);
  const micros = Number(stamp.slice(23, 26));
  return Number.isNaN(millis) || Number.isNaN(micros) ? null : millis * 1_000 + micros;
}
