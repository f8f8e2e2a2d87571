/** A bug in supervise itself. Never caught below the command line: a wrong state must not be acted on. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/**
 * Asserts what must hold whatever the input; a failure is a bug of ours.
 *
 * @throws {InvariantError} If `condition` is false.
 */
export function invariant(condition: unknown, why: string): asserts condition {
  if (!condition) throw new InvariantError(`This is a bug in supervise: ${why}`);
}

/** Closes an exhaustive switch: the type checker proves that it is never reached. */
export function unreachable(value: never, what: string): never {
  throw new InvariantError(`This is a bug in supervise: unexpected ${what}: ${String(value)}`);
}
