/** When an actor that is being ended is signalled and killed, so that what it leaves is gone in time too. PURE. */
import { after, type Instant } from "../../base/instant.ts";

/** How long a level keeps of its time: for the signal, the kill, and its own cleanup after the end of those below it. */
const KEEP_MS = 500;
/** The part that it keeps where that is less: the time of a tree of any depth can be shared out. */
const KEEP_SHARE = 0.2;

/** See the module. */
export interface EndSchedule {
  /** When it is signalled; it is told that it must be over by then. */
  readonly signalAt: Instant;
  readonly killAt: Instant;
}

/**
 * @param begin When it is asked to end.
 * @param end When it and all that it has started must be gone.
 */
export function endSchedule(begin: Instant, end: Instant): EndSchedule {
  const wholeMs = end - begin;
  const keepMs = Math.min(KEEP_MS, KEEP_SHARE * wholeMs);
  return { signalAt: after(begin, wholeMs - keepMs), killAt: after(begin, wholeMs - keepMs / 2) };
}
