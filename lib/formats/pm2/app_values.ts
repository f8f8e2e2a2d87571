/** Values of an app in words of ours. */
import { quote } from "../../config/wording.ts";
import { literal } from "../literal.ts";
import { EnvText, ListValue, Opaque, textOf, type Value } from "./values.ts";

/** A value that a key cannot have; the message says what it can. */
export class BadValue extends Error {}

/** A text with our placeholders. @throws {BadValue} */
export function readText(value: Value): string {
  const text = textOf(value);
  if (text === null) throw new BadValue("a text is expected");
  return typeof text === "string" ? literal(text) : text.text;
}

/** A number; what a variable says counts as it is now. @throws {BadValue} */
export function readNumber(value: Value): number {
  const now = value instanceof EnvText ? value.now : value;
  const number = typeof now === "string" && now.trim() !== "" ? Number(now) : now;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  throw new BadValue("a number is expected");
}

/** `true` or `false`. @throws {BadValue} */
export function readBoolean(value: Value): boolean {
  const now = value instanceof EnvText ? value.now : value;
  if (typeof now === "boolean") return now;
  if (now === "true" || now === "false") return now === "true";
  throw new BadValue("true or false is expected");
}

const UNIT_MS: Readonly<Record<string, number>> = { "": 1, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const LONGEST_MS = 365 * 86_400_000;

/** Milliseconds, or a text such as `10s`. @throws {BadValue} */
export function readMs(value: Value): number {
  const now = value instanceof EnvText ? value.now : value;
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|)$/.exec(String(now)) ?? [];
  if (amount === undefined) throw new BadValue("a number of milliseconds is expected, or a text such as 10s");
  return Math.min(LONGEST_MS, Math.round(Number(amount) * UNIT_MS[unit!]!));
}

/** Bytes of `300M`. @throws {BadValue} */
export function readBytes(value: Value): number {
  const now = value instanceof EnvText ? value.now : value;
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([KMG]?)B?$/i.exec(String(now)) ?? [];
  if (amount === undefined) throw new BadValue("a size such as 300M is expected");
  return Math.round(Number(amount) * (unit === "" ? 1 : 1_024 ** ("KMG".indexOf(unit!.toUpperCase()) + 1)));
}

/** A list of texts, of which one alone may stand for itself. @throws {BadValue} */
export function readTexts(value: Value): readonly string[] {
  return (value instanceof ListValue ? value.items : [value]).map(readText);
}

/** How a value reads in a message. */
export function shown(value: Value): string {
  if (value instanceof Opaque) return value.origin;
  const text = textOf(value);
  return text === null ? "an object" : quote(typeof text === "string" ? text : text.text);
}
