/**
 * Shapes of data that somebody else has written: what comes from a socket, a pipe or a file is `unknown` until a shape has
 * read it. Reading never throws; it gives a value of the type, or says where the data does not fit and what was expected.
 * PURE.
 *
 *     const PROCESS = object<ProcessId>({ pid: whole, startTime: number });
 *     decodeJson(PROCESS, '{"pid":1,"startTime":2}');   // { ok: true, value: { pid: 1, startTime: 2 } }
 *     decodeJson(PROCESS, '{"pid":"x"}');               // { ok: false, at: "pid", expected: "a whole number" }
 *
 * Fields that a shape does not name are left out, so nothing passes on that nobody has looked at.
 */

/** Data that fits, or where and how it does not. */
export type Decoded<T> = { readonly ok: true; readonly value: T } | Misfit;

/** Why data does not fit. */
export interface Misfit {
  readonly ok: false;
  /** Where in the data, as a path of fields: `nodes[3].phase`; empty for all of it. */
  readonly at: string;
  /** In words: `a whole number`. */
  readonly expected: string;
}

/** Reads one part of some data. For use in other shapes; others call {@linkcode decode}. */
export interface Shape<T> {
  /** @throws {Unfit} */
  (value: unknown, at: string): T;
}

/** How long and how deep a text of JSON may be. */
export interface JsonLimits {
  /** In UTF-16 units. */
  readonly maxChars: number;
  /** Lists and objects inside each other. */
  readonly maxDepth: number;
}

/** The limits of a text of JSON that is as long as a few records. */
export const JSON_LIMITS: JsonLimits = { maxChars: 1_024 * 1_024, maxDepth: 64 };

/** Thrown inside of shapes alone. */
class Unfit extends Error {
  readonly at: string;
  readonly expected: string;

  constructor(at: string, expected: string) {
    super(expected);
    this.at = at;
    this.expected = expected;
  }
}

/** Reads data by a shape. Never throws. */
export function decode<T>(shape: Shape<T>, value: unknown): Decoded<T> {
  try {
    return { ok: true, value: shape(value, "") };
  } catch (error) {
    if (error instanceof Unfit) return { ok: false, at: error.at, expected: error.expected };
    throw error;
  }
}

/** Reads a text of JSON by a shape. Never throws. */
export function decodeJson<T>(shape: Shape<T>, text: string, limits: JsonLimits = JSON_LIMITS): Decoded<T> {
  const { maxChars, maxDepth } = limits;
  if (text.length > maxChars) return { ok: false, at: "", expected: `at most ${maxChars} characters` };
  // A reader that calls itself for each bracket would run out of stack.
  if (isDeeper(text, maxDepth)) return { ok: false, at: "", expected: `at most ${maxDepth} levels` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, at: "", expected: "JSON" };
  }
  return decode(shape, value);
}

/** The value of a text of JSON; null if it is none of this shape. */
export function decodeJsonOrNull<T>(
  shape: Shape<T>,
  text: string,
  limits: JsonLimits = JSON_LIMITS,
): T | null {
  const decoded = decodeJson(shape, text, limits);
  return decoded.ok ? decoded.value : null;
}

/** Why data does not fit, as a clause. */
export function describeMisfit({ at, expected }: Misfit): string {
  return at === "" ? `it is not ${expected}` : `"${at}" is not ${expected}`;
}

/** A text. */
export const text: Shape<string> = (value, at) => typeof value === "string" ? value : unfit(at, "a text");

/** A number that is one, and finite. */
export const number: Shape<number> = (value, at) =>
  typeof value === "number" && Number.isFinite(value) ? value : unfit(at, "a number");

/** A whole number that a double holds exactly. */
export const whole: Shape<number> = (value, at) =>
  Number.isSafeInteger(value) ? value as number : unfit(at, "a whole number");

/** A whole number that is not negative, such as one that counts, or names, something. */
export const count: Shape<number> = (value, at) =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? value as number
    : unfit(at, "a whole number that is not negative");

/** The number of a process: signals to 0 and below it go to whole groups. */
export const processNumber: Shape<number> = (value, at) =>
  Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= 0x7fff_ffff
    ? value as number
    : unfit(at, "the number of a process");

/** True or false. */
export const boolean: Shape<boolean> = (value, at) =>
  typeof value === "boolean" ? value : unfit(at, "true or false");

/** One of several texts. */
export function word<W extends string>(...words: readonly W[]): Shape<W> {
  return (value, at) => words.find((one) => one === value) ?? unfit(at, `one of ${words.join(", ")}`);
}

/** One of all the words of a type: one that is left out does not compile. */
export function wordOf<W extends string>(words: Readonly<Record<W, true>>): Shape<W> {
  return word(...Object.keys(words) as W[]);
}

/** Null, or what another shape reads. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, at) => value === null ? null : shape(value, at);
}

/** Absent, or what another shape reads. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, at) => value === undefined ? undefined : shape(value, at);
}

/** A list. @param expected What is said of something else than a list. */
export function list<T>(shape: Shape<T>, expected = "a list"): Shape<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) return unfit(at, expected);
    return value.map((item, index) => shape(item, `${at}[${index}]`));
  };
}

/** An object whose fields have names of their own. */
export function dictionary<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, at) =>
    Object.fromEntries(
      Object.entries(objectOf(value, at)).map(([name, part]) => [name, shape(part, below(at, name))]),
    );
}

/** An object with these fields. */
export function object<T extends object>(fields: { readonly [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  const shapes = Object.entries<Shape<unknown>>(fields as Readonly<Record<string, Shape<unknown>>>);
  return (value, at) => {
    const held = objectOf(value, at);
    const read: Record<string, unknown> = {};
    for (const [name, shape] of shapes) {
      const part = shape(Object.hasOwn(held, name) ? held[name] : undefined, below(at, name));
      if (part !== undefined) read[name] = part;
    }
    return read as T;
  };
}

/** An object of one of several kinds, which one of its fields names; that field is kept. */
export function variant<K extends string, T extends { readonly [key in K]: string }>(
  key: K,
  kinds: { readonly [N in T[K]]: Shape<Omit<Extract<T, { readonly [key in K]: N }>, K>> },
): Shape<T> {
  const names = Object.keys(kinds) as T[K][];
  return (value, at) => {
    const kind = word(...names)(objectOf(value, at)[key], below(at, key));
    return { [key]: kind, ...kinds[kind](value, at) } as unknown as T;
  };
}

/** A shape with a condition on the value that it reads. */
export function where<T>(shape: Shape<T>, holds: (value: T) => boolean, expected: string): Shape<T> {
  return (value, at) => {
    const read = shape(value, at);
    return holds(read) ? read : unfit(at, expected);
  };
}

/** A shape that holds itself; it is no deeper than `maxDepth`. */
export function recursive<T>(of: (self: Shape<T>) => Shape<T>, maxDepth: number): Shape<T> {
  const level = (left: number): Shape<T> => {
    const below: Shape<T> = (value, at) =>
      left === 0 ? unfit(at, `at most ${maxDepth} levels deep`) : level(left - 1)(value, at);
    return of(below);
  };
  return level(maxDepth);
}

/** Any data. */
export const anything: Shape<unknown> = (value) => value;

function objectOf(value: unknown, at: string): Readonly<Record<string, unknown>> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? value as Readonly<Record<string, unknown>> : unfit(at, "an object");
}

function below(at: string, name: string): string {
  return at === "" ? name : `${at}.${name}`;
}

function unfit(at: string, expected: string): never {
  throw new Unfit(at, expected);
}

/** Whether lists and objects of a text of JSON lie deeper in each other than that. */
function isDeeper(text: string, maxDepth: number): boolean {
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isInText) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) isInText = false;
    } else if (code === QUOTE) isInText = true;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
