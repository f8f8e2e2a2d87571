/** Waiting for processes of which we are not the parent: their table is looked at until they are gone. */
import { after } from "../base/instant.ts";
import { isDead, presentRow } from "../host/alive.ts";
import type { ClientHost } from "../host/ports/host.ts";
import type { ProcessId } from "../host/ports/processes.ts";

/** How long the supervisor's own processes may take to go after their last word. */
const FAREWELL_MS = 10_000;
/** Most are gone in some milliseconds: they are looked for often at first, and now and then once it takes long. */
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 20;

/** Those of `processes` that are still there after a while. */
export async function waitUntilGone(
  host: ClientHost,
  processes: readonly ProcessId[],
): Promise<readonly ProcessId[]> {
  const deadline = after(host.clock.now(), FAREWELL_MS);
  let there = processes.filter((id) => isThere(host, id));
  for (let ms = FIRST_PAUSE_MS; there.length > 0 && host.clock.now() < deadline; ms = longer(ms)) {
    await pause(host, ms);
    there = there.filter((id) => isThere(host, id));
  }
  return there;
}

/** A tenth of the time that was waited so far is waited in vain at most. */
function longer(ms: number): number {
  return Math.min(ms * 1.1, LONGEST_PAUSE_MS);
}

/** Whether a process lives, or is a zombie that we have to reap. */
export function isThere({ processes }: ClientHost, process: ProcessId): boolean {
  const row = presentRow(processes, process);
  // Another parent may be slow to reap what has ended, which is gone all the same.
  return row !== null && (!isDead(row) || row.parent === processes.ownPid);
}

/** Waits, also outside of any scope. */
export function pause(host: ClientHost, ms: number): Promise<void> {
  return new Promise((resolve) => host.clock.schedule(after(host.clock.now(), ms), resolve));
}
