/**
 * The heart of supervise: decides the next acts of a tree of supervisors.
 *
 *     step(state, event, now, calendar) -> { state, effects }
 *
 * No promises, no clock (`calendar` has the date, which schedules go by), no chance but the seed in the state, and nothing thrown for anything that can happen. Every
 * decision is made here and every process is handled elsewhere, so that the future can be computed.
 *
 * A step has two phases. First the event is applied, which writes wishes: this run has ended, that tree is to go down.
 * Then the wishes are settled: who may start does, whose turn to stop has come does, who is over is concluded.
 *
 * Invariants:
 * 1. An actor has at most one run at a time, and a new one only after the old one is over, its descendants included.
 * 2. Every run that is begun, by its spawn or by a hook before that, is closed once.
 * 3. A node that is stopped by hand is started by hand alone.
 * 4. A supervisor is concluded after all of its children.
 * 5. After `finish` nothing is done any more; requests are still answered, and what the shell notes is still recorded.
 */
import { earliest, type Instant, instant, NEVER } from "../base/instant.ts";
import { ROOT } from "../config/plan.ts";
import { onActorTime, onRunEvent } from "./actor.ts";
import { type Calendar, NO_CALENDAR } from "./calendar.ts";
import type { NotedAs, TreeEvent } from "./event.ts";
import { answerRequests, settleTime } from "./goals.ts";
import type { EntryEvent } from "./journal_entry.ts";
import { onPlanGiven } from "./replan.ts";
import { onRequest } from "./requests.ts";
import { resume } from "./resume.ts";
import { advanceRollouts } from "./rolling.ts";
import { settle } from "./settle.ts";
import type { State } from "./state.ts";
import { activateTree, onTreeTime } from "./tree.ts";
import { type Stepped, Turn } from "./turn.ts";
import { onFilesChanged } from "./watching.ts";

/** Takes one step. @param calendar Left out where nothing has a schedule by dates. */
export function step(
  state: State,
  event: TreeEvent,
  now: Instant,
  calendar: Calendar = NO_CALENDAR,
): Stepped {
  if (state.outcome !== null && event.type !== "noted") return { state, effects: refuse(event) };
  const turn = new Turn(state, now, calendar);
  applyEvent(turn, event);
  if (state.outcome !== null) return turn.finish();
  do settle(turn); while (advanceRollouts(turn));
  answerRequests(turn);
  return turn.finish();
}

/** When `time_passed` is due. Not later than this, whatever else happens. */
export function nextDeadline({ outcome, holding, books, requests, rollouts }: State): Instant {
  if (outcome !== null) return NEVER;
  const { due, stopDue, regroupDue } = books;
  let next = instant(Math.min(due.least, regroupDue.least, holding === null ? stopDue.least : NEVER));
  for (const request of requests) next = earliest(next, settleTime(request) ?? NEVER);
  for (const { settlesAt } of rollouts) next = earliest(next, settlesAt ?? NEVER);
  return next;
}

/** A tree that has ended owes nothing but an answer. */
export function refuse(event: TreeEvent): Stepped["effects"] {
  if (!("request" in event) || event.request === null) return [];
  return [{ type: "reply", request: event.request, ok: false, refusal: { kind: "tree_ended" } }];
}

/** Applies an event: the first phase of a step. */
export function applyEvent(turn: Turn, event: TreeEvent): void {
  switch (event.type) {
    case "begun":
      return activateTree(turn, ROOT);
    case "resumed":
      return resume(turn, event);
    case "plan_given":
      return onPlanGiven(turn, event);
    case "time_passed":
      return onTime(turn);
    case "files_changed":
      return onFilesChanged(turn, event);
    case "noted":
      onNoted(turn, event);
      return;
    case "lacked":
    case "made":
    case "spawned":
    case "spawn_failed":
    case "probed":
    case "joined":
    case "parted":
    case "held":
    case "released":
    case "stop_command_ended":
    case "hook_ended":
    case "told":
    case "exited":
    case "cleared":
    case "looked":
      return onRunEvent(turn, event);
    default:
      return onRequest(turn, event);
  }
}

function onNoted<Event extends EntryEvent>(turn: Turn, { node, event, data }: NotedAs<Event>): void {
  turn.record(node, event, turn.find(node)?.cause || null, data);
}

function onTime(turn: Turn): void {
  const next = (from: number) => turn.books.firstDue(from, turn.holding !== null);
  for (let place = next(0); place !== null; place = next(place.index + 1)) {
    if (place.spec.kind === "tree") onTreeTime(turn, place.id);
    else onActorTime(turn, place.id);
  }
}
