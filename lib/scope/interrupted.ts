import type { Signal } from "../base/signals.ts";

/**
 * A program was asked to end, by Ctrl-C, SIGTERM or SIGHUP: raised by `run` after all of its tasks have ended. A program
 * that does not catch it ends without a word, with the exit code of the signal (130, 143, 129). Trio's `KeyboardInterrupt`.
 */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  /** The first signal that came. */
  readonly signal: Signal;

  /** @param cause The failure of the cleanup, if it failed. */
  constructor(cause?: unknown, signal: Signal = "SIGINT") {
    super("The program was interrupted", cause === undefined ? undefined : { cause });
    this.signal = signal;
  }
}
