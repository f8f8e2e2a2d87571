import { EndOfChannel } from "../sync/channel_errors.ts";

/** The foreign function has returned: raised in a task that waits for something of it. It ends an iteration. */
export class ForeignTaskReturned extends EndOfChannel {
  override readonly name: string = "ForeignTaskReturned";
}

/** The foreign function was aborted by somebody else than the task that it belongs to; the cause is what it threw. */
export class ForeignTaskCancelled extends Error {
  override readonly name = "ForeignTaskCancelled";
}

/** The inside has returned, and with it ends what it talked to. Raised in the foreign function; see its `signal`. */
export class InsideReturned extends Error {
  override readonly name = "InsideReturned";
}

/** The inside was cancelled or has failed, as its cause says. Raised in the foreign function; see its `signal`. */
export class InsideCancelled extends Error {
  override readonly name = "InsideCancelled";
}
