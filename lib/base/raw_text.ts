/**
 * Text that may be any bytes, such as a variable of an environment. Bytes that are no UTF-8 stand in a string as single halves
 * of surrogate pairs, U+DC80 to U+DCFF, which no UTF-8 has, and become the same bytes again. JSON carries them; what encodes
 * text as UTF-8, such as CBOR or an output, does not.
 */
import { concatBytes } from "./bytes.ts";

const ESCAPE = 0xdc00;
/** In this mode only a half without its other half is found. */
const ESCAPED = /([\udc80-\udcff])/u;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The string for some bytes. */
export function rawText(bytes: Uint8Array): string {
  return tryDecode(bytes) ?? escapeWrong(bytes);
}

/** The bytes of a string. */
export function rawBytes(text: string): Uint8Array {
  if (text.isWellFormed()) return encoder.encode(text);
  return concatBytes(
    text.split(ESCAPED).map((part) =>
      ESCAPED.test(part) ? Uint8Array.of(part.charCodeAt(0) - ESCAPE) : encoder.encode(part)
    ),
  );
}

/** Whether the bytes of a string are UTF-8. */
export function isText(text: string): boolean {
  return !ESCAPED.test(text);
}

/** Whether bytes are UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  return tryDecode(bytes) !== null;
}

function tryDecode(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

function escapeWrong(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const length = lengthOfCharacter(bytes[at]!);
    const character = tryDecode(bytes.subarray(at, at + length));
    text += character ?? String.fromCharCode(ESCAPE + bytes[at]!);
    at += character === null ? 1 : length;
  }
  return text;
}

/** How many bytes a character has that begins with this one. */
function lengthOfCharacter(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}
