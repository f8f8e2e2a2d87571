import { Cancelled } from "./cancelled.ts";
import { ErrorGroup } from "./error_group.ts";

/** An error without the cancels in it. */
export interface Remaining {
  /** Whether a `Cancelled` was in it. */
  readonly wasCancelled: boolean;
  /** Null if there was nothing but `Cancelled` in it. */
  readonly rest: { readonly error: unknown } | null;
}

/**
 * Takes the cancels out of an error, wherever they are in it: in groups, and in what cleanup left when it was itself cut
 * short (`SuppressedError`), at any depth. A real error outranks a `Cancelled`, and none is lost with it.
 */
export function withoutCancelled(error: unknown): Remaining {
  if (error instanceof Cancelled) return { wasCancelled: true, rest: null };
  if (error instanceof AggregateError) return withoutCancelledParts(error);
  if (isSuppressed(error)) return withoutCancelledCleanup(error);
  return { wasCancelled: false, rest: { error } };
}

function withoutCancelledParts(error: AggregateError): Remaining {
  const parts = new Map(error.errors.map((part) => [part, withoutCancelled(part)]));
  if (![...parts.values()].some((part) => part.wasCancelled)) return { wasCancelled: false, rest: { error } };
  const restOf = (part: unknown) => parts.get(part)!.rest;
  if (error instanceof ErrorGroup) return { wasCancelled: true, rest: asRest(error.replaceParts(restOf)) };
  const rest = error.errors.flatMap((part) => restOf(part) ?? []).map((part) => part.error);
  return { wasCancelled: true, rest: rest.length === 0 ? null : { error: aggregateOf(rest, error) } };
}

function asRest(group: ErrorGroup | null): Remaining["rest"] {
  return group === null ? null : { error: group };
}

function aggregateOf(errors: readonly unknown[], whole: AggregateError): AggregateError {
  const options = whole.cause === undefined ? undefined : { cause: whole.cause };
  return withStackOf(whole, new AggregateError(errors, whole.message, options));
}

interface Suppressed extends Error {
  readonly error: unknown;
  readonly suppressed: unknown;
}

/** By its shape: not every runtime has the class, and compilers bring their own. */
function isSuppressed(error: unknown): error is Suppressed {
  return error instanceof Error && error.name === "SuppressedError" && "error" in error &&
    "suppressed" in error;
}

function withoutCancelledCleanup(error: Suppressed): Remaining {
  const [late, early] = [withoutCancelled(error.error), withoutCancelled(error.suppressed)];
  if (!late.wasCancelled && !early.wasCancelled) return { wasCancelled: false, rest: { error } };
  const rest = late.rest !== null && early.rest !== null
    ? { error: suppressedOf(late.rest.error, early.rest.error, error) }
    : late.rest ?? early.rest;
  return { wasCancelled: true, rest };
}

function suppressedOf(error: unknown, suppressed: unknown, whole: Suppressed): Error {
  const copy = Object.setPrototypeOf(new Error(whole.message), Object.getPrototypeOf(whole)) as Error;
  return withStackOf(whole, Object.assign(copy, { name: whole.name, error, suppressed }));
}

function withStackOf<E extends Error>(whole: Error, copy: E): E {
  if (whole.stack !== undefined) copy.stack = whole.stack;
  return copy;
}
