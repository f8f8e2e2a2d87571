/** Errors on the wire: all that can be said of one, and of those behind it, as plain values. PURE. */
import { messageOf } from "../base/user_error.ts";
import { encodePayload, PayloadError } from "./payload.ts";
import { whyNotCarried } from "./why_not_carried.ts";

/** An error as it travels. */
export interface ErrorBox {
  /** Name of its class. */
  readonly type: string;
  readonly message: string;
  readonly stack: string | null;
  /** Its own properties, as far as they can be sent. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly cause: ErrorBox | null;
  /** The parts of a group; null if it is none. */
  readonly errors: readonly ErrorBox[] | null;
  /** Paths of the actors that it came through, the one that raised it first. */
  readonly path: readonly string[];
}

/** An error that has been in a box before: it goes on as it came, with one more actor on its way. */
export interface Relayed {
  readonly box: ErrorBox;
}

/** Says whether an error came from another actor. */
export type IsRelayed = (error: unknown) => Relayed | null;

const MAX_CAUSES = 16;
const MAX_PARTS = 200;
/** Errors in one box altogether: each may be a part of several groups. */
const MAX_BOXES = 1_000;
const MAX_TEXT = 64 * 1_024;
const MAX_ALL_TEXT = 4 * 1_024 * 1_024;
const PROPERTY_BOUNDS = { maxDepth: 8, maxItems: 1_000 };
/** Properties that every error has, or that are parts of the box by themselves. */
const NOT_PROPERTIES: ReadonlySet<string> = new Set([
  "name",
  "message",
  "stack",
  "cause",
  "errors",
  "error",
  "suppressed",
  // Runtimes add these to say where their own code raised it.
  "line",
  "column",
  "sourceURL",
]);

/**
 * Boxes whatever was thrown. Never throws: what cannot be read of it is left out.
 *
 * @param at Path of the actor that it is thrown in.
 */
export function boxError(error: unknown, at: string, relayed: IsRelayed): ErrorBox {
  return new Boxing(at, relayed).box(error, 0);
}

/** The payload with a boxed error. Never throws: what cannot be sent of it is left out. */
export function encodeError(error: unknown, at: string, relayed: IsRelayed): Uint8Array {
  const box = boxError(error, at, relayed);
  try {
    return encodePayload(box);
  } catch (refusal) {
    if (!(refusal instanceof PayloadError)) throw refusal;
    const { type, message, stack, path } = box;
    const first = { type: cut(type), message: cut(message), stack: stack === null ? null : cut(stack) };
    return encodePayload({ ...first, properties: {}, cause: null, errors: null, path: path.slice(0, 1) });
  }
}

/** The room that is left, for all errors of one box together. */
class Boxing {
  readonly #at: string;
  readonly #relayed: IsRelayed;
  #boxes = MAX_BOXES;
  #text = MAX_ALL_TEXT;

  constructor(at: string, relayed: IsRelayed) {
    this.#at = at;
    this.#relayed = relayed;
  }

  box(error: unknown, depth: number): ErrorBox {
    this.#boxes -= 1;
    const relayed = attempt(() => this.#relayed(error), null);
    if (relayed !== null) return { ...relayed.box, path: [...relayed.box.path, this.#at] };
    const plain = { properties: {}, cause: null, errors: null, path: [this.#at] };
    if (!attempt(() => error instanceof Error, false)) {
      return {
        ...plain,
        type: typeof error,
        message: this.#cut(attempt(() => messageOf(error), "")),
        stack: null,
      };
    }
    return { ...plain, ...this.#read(error as Error, depth) };
  }

  #read(error: Error, depth: number): Omit<ErrorBox, "path"> {
    const name: unknown = attempt(() => error.name, null);
    const stack: unknown = attempt(() => error.stack, null);
    const cause: unknown = attempt(() => error.cause, undefined);
    const parts = attempt(() => partsOf(error), null);
    const isDeep = depth >= MAX_CAUSES;
    return {
      type: typeof name === "string" ? this.#cut(name) : "Error",
      message: this.#cut(attempt(() => messageOf(error), "")),
      stack: typeof stack === "string" ? this.#cut(stack) : null,
      properties: propertiesOf(error),
      // The cause of a group is one of its parts.
      cause: cause === undefined || parts !== null || isDeep || this.#boxes <= 0
        ? null
        : this.box(cause, depth + 1),
      errors: parts === null || isDeep ? null : this.#boxAll(parts.slice(0, MAX_PARTS), depth + 1),
    };
  }

  #boxAll(parts: readonly unknown[], depth: number): readonly ErrorBox[] {
    return parts.flatMap((part) => this.#boxes <= 0 ? [] : [this.box(part, depth)]);
  }

  #cut(text: string): string {
    const short = cut(text, Math.min(MAX_TEXT, this.#text));
    this.#text -= short.length;
    return short;
  }
}

function partsOf(error: Error): readonly unknown[] | null {
  if ("errors" in error && Array.isArray(error.errors)) return error.errors;
  return error.name === "SuppressedError" && "error" in error && "suppressed" in error
    ? [error.error, error.suppressed]
    : null;
}

function propertiesOf(error: Error): Readonly<Record<string, unknown>> {
  const names = attempt(() => Object.keys(error), []).filter((name) => !NOT_PROPERTIES.has(name));
  const properties = names.map((name): [string, unknown] => [
    name,
    attempt(() => (error as unknown as Readonly<Record<string, unknown>>)[name], undefined),
  ]);
  return Object.fromEntries(
    properties.filter(([name, value]) =>
      value !== undefined && attempt(() => whyNotCarried({ [name]: value }, PROPERTY_BOUNDS), "") === null
    ),
  );
}

function cut(text: string, length = MAX_TEXT): string {
  return (text.length <= length ? text : `${text.slice(0, Math.max(0, length))}...`).toWellFormed();
}

/** The value of `read`; `otherwise` if it throws, as a getter or a proxy can. */
function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** Reads a box that came in: what another program sends may be anything. */
export function readErrorBox(value: unknown, depth = 0): ErrorBox {
  const box = typeof value === "object" && value !== null ? value as Readonly<Record<string, unknown>> : {};
  const text = (field: string, otherwise: string) =>
    typeof box[field] === "string" ? box[field] as string : otherwise;
  const { properties, cause, errors, path } = box;
  return {
    type: text("type", "Error"),
    message: text("message", "(no message)"),
    stack: typeof box["stack"] === "string" ? box["stack"] : null,
    properties: readProperties(properties),
    cause: cause === null || cause === undefined || depth > MAX_CAUSES
      ? null
      : readErrorBox(cause, depth + 1),
    errors: Array.isArray(errors) && depth <= MAX_CAUSES
      ? errors.map((part) => readErrorBox(part, depth + 1))
      : null,
    path: Array.isArray(path) ? path.filter((hop): hop is string => typeof hop === "string") : [],
  };
}

function readProperties(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).filter(([name]) => !NOT_PROPERTIES.has(name)));
}
