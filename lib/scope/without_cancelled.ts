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
 * short (`SuppressedError`). A real error outranks a `Cancelled`, and none is lost with it.
 */
export function withoutCancelled(error: unknown): Remaining {
  if (error instanceof Cancelled) return { wasCancelled: true, rest: null };
  if (error instanceof ErrorGroup) {
    const [cancels, others] = error.split(Cancelled);
    if (cancels === null) return { wasCancelled: false, rest: { error } };
    return { wasCancelled: true, rest: others === null ? null : { error: others } };
  }
  if (error instanceof AggregateError) {
    const parts = error.errors.map(withoutCancelled);
    if (!parts.some((part) => part.wasCancelled)) return { wasCancelled: false, rest: { error } };
    const rest = parts.flatMap((part) => part.rest === null ? [] : [part.rest.error]);
    const group = rest.length === 0 ? null : { error: new AggregateError(rest, error.message) };
    return { wasCancelled: true, rest: group };
  }
  if (isSuppressed(error)) return withoutCancelledCleanup(error);
  return { wasCancelled: false, rest: { error } };
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
  const rest = late.rest !== null && early.rest !== null ? { error } : late.rest ?? early.rest;
  return { wasCancelled: late.wasCancelled || early.wasCancelled, rest };
}
