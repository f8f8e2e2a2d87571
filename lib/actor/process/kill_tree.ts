/** Ends what an actor has started, where it can no longer do so itself. */
import { after, earliest, type Instant, NEVER } from "../../base/instant.ts";
import { findWhere, lookAtAll } from "../../host/look.ts";
import type { Host } from "../../host/ports/host.ts";
import type { ProcessRow } from "../../host/ports/processes.ts";
import { sleepUntil } from "../../scope/sleep.ts";
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
  const deadline = after(host.clock.now(), graceMs);
  if (await lookUntilGone(host, token, { deadline, onLeft: () => {} })) return;
  const kill = (row: ProcessRow) => void host.processes.signal(row, "SIGKILL");
  await lookUntilGone(host, token, { deadline: NEVER, onLeft: kill });
}

/** Looks at what bears a token, ever less often, until there is nothing; false if the deadline has come before. */
async function lookUntilGone(
  host: Host,
  token: string,
  { deadline, onLeft }: { readonly deadline: Instant; readonly onLeft: (row: ProcessRow) => void },
): Promise<boolean> {
  for (let pause = LOOK_MS; host.clock.now() < deadline; pause = Math.min(2 * pause, SLOWEST_LOOK_MS)) {
    if (markedWith(host, token, onLeft).length === 0) return true;
    await sleepUntil(earliest(deadline, after(host.clock.now(), pause)));
  }
  return false;
}

/**
 * The living processes that were started by the actor with a token, or by one below it.
 *
 * @param meet Told of each as soon as it is found: a moment later it may have forked and died.
 */
export function markedWith(
  host: Host,
  token: string,
  meet: (row: ProcessRow) => void = () => {},
): readonly ProcessRow[] {
  const { processes } = host;
  const isMeant = (row: ProcessRow) => {
    const tokens = processes.variableOf(row.pid, TOKEN_VARIABLE);
    if (tokens === null || (tokens !== token && !tokens.startsWith(`${token}.`))) return false;
    meet(row);
    return true;
  };
  return lookAtAll(processes, (find, pids) => findWhere(find, pids, isMeant));
}
