/**
 * Standard outputs by calls of the C library: what short commands print costs them no `node:fs`, which Bun takes three
 * milliseconds to load.
 */
import { LINUX, loadFirst } from "../linux/libc.ts";

interface Calls {
  isatty(descriptor: number): number;
  poll(polled: Uint8Array, count: number, timeoutMs: number): number;
  write(descriptor: number, bytes: Uint8Array, length: number): number | bigint;
}

interface BunFfi {
  dlopen(library: string, functions: Record<string, object>): { readonly symbols: Calls };
}

const FUNCTIONS = {
  isatty: { returns: "i32", args: ["i32"] },
  poll: { returns: "i32", args: ["ptr", "u64", "i32"] },
  write: { returns: "i64", args: ["i32", "ptr", "u64"] },
};

/** So much a pipe takes at once that has room at all. */
const PIPE_BYTES = 4_096;
/** A longer text is better written by many threads than by many calls. */
const SHORT_BYTES = 64 * 1_024;

/** Null where there is no room for the code of the calls. */
let calls: Calls | null | undefined;

/** Whether a descriptor is that of a terminal; null if that cannot be told in this way. */
export function isTerminal(descriptor: number): boolean | null {
  const known = load();
  return known === null ? null : known.isatty(descriptor) === 1;
}

/**
 * Writes as much of a short text as can be written without waiting.
 *
 * @returns How many bytes that was. A failure comes again to the writer of the rest.
 */
export function writeShort(descriptor: number, bytes: Uint8Array): number {
  const known = bytes.length <= SHORT_BYTES ? load() : null;
  let written = 0;
  while (known !== null && written < bytes.length && hasRoom(known, descriptor)) {
    const part = bytes.subarray(written, written + PIPE_BYTES);
    const count = Number(known.write(descriptor, part, part.length));
    if (count <= 0) break;
    written += count;
  }
  return written;
}

function hasRoom({ poll }: Calls, descriptor: number): boolean {
  const polled = new Int32Array([descriptor, LINUX.POLLOUT]);
  return poll(new Uint8Array(polled.buffer), 1, 0) === 1 && polled[1]! >> 16 === LINUX.POLLOUT;
}

function load(): Calls | null {
  if (calls !== undefined) return calls;
  try {
    const { dlopen } = process.getBuiltinModule("bun:ffi" as "node:fs") as unknown as BunFfi;
    calls = loadFirst((library) => dlopen(library, FUNCTIONS).symbols);
  } catch {
    calls = null;
  }
  return calls;
}
