/**
 * Runs that come by themselves: an actor with a schedule has an appointment as long as it is in service, and each date makes
 * one run. Between its runs it is `scheduled`; it never ends for good.
 */
import { NEVER } from "../base/instant.ts";
import type { ActorSpec, NodeId } from "../config/plan.ts";
import { appoint, dateOf, type Due, isBy, keep } from "./appointment.ts";
import { conclude } from "./conclude.ts";
import type { DueDoes } from "./journal_entry.ts";
import { NO_FAILURES } from "./no_failures.ts";
import { type ActorState, thenOf } from "./state.ts";
import { stopNode } from "./stopping.ts";
import type { Turn } from "./turn.ts";

/** Gives an actor that has come into service its appointment, and takes it from one that is out of it. */
export function settleSchedule(turn: Turn, id: NodeId): void {
  const actor = turn.actor(id);
  const { schedule } = turn.actorSpec(id);
  const isInService = schedule !== null && servesSchedule(turn, actor);
  if (!isInService) {
    if (actor.appointment !== null || actor.isOwed) turn.setActor(id, { appointment: null, isOwed: false });
    return;
  }
  if (actor.appointment !== null && isBy(actor.appointment, schedule)) return;
  const appointment = appoint(schedule, turn.now, turn.calendar, turn.calendar.kept?.get(id));
  const next = isoOf(dateOf(appointment, turn.now, turn.calendar));
  turn.record(id, "scheduled", actor.cause || null, { next });
  turn.setActor(id, { appointment });
}

/** Does what is due by the schedule of an actor. */
export function onScheduleTime(turn: Turn, id: NodeId): void {
  const { appointment: before } = turn.actor(id);
  const { schedule } = turn.actorSpec(id);
  // One that was taken out of service in this very step keeps nothing.
  if (before === null || schedule === null || !servesSchedule(turn, turn.actor(id))) return;
  const { appointment, due } = keep(before, turn.now, turn.calendar);
  if (appointment !== before) turn.setActor(id, { appointment });
  if (due === null) return;
  const does = verdictOn(turn.actor(id), schedule, due);
  const next = isoOf(dateOf(appointment, turn.now, turn.calendar));
  const cause = turn.record(id, "due", null, { date: isoOf(due.date)!, does, next });
  switch (does) {
    case "run":
      turn.set(id, NO_FAILURES);
      return conclude(turn, id, { to: "waiting" }, cause);
    case "replace":
      turn.set(id, NO_FAILURES);
      return stopNode(turn, id, { to: "waiting" }, NEVER, cause);
    case "queue":
      return turn.setActor(id, { isOwed: true });
    case "skip":
    case "miss":
      return;
  }
}

function verdictOn(
  actor: ActorState,
  { overlap, catchUp }: NonNullable<ActorSpec["schedule"]>,
  due: Due,
): DueDoes {
  if (due.isMissed && !catchUp) return "miss";
  const { at } = actor.phase;
  if (at === "scheduled") return "run";
  // A run that has yet to begin is the one that would be begun.
  if (at === "waiting" || at === "regrouping" || thenOf(actor)?.to === "waiting") return "skip";
  if (overlap === "replace" && thenOf(actor)?.to === "regrouping") return "skip";
  return overlap;
}

/** Whether dates count for an actor: its tree is at work, and nobody has taken the actor out of that. */
function servesSchedule(turn: Turn, actor: ActorState): boolean {
  const { spec, isLeaving } = turn.place(actor.id);
  if (isLeaving || turn.tree(spec.parent!).phase.at !== "up") return false;
  const then = thenOf(actor);
  if (then?.to === "stopped" && then.why !== "strategy") return false;
  const { at } = actor.phase;
  return at !== "inactive" && at !== "stopped" && at !== "completed" && at !== "failed";
}

function isoOf(date: number | null): string | null {
  return date === null ? null : new Date(date).toISOString();
}
