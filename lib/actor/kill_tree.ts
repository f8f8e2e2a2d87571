/** Ends what an actor has started, where it can no longer do so itself. */
import type { Host } from "../host/ports/host.ts";
import type { ProcessRow } from "../host/ports/processes.ts";
import { sleep } from "../scope/sleep.ts";
import { TOKEN_VARIABLE } from "./spawn_spec.ts";

/** Between two looks at the process table. */
const LOOK_MS = 20;
const SLOWEST_LOOK_MS = 250;

/**
 * Waits until nothing is left that bears the token of an actor which has died; what is left after a while is killed. Actors
 * below it have noticed the death of their parent and clean up by themselves.
 *
 * @param graceMs Milliseconds before the rest is killed; 0 to kill at once.
 */
export async function sweep(host: Host, token: string, graceMs: number): Promise<void> {
  const begin = host.clock.now();
  for (let pause = LOOK_MS;; pause = Math.min(2 * pause, SLOWEST_LOOK_MS)) {
    const left = markedWith(host, token);
    if (left.length === 0) return;
    if (host.clock.now() - begin >= graceMs) {
      for (const row of left) host.processes.signal(row, "SIGKILL");
    }
    await sleep(pause);
  }
}

/** The living processes that were started by the actor with a token, or by one below it. */
export function markedWith(host: Host, token: string): readonly ProcessRow[] {
  return host.processes.table().filter((row) => {
    if (row.state === "Z" || row.pid === host.processes.ownPid) return false;
    const tokens = host.processes.variableOf(row.pid, TOKEN_VARIABLE);
    return tokens !== null && (tokens === token || tokens.startsWith(`${token}.`));
  });
}
