import { readCaughtSignals } from "../linux/proc.ts";

const LOOK_EVERY_MS = 20;
/** Half a second after its start, on a machine that is not very busy. */
const LOOK_FOR_MS = 10_000;

/** Calls back when Deno has begun to listen for SIGUSR1, at which it opens its inspector; it does so once. */
export function onLateSignal(callback: () => void): void {
  let looks = LOOK_FOR_MS / LOOK_EVERY_MS;
  const timer = setInterval(() => {
    const isTaken = readCaughtSignals(process.pid).includes("SIGUSR1");
    if (isTaken) callback();
    if (isTaken || --looks === 0) clearInterval(timer);
  }, LOOK_EVERY_MS);
  timer.unref();
}
