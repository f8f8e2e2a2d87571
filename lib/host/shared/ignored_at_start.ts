import type { Signal } from "../../base/signals.ts";
import { readIgnoredSignals } from "../linux/proc.ts";

let ignored: ReadonlySet<Signal> | undefined;

/** The signals that were ignored when this program was started. To be asked before any of them is treated in another way. */
export function ignoredAtStart(): ReadonlySet<Signal> {
  return ignored ??= new Set(readIgnoredSignals(process.pid));
}
