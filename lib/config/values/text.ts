import { resolvePath } from "../../base/posix_path.ts";
import { type Flaw, interpolate, type Piece } from "../text/interpolate.ts";
import type { Item, StringItem } from "../toml/item.ts";
import type { Span } from "../toml/source.ts";
import { sourceOffset } from "../toml/string_source.ts";
import { quote } from "../wording.ts";
import { type Reading, rejectItem, type Shape, type Type } from "./type.ts";

/** Options of a type of texts. */
export interface TextOptions<T> {
  readonly name: string;
  readonly expected: string;
  readonly shape?: Shape;
  /** Reads the interpolated text; undefined after reporting at `item` what is wrong with it. */
  readonly parse: (text: string, item: Item, reading: Reading) => T | undefined;
  readonly suggest?: Type<T>["suggest"];
}

/** A type whose values are written as TOML strings. */
export function text<T>({ name, expected, shape, parse, suggest }: TextOptions<T>): Type<T> {
  const type: Type<T> = {
    name,
    expected,
    shape: shape ?? { kind: "string" },
    read: (item, reading) => {
      if (item.kind !== "string") return rejectItem(item, type, reading);
      const pieces = readPieces(item, reading);
      return pieces === undefined ? undefined : parse(joinPieces(pieces), item, reading);
    },
    suggest: suggest ?? quotedNumber,
  };
  return type;
}

/** Any text. */
export const string: Type<string> = text({
  name: "a string",
  expected: "a string",
  parse: (value) => value,
  suggest: quoted,
});

/** A path; a relative one is relative to the file's folder. */
export const path: Type<string> = text({
  name: "a path",
  expected: 'a path such as "./data"',
  parse: parsePath,
});

/** Reads an interpolated text as a path. */
export function parsePath(value: string, item: Item, { report, placeholders }: Reading): string | undefined {
  if (/^~(?:\/|$)/.test(value)) {
    const hint = `write "\${env:HOME}${value.slice(1)}"`;
    return report.add("config/bad-value", item.span, 'no shell replaces the "~" here', { hint });
  }
  if (value !== "") return resolvePath(placeholders.dir, value);
  return report.add("config/bad-value", item.span, "an empty path", { expected: path.expected });
}

/** The pieces of a string after interpolation, or undefined after reporting what has no value. */
export function readPieces(item: StringItem, reading: Reading): readonly Piece[] | undefined {
  const nul = item.value.indexOf("\0");
  if (nul !== -1) {
    const at = spanIn(item, nul, 1);
    return reading.report.add("config/nul-character", at, "a NUL character", { hint: "remove it" });
  }
  const { pieces, flaws } = interpolate(item.value, reading.placeholders);
  for (const flaw of flaws) reportFlaw(flaw, spanIn(item, flaw.index, flaw.length), reading);
  return flaws.length === 0 ? pieces : undefined;
}

/** The interpolated text. */
export function joinPieces(pieces: readonly Piece[]): string {
  return pieces.map((piece) => piece.text).join("");
}

/** Where a stretch of a string's value stands in the file. */
export function spanIn(item: StringItem, index: number, length: number): Span {
  const offset = (unit: number) => item.span.start + sourceOffset(item.source, unit);
  return { start: offset(index), end: offset(index + length) };
}

function reportFlaw(flaw: Flaw, at: Span, { report }: Reading): undefined {
  switch (flaw.kind) {
    case "unset":
      return report.add("config/unset-variable", at, unsetMessage(flaw), {
        hint: `set it, or give a default: \${env:${flaw.variable}:-default}`,
      });
    case "malformed":
      return report.add("config/bad-interpolation", at, "a placeholder that cannot be read", {
        expected: "${env:NAME}, ${env:NAME:-default} or ${env:NAME:?message}",
        hint: "write $${env: for the text itself",
      });
  }
}

function unsetMessage({ variable, message }: Flaw): string {
  const unset = `the variable ${quote(variable)} is not set`;
  return message === "" ? unset : `${unset}: ${message}`;
}

/** A number or a boolean as the text that was most likely meant. */
export function quoted(item: Item): string | null {
  return item.kind === "boolean" ? `"${item.value}"` : quotedNumber(item);
}

function quotedNumber(item: Item): string | null {
  return "source" in item && item.kind !== "string" ? `"${item.source}"` : null;
}
