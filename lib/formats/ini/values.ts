/** Values of ini files of Python tools. */
import { formatDuration } from "../../base/duration.ts";
import { quote } from "../../config/wording.ts";
import { type IniEntry, pythonBoolean } from "./python_ini.ts";
import { notReadable } from "../not_readable.ts";

const KIB = 1_024;
const UNITS: Readonly<Record<string, number>> = { "": 1, B: 1, KB: KIB, MB: KIB ** 2, GB: KIB ** 3 };

/** Whether it is yes. @throws {UserError} `import/not-readable` */
export function readBoolean(entry: IniEntry): boolean {
  const value = pythonBoolean(entry.value);
  if (value === null) throw wrong(entry, "true or false");
  return value;
}

/** A whole number that is not below 0. @throws {UserError} `import/not-readable` */
export function readNumber(entry: IniEntry): number {
  if (!/^\d{1,9}$/.test(entry.value)) throw wrong(entry, "a whole number");
  return Number(entry.value);
}

/** Seconds, as a duration of ours. @throws {UserError} `import/not-readable` */
export function readSeconds(entry: IniEntry): string {
  return formatDuration(Math.min(readNumber(entry), SECONDS_OF_A_YEAR) * 1_000);
}

const SECONDS_OF_A_YEAR = 365 * 86_400;

/** Bytes of `50MB`, whose units are powers of 1,024. @throws {UserError} `import/not-readable` */
export function readBytes(entry: IniEntry): number {
  const [, amount, unit] = /^(\d{1,12})\s*([A-Z]*)$/.exec(entry.value.toUpperCase()) ?? [];
  const factor = unit === undefined ? undefined : UNITS[unit];
  if (factor === undefined) throw wrong(entry, "a size such as 50MB");
  return Number(amount) * factor;
}

/** A number that may be below 0. @throws {UserError} `import/not-readable` */
export function readInteger(entry: IniEntry): number {
  if (!/^-?\d{1,15}$/.test(entry.value)) throw wrong(entry, "a whole number");
  return Number(entry.value);
}

/** A user or group, by name or number. */
export function accountOf(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** Words between commas. */
export function readList({ value }: IniEntry): readonly string[] {
  return value.split(",").map((word) => word.trim()).filter((word) => word !== "");
}

function wrong({ name, value, file, line }: IniEntry, expected: string) {
  return notReadable(file, line, `${name} is ${quote(value)}`, `write ${expected}`);
}
