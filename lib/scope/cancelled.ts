/** Why a scope was cancelled. */
export interface CancelCause {
  /**
   * The cause of the cancel: its deadline, a failed task of its nursery, a call of `cancel()`, an interrupt of the program, or
   * the end of the run; or its exit, for what was left behind in it.
   */
  readonly source: "deadline" | "nursery" | "explicit" | "interrupt" | "shutdown" | "exit";
  /** In words; null if the canceller gave none. */
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
  constructor(key: typeof KEY, cause: CancelCause) {
    if (key !== KEY) {
      throw new TypeError("Cannot make a Cancelled: cancel a scope, and the scheduler raises it inside");
    }
    super(describe(cause));
    this.source = cause.source;
    this.reason = cause.reason;
    this.by = cause.by;
  }
}

const KEY = Symbol("scheduler");

const errors = new WeakMap<CancelCause, Cancelled>();

/**
 * The error that a cancelled scope raises: the same at each checkpoint, for it says nothing of the place where it is raised.
 * Neither has it a stack: that would be the place of the cancel, and to take one costs more than everything else.
 */
export function cancelledFor(cause: CancelCause): Cancelled {
  const known = errors.get(cause);
  if (known !== undefined) return known;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    const made = new Cancelled(KEY, cause);
    errors.set(cause, made);
    return made;
  } finally {
    Error.stackTraceLimit = limit;
  }
}

const SOURCES: Readonly<Record<CancelCause["source"], string>> = {
  deadline: "by its deadline",
  nursery: "by its nursery",
  explicit: "from outside",
  interrupt: "by an interrupt of the program",
  shutdown: "because the run is over",
  exit: "because the scope around it has exited: it was not awaited",
};

function describe({ source, reason, by }: CancelCause): string {
  const who = by === null ? SOURCES[source] : `by task "${by}"`;
  return reason === null ? `Cancelled ${who}` : `Cancelled ${who}: ${reason}`;
}
