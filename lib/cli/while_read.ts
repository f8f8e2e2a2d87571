/** Runs something until nobody reads it: a reader that goes is noticed only by a write, and nothing may be left to write. */
import { Cancelled } from "../scope/cancelled.ts";
import { openNursery } from "../scope/nursery.ts";
import { Event } from "../sync/event.ts";
import type { Context } from "./command.ts";

const STANDARD_OUTPUT = 1;

/** Returns when nobody can read the standard output any more. */
export async function untilReaderGone({ host }: Context): Promise<void> {
  const gone = new Event();
  const stop = host.descriptors.onUnread(STANDARD_OUTPUT, () => gone.set());
  try {
    await gone.wait();
  } finally {
    stop();
  }
}

/**
 * Runs `body`, and cancels it when nobody reads any more: that is no failure, but an end as any other. A body that does not
 * let itself be cancelled in time fails for nobody.
 */
export async function whileRead(context: Context, body: () => Promise<void>): Promise<void> {
  let isGone = false;
  try {
    await openNursery(async (nursery) => {
      nursery.startSoon(async () => {
        await untilReaderGone(context);
        isGone = true;
        nursery.cancelScope.cancel("nobody reads any more");
      }, { name: "reader watch" });
      await body();
      nursery.cancelScope.cancel("all is said");
    }, { collapse: true });
  } catch (error) {
    if (!isGone || error instanceof Cancelled) throw error;
  }
}
