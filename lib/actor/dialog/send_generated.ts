import { Cancelled } from "../../scope/cancelled.ts";
import { ErrorGroup } from "../../scope/error_group.ts";
import { BrokenResourceError } from "../../sync/channel_errors.ts";
import type { Check } from "./check_value.ts";
import type { Dialog } from "./dialog.ts";
import { MsgStream, withStream } from "./msg_stream.ts";

/** Sends the values of a generator, at the pace of the receiver, until that one has had enough. */
export async function sendGenerated(
  dialog: Dialog,
  values: AsyncIterable<unknown>,
  check: Check | null,
): Promise<void> {
  // The side that starts a generator receives from it.
  dialog.peerHasOpened = true;
  const stream = new MsgStream<never, unknown>(dialog, {}, { outgoing: check, incoming: null });
  await withStream(stream, () => sendAll(stream, values[Symbol.asyncIterator]()));
}

/** Not with `for await`, which drops what a cleanup fails with, where it is left with an error or a cancel. */
async function sendAll(stream: MsgStream<never, unknown>, values: AsyncIterator<unknown>): Promise<void> {
  try {
    for (let next = await values.next(); next.done !== true; next = await values.next()) {
      if (!await isTaken(stream, next.value)) break;
    }
  } catch (error) {
    await values.return?.().catch((late: unknown) => {
      if (late instanceof Cancelled) throw error;
      throw error instanceof Cancelled ? late : new ErrorGroup([error, late]);
    });
    throw error;
  }
  await values.return?.();
}

async function isTaken(stream: MsgStream<never, unknown>, value: unknown): Promise<boolean> {
  try {
    await stream.send(value);
    return true;
  } catch (error) {
    if (error instanceof BrokenResourceError) return false;
    throw error;
  }
}
