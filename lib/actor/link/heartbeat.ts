/** Finds out that the other side of a connection is gone where no end tells of it: when a machine or a cable fails. */
import { sleep } from "../../scope/sleep.ts";
import type { Link } from "./link.ts";

/** Between two questions. */
const INTERVAL_MS = 5_000;
/** How many may stay without an answer. */
const MOST_MISSED = 3;

/** Asks, for as long as a dialog is open, and gives the connection up if nothing comes any more. An idle one costs nothing. */
export async function heartbeat(link: Link): Promise<void> {
  for (let missed = 0;; missed = link.hasHeard ? 0 : missed + 1) {
    if (missed === MOST_MISSED) {
      return link.lose(`nothing was heard of it for ${MOST_MISSED * INTERVAL_MS / 1_000} seconds`, null);
    }
    await link.inUse();
    link.hasHeard = false;
    link.ping();
    await sleep(INTERVAL_MS);
  }
}
