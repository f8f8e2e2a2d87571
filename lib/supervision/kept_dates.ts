/**
 * The next runs of actors that make up for what they miss, as dates. A supervisor has them written down for the next one,
 * however it ends. PURE.
 *
 * An actor that is in service has one. One that was taken out of service by hand has none, as it misses nothing. While its tree
 * is down for any other reason, and while everything is on its way down, it keeps the one that it had.
 */
import type { Instant } from "../base/instant.ts";
import { isSameData } from "../base/same_data.ts";
import { type NodeId, ROOT } from "../config/plan.ts";
import { dateOf } from "./appointment.ts";
import type { KeptDate, KeptDates } from "./calendar.ts";
import type { State } from "./state.ts";

/** The date of an interval is reckoned anew at each step, by two clocks. */
const SAME_MS = 1_000;

/**
 * Those of a state.
 *
 * @param actors Those that have a schedule and make up for what they miss.
 * @param before Those of the state before.
 * @returns `before` itself if nothing has changed.
 */
export function keptDates(
  state: State,
  actors: readonly NodeId[],
  before: KeptDates,
  { now, date }: { readonly now: Instant; readonly date: number },
): KeptDates {
  if (state.nodes.get(ROOT)?.phase.at !== "up") return before;
  const kept = new Map<NodeId, KeptDate>();
  for (const id of actors) {
    const one = keptDate(state, id, before.get(id), { now, date });
    if (one !== undefined) kept.set(id, one);
  }
  const isSame = kept.size === before.size && [...kept].every(([id, one]) => before.get(id) === one);
  return isSame ? before : kept;
}

function keptDate(
  state: State,
  id: NodeId,
  before: KeptDate | undefined,
  { now, date }: { readonly now: Instant; readonly date: number },
): KeptDate | undefined {
  const node = state.nodes.get(id);
  const place = state.topology.byId.get(id);
  if (node?.kind !== "actor" || place === undefined || place.spec.kind === "tree") return undefined;
  const { schedule } = place.spec;
  const { appointment } = node;
  if (schedule === null) return undefined;
  if (appointment === null) return isOutByHand(state, place.ancestors) ? undefined : before;
  const due = dateOf(appointment, now, { date });
  if (due === null) return undefined;
  const { timing } = schedule;
  const isSame = before !== undefined && isSameData(before.timing, timing) &&
    Math.abs(before.date - due) < SAME_MS;
  return isSame ? before : { timing, date: due };
}

/** Whether an actor without an appointment has none because it, or a tree around it, was taken out of service. */
function isOutByHand({ nodes }: State, ancestors: readonly NodeId[]): boolean {
  const phases = ancestors.map((tree) => nodes.get(tree)!.phase);
  return phases.every(({ at }) => at === "up") ||
    phases.some((phase) => phase.at === "inactive" || (phase.at === "stopped" && phase.why === "request"));
}
