/** Errors on the wire: all that can be said of one, and of those behind it, as plain values. PURE. */
import { messageOf } from "../base/user_error.ts";
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

const MAX_CAUSES = 16;
const MAX_PARTS = 200;
const MAX_TEXT = 64 * 1_024;
const PROPERTY_BOUNDS = { maxDepth: 8, maxItems: 1_000 };
/** What every error has, or what is a part of the box by itself. */
const NOT_PROPERTIES: ReadonlySet<string> = new Set([
  "name",
  "message",
  "stack",
  "cause",
  "errors",
  "error",
  "suppressed",
  // What runtimes add to say where their own code raised it.
  "line",
  "column",
  "sourceURL",
]);

/**
 * Boxes whatever was thrown.
 *
 * @param at Path of the actor that it is thrown in.
 * @param relayed Says whether an error came from another actor.
 */
export function boxError(error: unknown, at: string, relayed: (error: unknown) => Relayed | null): ErrorBox {
  return boxOf(error, { at, relayed, depth: 0 });
}

interface Boxing {
  readonly at: string;
  readonly relayed: (error: unknown) => Relayed | null;
  readonly depth: number;
}

function boxOf(error: unknown, boxing: Boxing): ErrorBox {
  const relayed = boxing.relayed(error);
  if (relayed !== null) return { ...relayed.box, path: [...relayed.box.path, boxing.at] };
  if (!(error instanceof Error)) {
    return {
      type: typeof error,
      message: cut(messageOf(error)),
      stack: null,
      properties: {},
      cause: null,
      errors: null,
      path: [boxing.at],
    };
  }
  const inner = { ...boxing, depth: boxing.depth + 1 };
  const isDeep = inner.depth > MAX_CAUSES;
  const parts = isDeep ? null : partsOf(error);
  return {
    type: error.name,
    message: cut(messageOf(error)),
    stack: typeof error.stack === "string" ? cut(error.stack) : null,
    properties: propertiesOf(error),
    // The cause of a group is one of its parts.
    cause: error.cause === undefined || isDeep || parts !== null ? null : boxOf(error.cause, inner),
    errors: parts?.slice(0, MAX_PARTS).map((part) => boxOf(part, inner)) ?? null,
    path: [boxing.at],
  };
}

function partsOf(error: Error): readonly unknown[] | null {
  if ("errors" in error && Array.isArray(error.errors)) return error.errors;
  return error.name === "SuppressedError" && "error" in error && "suppressed" in error
    ? [error.error, error.suppressed]
    : null;
}

function propertiesOf(error: Error): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(error).filter(([name, value]) =>
      !NOT_PROPERTIES.has(name) && value !== undefined && whyNotCarried(value, PROPERTY_BOUNDS) === null
    ),
  );
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}...`;
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
    properties: typeof properties === "object" && properties !== null && !Array.isArray(properties)
      ? properties as Readonly<Record<string, unknown>>
      : {},
    cause: cause === null || cause === undefined || depth > MAX_CAUSES
      ? null
      : readErrorBox(cause, depth + 1),
    errors: Array.isArray(errors) && depth <= MAX_CAUSES
      ? errors.map((part) => readErrorBox(part, depth + 1))
      : null,
    path: Array.isArray(path) ? path.filter((hop): hop is string => typeof hop === "string") : [],
  };
}
