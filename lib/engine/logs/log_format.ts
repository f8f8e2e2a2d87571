/**
 * One line of a log file, as people may read it with any tool:
 *
 *     2026-11-22T15:31:00.123456Z out the line as the program wrote it
 *
 * The middle word is the stream, with a `+` if the line was cut for its length and the next one goes on with it.
 */
import { concatBytes } from "../../base/bytes.ts";
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

const ENCODER = new TextEncoder();
const NEWLINE = 0x0a;

const TAGS: Readonly<Record<LogStream, string>> = { stdout: "out", stderr: "err", supervise: "sup" };

/** The streams by the words that stand for them in a log. */
export const STREAM_TAGS: ReadonlyMap<string, LogStream> = new Map(
  Object.entries(TAGS).map(([stream, tag]) => [tag, stream as LogStream]),
);

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

/** The format of the lines of a file: as above, as the actor wrote them, or an object of JSON each, as `logs --json` has it. */
export type LineFormat = "stamped" | "raw" | "json";

/** The bytes of a line in a file of a format, its newline included. */
export function encodeAs(
  format: LineFormat,
  path: string,
  at: number,
  stream: LogStream,
  line: Line,
): Uint8Array {
  if (format === "stamped") return encodeLine(at, stream, line);
  const decoder = new TextDecoder();
  if (format === "raw") {
    const text = stream === "supervise"
      ? ENCODER.encode(`[supervise: ${decoder.decode(line.bytes)}]`)
      : line.bytes;
    return concatBytes([text, Uint8Array.of(NEWLINE)]);
  }
  const fields = lineFields({ at, path, stream, text: decoder.decode(line.bytes), cut: line.cut });
  return ENCODER.encode(`${JSON.stringify(fields)}\n`);
}

/** A line for JSON; `cut`: the next one of that actor and stream goes on with it. */
export function lineFields({ at, path, stream, text, cut }: LogLine): Record<string, unknown> {
  return { at: formatMicros(at), path, stream, line: text, cut };
}

/** ISO 8601 with microseconds. */
export function formatMicros(at: number): string {
  const millis = Math.floor(at / 1_000);
  return `${new Date(millis).toISOString().slice(0, -1)}${String(at - millis * 1_000).padStart(3, "0")}Z`;
}

/** Reads that; null for anything else. */
export function parseMicros(stamp: string): number | null {
  const millis = Date.parse(`${stamp.slice(0, 23)}Z`);
  const micros = Number(stamp.slice(23, 26));
  return Number.isNaN(millis) || Number.isNaN(micros) ? null : millis * 1_000 + micros;
}
