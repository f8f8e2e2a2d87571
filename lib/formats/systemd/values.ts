/** Values as systemd writes them. */
import { quote } from "../../config/wording.ts";
import { notReadable } from "../not_readable.ts";
import type { UnitEntry } from "./unit.ts";

const UNIT_MS: readonly (readonly [RegExp, number])[] = [
  [/^(?:us|usec|\u00b5s|\u03bcs)$/, 0.001],
  [/^(?:ms|msec)$/, 1],
  [/^(?:|s|sec|second|seconds)$/, 1_000],
  [/^(?:m|min|minute|minutes)$/, 60_000],
  [/^(?:h|hr|hour|hours)$/, 3_600_000],
  [/^(?:d|day|days)$/, 86_400_000],
  [/^(?:w|week|weeks)$/, 604_800_000],
  [/^(?:M|month|months)$/, 2_629_800_000],
  [/^(?:y|year|years)$/, 31_557_600_000],
];

/** Our durations end here. */
const LONGEST_MS = 365 * 86_400_000;

/** A time such as `5min 20s` in milliseconds, or no end. @throws {UserError} `import/not-readable` */
export function readSpan(entry: UnitEntry): number | "infinity" {
  if (/^infinity$/i.test(entry.value)) return "infinity";
  const parts = [...entry.value.matchAll(/\s*(\d+(?:\.\d+)?)\s*([A-Za-z\u00b5\u03bc]*)\s*/gy)];
  const isWhole = parts.map(([part]) => part).join("") === entry.value && parts.length > 0;
  const factors = parts.map(([, , unit]) => UNIT_MS.find(([names]) => names.test(unit!))?.[1]);
  if (!isWhole || factors.includes(undefined)) throw wrong(entry, "a time such as 90 or 5min 20s");
  const total = parts.reduce((sum, [, amount], index) => sum + Number(amount) * factors[index]!, 0);
  return Math.min(LONGEST_MS, Math.round(total));
}

/** `yes`, `true`, `on`, `1` and their contraries. @throws {UserError} `import/not-readable` */
export function readBoolean(entry: UnitEntry): boolean {
  if (/^(?:1|yes|y|true|t|on)$/i.test(entry.value)) return true;
  if (/^(?:0|no|n|false|f|off)$/i.test(entry.value)) return false;
  throw wrong(entry, "yes or no");
}

/** A whole number. @throws {UserError} `import/not-readable` */
export function readInteger(entry: UnitEntry): number {
  if (!/^-?\d{1,15}$/.test(entry.value)) throw wrong(entry, "a whole number");
  return Number(entry.value);
}

/** Bytes of `512M`, whose units are powers of 1,024; null for a share such as `50%`. @throws {UserError} `import/not-readable` */
export function readSize(entry: UnitEntry): number | "infinity" | null {
  const bytes = sizeOf(entry.value);
  if (bytes !== undefined) return bytes;
  throw wrong(entry, "a size such as 512M");
}

/** The same for a text; undefined for what is no size. */
export function sizeOf(text: string): number | "infinity" | null | undefined {
  if (/^infinity$/i.test(text)) return "infinity";
  if (/^\d+(?:\.\d+)?%$/.test(text)) return null;
  const [, amount, unit] = /^(\d{1,15}(?:\.\d+)?)\s*([KMGTPE]?)B?$/.exec(text) ?? [];
  return amount === undefined ? undefined : Math.round(Number(amount) * powerOf(unit!));
}

function powerOf(unit: string): number {
  return unit === "" ? 1 : 1_024 ** ("KMGTPE".indexOf(unit) + 1);
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  s: " ",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
};

/** The words of a value, their quotes and escapes resolved. @throws {UserError} `import/not-readable` for an open quote. */
export function wordsOf(
  { value, file, line }: Pick<UnitEntry, "value" | "file" | "line">,
): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quoted: string | null = null;
  for (let at = 0; at < value.length; at++) {
    const character = value[at]!;
    if (character === "\\" && at + 1 < value.length) {
      const [, hex] = /^x([0-9a-fA-F]{2})/.exec(value.slice(at + 1)) ?? [];
      const next = value[at + 1]!;
      word = `${word ?? ""}${
        hex === undefined
          ? ESCAPES[next] ?? (/["'\\;]/.test(next) ? next : `\\${next}`)
          : String.fromCharCode(parseInt(hex, 16))
      }`;
      at += hex === undefined ? 1 : 3;
    } else if (quoted === character) quoted = null;
    else if (quoted === null && (character === '"' || character === "'")) {
      quoted = character;
      word ??= "";
    } else if (quoted === null && /\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = `${word ?? ""}${character}`;
  }
  if (quoted !== null) throw notReadable(file, line, `a ${quoted} has no partner`, "close the quote");
  return word === null ? words : [...words, word];
}

/** The error of a value that is none. */
export function wrong({ key, value, file, line }: UnitEntry, expected: string): Error {
  return notReadable(file, line, `${key.split(".").at(-1)} is ${quote(value)}`, `write ${expected}`);
}
