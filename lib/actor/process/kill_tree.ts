/** Ends what an actor has started, where it can no longer do so itself. */
import { after, earliest, type Instant, NEVER } from "../../base/instant.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { keyOf } from "../../host/alive.ts";
import { lookWhere } from "../../host/look.ts";
import type { Host } from "../../host/ports/host.ts";
import type { ProcessRow } from "../../host/ports/processes.ts";
import { sleepUntil } from "../../scope/sleep.ts";
import { Census } from "./census.ts";
import { TOKEN_VARIABLE } from "./spawn_spec.ts";

/** Between two looks at the process table. */
const LOOK_MS = 20;
const SLOWEST_LOOK_MS = 250;

/**
 * Waits until nothing is left that bears the token of an actor which has ended. Programs that it has started itself get
 * SIGTERM at once. Actors below it have noticed the death of their parent and clean up by themselves, and end their own
 * programs. All that is left after a while is killed.
 *
 * @param graceMs Milliseconds before the rest is killed; 0 to kill at once.
 */
export async function sweep(host: Host, token: string, graceMs: number): Promise<void> {
  const deadline = after(host.clock.now(), graceMs);
  if (!await fromPromise(Census.of(host).hasLeft(token))) return;
  const asked = new Set<string>();
  if (
    await lookUntilNone(
      host,
      deadline,
      () => markedWith(host, token, (row) => askOnce(host, token, row, asked)),
    )
  ) {
    return;
  }
  await lookUntilNone(host, NEVER, () => killMarked(host, token));
}

/** Asks a program to end that the actor has started itself: the token of an actor below it goes on after the dot. */
function askOnce({ processes }: Host, token: string, row: ProcessRow, asked: Set<string>): void {
  const key = keyOf(row);
  if (asked.has(key) || processes.variableOf(row.pid, TOKEN_VARIABLE) !== token) return;
  asked.add(key);
  processes.signal(row, "SIGTERM");
}

/** Looks, ever less often, until there is nothing; false if the deadline has come before. */
async function lookUntilNone(
  host: Host,
  deadline: Instant,
  look: () => readonly ProcessRow[],
): Promise<boolean> {
  for (let pause = LOOK_MS; host.clock.now() < deadline; pause = Math.min(2 * pause, SLOWEST_LOOK_MS)) {
    if (look().length === 0) return true;
    await sleepUntil(earliest(deadline, after(host.clock.now(), pause)));
  }
  return false;
}

/** Kills what bears a token, each as soon as it is found: a moment later it may have forked and died. */
export function killMarked(host: Host, token: string): readonly ProcessRow[] {
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
