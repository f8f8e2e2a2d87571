import { sleep } from "../../scope/sleep.ts";
import type { Containment } from "./containment.ts";

/** How long to wait before looking again, at first and at most. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 250;

/**
 * Looks again, less and less often, at what is being ended, for the deaths that nobody tells us of: those of processes
 * whose parent is not ours to be. To be run as a task, until it is cancelled.
 */
export async function lookOut(containment: Containment): Promise<void> {
  while (true) {
    await containment.untilEnding();
    for (
      let pause = FIRST_PAUSE_MS;
      containment.isEnding && !containment.hearsOfDeaths;
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS)
    ) {
      await sleep(pause);
      containment.lookAgain();
    }
  }
}
