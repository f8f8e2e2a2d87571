import { counted } from "../base/counted.ts";
import { formatDuration } from "../base/duration.ts";
import { describeProbe } from "./describe_probe.ts";
import type { Health } from "./plan.ts";

/** How an actor shows that it still works, and the consequence if it does not, for people. */
export function describeHealth({ probe, watchdogMs, intervalMs, retries, onFailure }: Health): string {
  const asked = probe === null
    ? `the process saying so every ${formatDuration(watchdogMs!)} (watchdog)`
    : `${describeProbe(probe)}, every ${formatDuration(intervalMs)}, until ${
      counted(retries, "failure")
    } in a row`;
  return onFailure === "restart" ? asked : `${asked}; only told`;
}
