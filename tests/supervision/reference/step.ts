/** A step that looks at everything: what `lib/supervision/step.ts` has to come to, which looks at what has changed. */
import { type Instant, NEVER } from "../../../lib/base/instant.ts";
import { onActorTime } from "../../../lib/supervision/actor.ts";
import type { Calendar } from "../../../lib/supervision/calendar.ts";
import { actorDeadline } from "../../../lib/supervision/deadlines.ts";
import type { TreeEvent } from "../../../lib/supervision/event.ts";
import type { NodeState, State } from "../../../lib/supervision/state.ts";
import { advanceRollouts } from "../../../lib/supervision/rolling.ts";
import { applyEvent, refuse } from "../../../lib/supervision/step.ts";
import { onTreeTime } from "../../../lib/supervision/tree.ts";
import { type Stepped, Turn } from "../../../lib/supervision/turn.ts";
import { answerRequests, settlesAt } from "./goals.ts";
import { cutGrace } from "./hold.ts";
import { settle } from "./settle.ts";

/** Takes one step. */
export function referenceStep(state: State, event: TreeEvent, now: Instant, calendar: Calendar): Stepped {
  if (state.outcome !== null && event.type !== "noted") return { state, effects: refuse(event) };
  const turn = new Turn(state, now, calendar);
  if (event.type === "time_passed") onTime(turn);
  else if (event.type === "grace_cut") cutGrace(turn, event.toMs);
  else applyEvent(turn, event);
  if (state.outcome !== null) return turn.finish();
  do settle(turn); while (advanceRollouts(turn));
  answerRequests(turn);
  return turn.finish();
}

/** When `time_passed` is due. */
export function referenceDeadline(state: State, now: Instant): Instant {
  const { outcome, nodes, holding, requests, rollouts } = state;
  if (outcome !== null) return NEVER;
  const dues = [...nodes.values()].map((node) => dueOf(node, now, holding !== null));
  const turn = new Turn(state, now);
  dues.push(...requests.map((request) => settlesAt(turn, request)).filter((at) => at > now));
  for (const { settlesAt } of rollouts) if (settlesAt !== null) dues.push(settlesAt);
  return dues.reduce((one, other) => other < one ? other : one, NEVER);
}

function dueOf(node: NodeState, now: Instant, isHolding: boolean): Instant {
  if (node.kind === "tree") {
    if (node.phase.at === "backing_off") return node.phase.until;
    return node.regroupAt !== null && node.regroupAt > now ? node.regroupAt : NEVER;
  }
  const isThere = node.phase.at === "starting" || node.phase.at === "running";
  const stopAt = isHolding || node.doom === null || !isThere ? NEVER : node.doom.deadline;
  const due = actorDeadline(node);
  return stopAt < due ? stopAt : due;
}

function onTime(turn: Turn): void {
  for (const { id, spec } of turn.topology.places) {
    if (spec.kind === "tree") onTreeTime(turn, id);
    else onActorTime(turn, id);
  }
}
