/** Whether the hopes of a sound file came true in a course. PURE. */
import { type NodeId, ROOT } from "../../config/plan.ts";
import type { NodeState } from "../../supervision/state.ts";
import { glanceAt } from "../../supervision/view.ts";
import type { Simulated } from "../simulate.ts";
import type { Broken, HopeName } from "./broken.ts";
import type { Ground } from "./ground.ts";

/** Restarts that come so late in a course, as a share of it, are said to go on for ever. */
const LATE = 2 / 3;

/** The first of some hopes that did not come true; null if all did. A course that somebody has ended leaves nothing to hope. */
export function brokenHope(
  ground: Ground,
  simulated: Simulated,
  hopes: ReadonlySet<HopeName>,
): Broken | null {
  if (simulated.outcome?.kind === "cancelled") return null;
  const broken = (name: HopeName, path: NodeId | null): Broken | null =>
    path === null || !hopes.has(name) ? null : { kind: "hope", name, path, atMs: simulated.untilMs };
  if (simulated === ground.calm) return broken("starts", notStarted(simulated));
  const endless = broken("rests", restless(simulated));
  return endless ?? (isHeldDown(simulated) ? null : broken("recovers", lost(ground.calm, simulated)));
}

/** Whether somebody has stopped something, and nobody has started it, or nobody could: a tree that comes down is not started. */
export function isHeldDown({ state }: Simulated): boolean {
  return [...state.nodes.values()].some(({ phase }) => phase.at === "stopped" && phase.why === "request");
}

/** A node that has not become ready, though it was started, and nothing disturbs it. */
function notStarted({ state, outcome }: Simulated): NodeId | null {
  if (outcome?.kind === "completed") return null;
  const down = [...state.nodes.values()].filter((node) => {
    if (node.kind === "tree" || node.starts === 0 && node.phase.at === "inactive") return false;
    const { state: is } = glanceAt(state, node);
    return is !== "running" && is !== "completed" && !isScheduled(node);
  });
  return firstCause(down) ?? (outcome === null ? null : ROOT);
}

/** The first that is still restarted late in a course that has not come to rest. */
function restless({ isAtRest, entries, untilMs, plan }: Simulated): NodeId | null {
  if (isAtRest) return null;
  const late = new Set<NodeId>();
  for (const { event, atMs, node } of entries) {
    if (event === "restarted" && atMs >= untilMs * LATE) late.add(node);
  }
  return plan.nodes.find(({ path }) => late.has(path))?.path ?? null;
}

/** A node that was up or done undisturbed, and is not now. */
function lost(calm: Simulated, { state, outcome }: Simulated): NodeId | null {
  const down = [...state.nodes.values()].filter((node) => {
    if (node.kind === "tree" || isScheduled(node)) return false;
    const was = glanceAt(calm.state, calm.state.nodes.get(node.id)!).state;
    const is = glanceAt(state, node).state;
    return (was === "running" && is !== "running") || (was === "completed" && is !== "completed");
  });
  if (outcome === null && calm.outcome === null) return firstCause(down);
  if (outcome?.kind === calm.outcome?.kind) return null;
  return outcome === null ? firstCause(down) ?? ROOT : culprit(outcome, down) ?? ROOT;
}

function culprit(outcome: NonNullable<Simulated["outcome"]>, down: readonly NodeState[]): NodeId | null {
  if (outcome.kind !== "gave_up" && outcome.kind !== "failed") return firstCause(down);
  const { reason } = outcome;
  return reason.kind === "gave_up" ? reason.by : reason.kind === "child" ? reason.child : firstCause(down);
}

function isScheduled(node: NodeState): boolean {
  return node.kind === "actor" && (node.phase.at === "scheduled" || node.appointment !== null);
}

/** The first that is not down for another one's sake. */
function firstCause(down: readonly NodeState[]): NodeId | null {
  const first = down.find(({ phase }) =>
    phase.at !== "waiting" && !(phase.at === "failed" && phase.reason.kind === "dependency")
  );
  return (first ?? down[0])?.id ?? null;
}
