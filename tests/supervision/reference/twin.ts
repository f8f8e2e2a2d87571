/** Holds a step to the reference: the same state and the same effects, and books that are as if written from nothing. */
import assert from "node:assert/strict";
import type { Instant } from "../../../lib/base/instant.ts";
import { LIFECYCLE } from "../../../lib/supervision/actor.ts";
import type { Calendar } from "../../../lib/supervision/calendar.ts";
import type { Effect } from "../../../lib/supervision/effect.ts";
import type { TreeEvent } from "../../../lib/supervision/event.ts";
import type { Books } from "../../../lib/supervision/books.ts";
import type { State } from "../../../lib/supervision/state.ts";
import { encodeChange, wholeOf } from "../../../lib/supervision/state_change.ts";
import { applyEvent, nextDeadline } from "../../../lib/supervision/step.ts";
import { type Stepped, Turn } from "../../../lib/supervision/turn.ts";
import { booksOf } from "../../../lib/supervision/write_books.ts";
import { referenceDeadline, referenceStep } from "./step.ts";

/** Compares what a step has come to with what it should. */
export function holdToReference(
  before: State,
  event: TreeEvent,
  now: Instant,
  stepped: Stepped,
  calendar: Calendar,
): void {
  holdToLifecycle(before, event, now);
  const expected = referenceStep(before, event, now, calendar);
  const { state } = stepped;
  assert.deepEqual(stepped.effects.map(told), expected.effects.map(told), event.type);
  assert.equal(encodeChange(wholeOf(state)), encodeChange(wholeOf(expected.state)), event.type);
  assert.deepEqual(restOf(state), restOf(expected.state), event.type);
  assert.equal(nextDeadline(state), referenceDeadline(state, now), `deadline after ${event.type}`);
  if (state.outcome !== null) return;
  assert.equal(bookText(state.books), bookText(booksOf(state.topology, state.nodes, now)), event.type);
}

/** An event of a run leads to one of the phases that the table names for it. */
function holdToLifecycle(before: State, event: TreeEvent, now: Instant): void {
  if (before.outcome !== null || !("run" in event)) return;
  const phase = before.nodes.get(event.node)?.phase;
  if (phase === undefined || !("run" in phase) || phase.run !== event.run) return;
  const turn = new Turn(before, now);
  applyEvent(turn, event);
  const allowed: readonly string[] = LIFECYCLE[phase.at][event.type]?.leadsTo ?? [phase.at];
  const { at } = turn.node(event.node).phase;
  assert.ok(allowed.includes(at), `${event.type} leads from ${phase.at} to ${at}`);
}

/** An effect as text, without the specs that it carries. */
function told(effect: Effect): string {
  return JSON.stringify(effect, (key, value) => key === "spec" ? value.path : value);
}

function restOf({ requests, rollouts, holding, outcome, revision }: State) {
  return { requests: requests.map(({ id, goal }) => ({ id, goal })), rollouts, holding, outcome, revision };
}

function bookText(
  { tallies, counts, due, stopDue, regroupDue, unsettled, regrouping, left, holders, endless }: Books,
) {
  const columns = [tallies.values(), counts.values(), due, stopDue, regroupDue, unsettled, regrouping];
  return JSON.stringify([...columns.map((column) => [...column]), left, holders, endless]);
}
