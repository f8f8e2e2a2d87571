/** Waiting for processes of which we are not the parent: their table is looked at until they are gone. */
import { after } from "../base/instant.ts";
import { isDead, presentRow } from "../host/alive.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessId } from "../host/ports/processes.ts";

/** How long the supervisor's own processes may take to go after their last word. */
const FAREWELL_MS = 10_000;
const LOOK_EVERY_MS = 5;

/** Those of `processes` that are still there after a while. */
export async function waitUntilGone(
  host: Host,
  processes: readonly ProcessId[],
): Promise<readonly ProcessId[]> {
  const deadline = after(host.clock.now(), FAREWELL_MS);
  let there = processes.filter((id) => isThere(host, id));
  while (there.length > 0 && host.clock.now() < deadline) {
    await pause(host, LOOK_EVERY_MS);
    there = there.filter((id) => isThere(host, id));
  }
  return there;
}

/** Whether a process lives, or is a zombie that we have to reap. */
export function isThere({ processes }: Host, process: ProcessId): boolean {
  const row = presentRow(processes, process);
  // Another parent may be slow to reap what has ended, which is gone all the same.
  return row !== null && (!isDead(row) || row.parent === processes.ownPid);
}

/** Waits, also outside of any scope. */
export function pause(host: Host, ms: number): Promise<void> {
  return new Promise((resolve) => host.clock.schedule(after(host.clock.now(), ms), resolve));
}
