/** Ends what an actor has started, where it can no longer do so itself. */
import { fromPromise } from "../../bridge/from_promise.ts";
import { Hunt, huntDown, type Quarry } from "../../host/hunt.ts";
import { lookWhere } from "../../host/look.ts";
import type { Host } from "../../host/ports/host.ts";
import type { ProcessRow } from "../../host/ports/processes.ts";
import { sleep } from "../../scope/sleep.ts";
import { Census } from "./census.ts";
import { TOKEN_VARIABLE } from "./spawn_spec.ts";

/**
 * Waits until nothing is left that bears the token of an actor which has ended. Programs that it has started itself get
 * SIGTERM at once. Actors below it have noticed the death of their parent and clean up by themselves, and end their own
 * programs. All that is left after a while is killed.
 *
 * @param graceMs Milliseconds before the rest is killed; 0 to kill at once.
 */
export async function sweep(host: Host, token: string, graceMs: number): Promise<void> {
  if (!await fromPromise(Census.of(host).hasLeft(token))) return;
  const { processes } = host;
  // The token of an actor below goes on after the dot.
  const isAsked = (row: ProcessRow) => processes.variableOf(row.pid, TOKEN_VARIABLE) === token;
  const look: Quarry["look"] = (_, meet) => markedWith(host, token, meet);
  if (graceMs > 0) {
    const ask = new Hunt(host, { signal: "SIGTERM", look, spares: (row) => !isAsked(row) });
    if ((await huntDown(host, ask, { withinMs: graceMs, listen })).seen === "nothing") return;
  }
  const kill = new Hunt(host, { signal: "SIGKILL", look });
  await huntDown(host, kill, { withinMs: Infinity, listen });
}

/** No death is heard of here. */
const listen = () => sleep;

/** Kills what bears a token, each as soon as it is found: a moment later it may have forked and died. */
export function killByToken(host: Host, token: string): readonly ProcessRow[] {
  return markedWith(host, token, (row) => void host.processes.signal(row, "SIGKILL"));
}

/**
 * The living processes that were started by the actor with a token, or by one below it.
 *
 * @param meet Told of each as soon as it is found.
 */
export function markedWith(
  host: Host,
  token: string,
  meet: (row: ProcessRow) => void = () => {},
): readonly ProcessRow[] {
  const { processes } = host;
  return lookWhere(processes, (row) => {
    const tokens = processes.variableOf(row.pid, TOKEN_VARIABLE);
    if (tokens === null || (tokens !== token && !tokens.startsWith(`${token}.`))) return false;
    meet(row);
    return true;
  });
}
