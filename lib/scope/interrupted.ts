/** A program was asked to end, by Ctrl-C: raised by `run` after all of its tasks have ended. Trio's `KeyboardInterrupt`. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  /** @param cause What the cleanup failed with, if it did. */
  constructor(cause?: unknown) {
    super("The program was interrupted", cause === undefined ? undefined : { cause });
  }
}
