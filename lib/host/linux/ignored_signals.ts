/** Signals that this process goes on at, whatever they would do by default. */
import { type Signal, signalNumber } from "../../base/signals.ts";
import { ignoredAtStart } from "../shared/ignored_at_start.ts";
import { type Libc, LINUX } from "./libc.ts";
import { readCaughtSignals } from "./proc.ts";

/** Ignores `signals`, but for those that the runtime needs: it does what they are for, and ends of none of them. */
export function ignoreSignals({ call }: Libc, signals: readonly Signal[]): void {
  // This program tells what it was started with from what it does here.
  ignoredAtStart();
  const caught = new Set(readCaughtSignals(process.pid));
  for (const signal of signals) {
    if (!caught.has(signal) || TAKEN_FOR_NOTHING.has(signal)) {
      call.signal(signalNumber(signal), LINUX.SIG_IGN);
    }
  }
}

/** At this one Deno opens its inspector, for every user of the machine. */
const TAKEN_FOR_NOTHING: ReadonlySet<Signal> = new Set<Signal>(["SIGUSR1"]);
