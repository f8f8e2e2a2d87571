import { isDead } from "../../host/alive.ts";
import { type ProcessRow, SpawnError } from "../../host/ports/processes.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { type SweepOptions, untilNone } from "../containment/final_sweep.ts";
import { ISOLATOR_VERB } from "./protocol.ts";

/** How long SIGKILL is given. */
const PATIENCE_MS = 5_000;

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
  { host: { processes }, containment, nextDeath }: Pick<SweepOptions, "host" | "containment" | "nextDeath">,
  marker: string,
  path: string,
): Promise<void> {
  const isCopy = (row: ProcessRow) =>
    !isDead(row) && [processes.ownPid, FIRST_PID].includes(row.parent) &&
    !processes.isStarted(row.pid) && processes.commandOf(row.pid).includes(ISOLATOR_VERB);
  const isGone = await new CancelScope({ shield: true }).run(() =>
    untilNone(
      { nextDeath },
      PATIENCE_MS,
      () => containment.killMarked(marker, path) + processes.table().filter(isCopy).length,
    )
  );
  if (isGone !== true) {
    throw new SpawnError("start", "its isolator has died, and what that had started before does not end");
  }
}
