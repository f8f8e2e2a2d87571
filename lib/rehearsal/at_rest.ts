/** Whether a tree comes to rest: nothing more would happen by itself. PURE. */
import { earliest, type Instant, NEVER } from "../base/instant.ts";
import type { NodeId } from "../config/plan.ts";
import { settleTime } from "../supervision/goals.ts";
import type { ActorState, State } from "../supervision/state.ts";
import { dueOf } from "../supervision/write_books.ts";

/**
 * Whether nothing is due but checks of health that change nothing, as far as the core knows.
 *
 * @param isWell Whether an actor would pass its check now.
 */
export function isAtRest(state: State, isWell: (path: NodeId) => boolean): boolean {
  if (state.outcome !== null) return true;
  const { books: { stopDue, regroupDue }, requests, rollouts, nodes } = state;
  let due = earliest(stopDue.least as Instant, regroupDue.least as Instant);
  for (const request of requests) due = earliest(due, settleTime(request) ?? NEVER);
  for (const { settlesAt } of rollouts) due = earliest(due, settlesAt ?? NEVER);
  if (due !== NEVER) return false;
  for (const node of nodes.values()) {
    if (node.kind === "actor" && (isBusy(node) || isUnsure(node, isWell))) return false;
    if (dueOf(node.kind === "actor" ? withoutCheck(node) : node) !== NEVER) return false;
  }
  return true;
}

/** An actor that is known to work, as if it was never asked again. */
function withoutCheck(actor: ActorState): ActorState {
  const { phase } = actor;
  if (
    phase.at !== "running" || phase.health?.healthy !== true || (phase.spec.health?.probe ?? null) === null
  ) {
    return actor;
  }
  return { ...actor, phase: { ...phase, health: { ...phase.health, dueAt: NEVER } } };
}

/** Whether something goes on for it that the engine knows the limits of: a process is made, or a hook runs. */
function isBusy({ phase }: ActorState): boolean {
  return ("hook" in phase && phase.hook !== null) || (phase.at === "starting" && phase.pid === null);
}

/** Whether a question about its health is open, and the answer will be news. */
function isUnsure({ id, phase }: ActorState, isWell: (path: NodeId) => boolean): boolean {
  if (phase.at !== "running" || phase.health === null || (phase.spec.health?.probe ?? null) === null) {
    return false;
  }
  return phase.health.healthy !== true || !isWell(id);
}
