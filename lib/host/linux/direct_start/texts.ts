import { rawBytes } from "../../../base/raw_text.ts";
import type { Ffi } from "../ffi.ts";

const POINTER_BYTES = 8;
const HALF = 2 ** 32;

/** The texts of a start. */
export interface StartTexts {
  /** The file of its program. */
  readonly program: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Texts in memory, as the kernel takes them; all addresses hold for as long as this is kept. */
export interface PlacedTexts {
  readonly bytes: Uint8Array;
  readonly program: number;
  readonly cwd: number;
  /** Addresses of lists. */
  readonly argv: number;
  readonly envp: number;
}

/** Puts all texts of a start into one piece of memory: it is encoded in one go. */
export function placeTexts(ffi: Ffi, { program, cwd, argv, env }: StartTexts): PlacedTexts {
  const texts = [program, cwd, ...argv];
  for (const name of Object.keys(env)) texts.push(`${name}=${env[name]}`);
  const joined = `${texts.join("\0")}\0`;
  return tryPlace(ffi, texts.length, argv.length, joined) ??
    tryPlace(ffi, texts.length, argv.length, `${texts.map(untilNull).join("\0")}\0`)!;
}

/** @returns Null if a text has a null in it. */
function tryPlace(ffi: Ffi, texts: number, args: number, joined: string): PlacedTexts | null {
  const encoded = rawBytes(joined);
  // Two of the texts are in no list, and behind each of the two lists there is a null.
  const pointers = texts;
  // A small one without a buffer of its own might be moved.
  const bytes = new Uint8Array(new ArrayBuffer(pointers * POINTER_BYTES + encoded.length));
  bytes.set(encoded, pointers * POINTER_BYTES);
  const address = Number(ffi.addressOf(bytes));
  const halves = new Uint32Array(bytes.buffer, 0, pointers * 2);
  let from = pointers * POINTER_BYTES;
  const next = () => {
    const here = address + from;
    from = bytes.indexOf(0, from) + 1;
    return here;
  };
  const [programAt, cwdAt] = [next(), next()];
  for (let index = 0; index < pointers - 1; index++) {
    if (index === args) continue;
    const pointer = next();
    halves[index * 2] = pointer % HALF;
    halves[index * 2 + 1] = Math.floor(pointer / HALF);
  }
  if (from !== bytes.length) return null;
  const envp = address + (args + 1) * POINTER_BYTES;
  return { bytes, program: programAt, cwd: cwdAt, argv: address, envp };
}

/** A text ends for the kernel where a null is. */
function untilNull(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
