import { FIRST_PAUSE_MS, longerPause } from "../../host/hunt.ts";
import { sleep } from "../../scope/sleep.ts";
import type { Containment } from "./containment.ts";

/**
 * Looks again, less and less often, at what is being ended, for the deaths that nobody tells us of: those of processes
 * whose parent is not ours to be; and after a look that failed. To be run as a task, until it is cancelled.
 */
export async function lookOut(containment: Containment): Promise<void> {
  while (true) {
    await containment.untilEnding();
    for (
      let pause = FIRST_PAUSE_MS;
      containment.isToLookAgain;
      pause = longerPause(pause)
    ) {
      await sleep(pause);
      containment.lookAgain();
    }
  }
}
