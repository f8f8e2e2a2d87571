import { KILL_PATIENCE_MS } from "../../base/kill_patience.ts";
import { isDead } from "../../host/alive.ts";
import { Hunt } from "../../host/hunt.ts";
import { type ProcessRow, SpawnError } from "../../host/ports/processes.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { type SweepOptions, untilNone } from "../containment/final_sweep.ts";
import { ISOLATOR_VERB } from "./protocol.ts";

/** The first process of the machine, to which orphans come that nobody else takes in. */
const FIRST_PID = 1;

/**
 * Ends what an isolator has started that died before it could say so: nobody waits for it, and it would be there beside the next
 * one. It is known by its mark, once it is its program; before that it is a copy of its isolator. A cancel does not end the wait.
 *
 * @param path Address of the actor.
 * @throws {SpawnError} If it does not go.
 */
export async function endUnheard(
  { host, containment, nextDeath }: Pick<SweepOptions, "host" | "containment" | "nextDeath">,
  marker: string,
  path: string,
): Promise<void> {
  const { processes } = host;
  const isCopy = (row: ProcessRow) =>
    !isDead(row) && [processes.ownPid, FIRST_PID].includes(row.parent) &&
    !processes.isStarted(row.pid) && processes.commandOf(row.pid).includes(ISOLATOR_VERB);
  const hunt = new Hunt(host, {
    signal: "SIGKILL",
    look: () => containment.markedWith(marker),
    onSignal: (row) => containment.willKill(row, path),
  });
  // Each copy becomes its program in a moment, and bears the mark then.
  const isLeft = () => hunt.pass().seen !== "nothing" || processes.table().some(isCopy);
  const isGone = await new CancelScope({ shield: true }).run(() =>
    untilNone({ host, nextDeath }, KILL_PATIENCE_MS, () => Number(isLeft()))
  );
  if (isGone !== true) {
    throw new SpawnError("start", "its isolator has died, and what that had started before does not end");
  }
}
