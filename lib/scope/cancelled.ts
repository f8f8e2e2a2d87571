/** Why a scope was cancelled. */
export interface CancelCause {
  /** What cancelled it: its deadline, a failed task of its nursery, or a call of `cancel()`. */
  readonly source: "deadline" | "nursery" | "explicit";
  /** In words, as far as whoever cancelled gave any. */
  readonly reason: string | null;
  /** Name of the task that cancelled; null if it came from outside of every task. */
  readonly by: string | null;
}

/**
 * Raised at every checkpoint inside a cancelled scope, until that scope exits and absorbs it. It is not a failure:
 * catch it only to clean up, and throw it on.
 *
 * Follows Trio's `Cancelled`: only the scheduler makes one.
 */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  readonly source: CancelCause["source"];
  readonly reason: string | null;
  readonly by: string | null;

  /** @internal */
  constructor(cause: CancelCause) {
    super(describe(cause));
    this.source = cause.source;
    this.reason = cause.reason;
    this.by = cause.by;
  }
}

function describe({ source, reason, by }: CancelCause): string {
  const who = source === "deadline" ? "by its deadline" : by === null ? "from outside" : `by task "${by}"`;
  return reason === null ? `Cancelled ${who}` : `Cancelled ${who}: ${reason}`;
}
