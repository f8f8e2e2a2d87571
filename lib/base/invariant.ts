/** A bug in supervise itself. Never caught below the command line: a wrong state must not be acted on. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/**
 * Asserts what must hold whatever the input; a failure is a bug of ours.
 *
 * @param about The subject of the last word of `why`: words that are put together for a failure alone.
 * @throws {InvariantError} If `condition` is false.
 */
export function invariant(condition: unknown, why: string, about?: string): asserts condition {
  if (condition) return;
  throw new InvariantError(`This is a bug in supervise: ${why}${about === undefined ? "" : ` "${about}"`}`);
}

/** Closes an exhaustive switch: the type checker proves that it is never reached. */
export function unreachable(value: never, what: string): never {
  throw new InvariantError(`This is a bug in supervise: unexpected ${what}: ${String(value)}`);
}
