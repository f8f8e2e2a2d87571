import { limitErrorOf } from "../../base/limit_error.ts";
import { readCaughtSignals } from "../linux/proc.ts";

const LOOK_EVERY_MS = 20;
/** Half a second after its start, on a machine that is not very busy. */
const LOOK_FOR_MS = 10_000;

/** Calls back when Deno has begun to listen for SIGUSR1, at which it opens its inspector; it does so once. */
export function onLateSignal(callback: () => void): void {
  let looks = LOOK_FOR_MS / LOOK_EVERY_MS;
  const timer = setInterval(() => {
    const isTaken = caughtSignals().includes("SIGUSR1");
    if (isTaken) callback();
    if (isTaken || --looks === 0) clearInterval(timer);
  }, LOOK_EVERY_MS);
  timer.unref();
}

/** None where there is no descriptor to read them with: the next look may have one. */
function caughtSignals(): readonly string[] {
  try {
    return readCaughtSignals(process.pid);
  } catch (error) {
    if (limitErrorOf(error) === null) throw error;
    return [];
  }
}
