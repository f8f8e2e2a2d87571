/**
 * A state under another plan. Nodes are known by their addresses: nodes of both plans go on as they are, new ones wait
 * to be started, and those that the new plan has no more stay until they are over, in places of their own beside the others.
 *
 * Invariants:
 * 1. A run goes on with the spec that it was started with. It gets the new one if that makes the same process.
 * 2. No run is lost: a node that has one has a place, whatever the plan says.
 * 3. Where a node leaves an address that the new plan uses for another kind of node, the new one there, and those that
 *    depend on it, come when the other has left.
 * 4. A leaving node depends only on nodes that leave with it, so that two plans together cannot make a cycle.
 */
import type { Instant } from "../base/instant.ts";
import {
  type ActorSpec,
  hasSchedule,
  type NodeId,
  type NodeSpec,
  type Plan,
  ROOT,
  type TreeSpec,
} from "../config/plan.ts";
import { isSameProcess } from "../config/process_of.ts";
import { freshNode } from "./initial_state.ts";
import { NodeMap } from "./node_map.ts";
import { type ActorState, type IdlePhase, isOver, type NodeState, type State } from "./state.ts";
import { booksOf } from "./write_books.ts";
import { type Place, topologyOf } from "./topology.ts";

/** The same state under `plan`, as of `now`. Leaving nodes have yet to be told so. */
export function withPlan(state: State, plan: Plan, now: Instant): State {
  const leaving = leavingFrom(state, plan);
  const blocked = blockedIn(plan, state, leaving);
  const specs = [...specsIn(plan, state, leaving, blocked)];
  const topology = topologyOf({ nodes: specs }, new Set(leaving.keys()));
  const nodes = new Map<NodeId, NodeState>();
  for (const spec of specs) nodes.set(spec.path, nodeFor(spec, state.nodes.get(spec.path), nodes, now));
  return {
    ...state,
    plan,
    revision: state.revision + 1,
    topology,
    nodes: NodeMap.of(topology, (id) => nodes.get(id)!),
    books: booksOf(topology, nodes, now),
  };
}

/** A node under another spec, or one that nothing is known of, which starts if its tree is at work. */
export function nodeFor(
  spec: NodeSpec,
  known: NodeState | undefined,
  nodes: ReadonlyMap<NodeId, NodeState>,
  now: Instant,
): NodeState {
  const tree = spec.parent === null ? undefined : nodes.get(spec.parent);
  if (known === undefined || !isOfKind(known, spec) || isRemoved(known)) {
    return begun({ ...freshNode(spec), cause: tree?.cause ?? 0 }, spec, tree, now);
  }
  // A tree at work has begun all that starts with it: this one did not when the plan was another.
  if (known.phase.at === "inactive") return begun(known, spec, tree, now);
  return known.kind === "actor" && spec.kind !== "tree"
    ? rescheduled(respecified(known, spec), spec, tree, now)
    : known;
}

/** The runs of actors that another spec makes another process. */
export function outdatedIn({ topology, nodes }: Pick<State, "topology" | "nodes">): readonly NodeId[] {
  return topology.places.filter(({ id, spec, isLeaving }) => {
    const { phase } = nodes.get(id)!;
    return !isLeaving && spec.kind !== "tree" && "spec" in phase && phase.spec !== spec;
  }).map(({ id }) => id);
}

/** The topmost of what leaves. */
export function topmostLeaving({ places, byId }: State["topology"]): readonly NodeId[] {
  return places.filter(({ spec, isLeaving }) => isLeaving && !byId.get(spec.parent!)!.isLeaving).map((
    { id },
  ) => id);
}

function respecified(actor: ActorState, spec: Exclude<NodeSpec, TreeSpec>): ActorState {
  const { phase } = actor;
  if (!("run" in phase) || phase.spec === spec || !isSameProcess(phase.spec, spec)) return actor;
  return { ...actor, phase: { ...phase, spec } };
}

/** An actor without a schedule has one by now, or the other way round: its last run is that of the actor, or the reverse. */
function rescheduled(
  actor: ActorState,
  { schedule }: ActorSpec,
  tree: NodeState | undefined,
  now: Instant,
): ActorState {
  const { phase } = actor;
  if (tree?.phase.at !== "up") return actor;
  if (schedule === null) {
    if (phase.at !== "scheduled") return actor;
    const { last } = phase;
    if (last === null) return { ...actor, phase: { at: "waiting", since: now } };
    return { ...actor, phase: last.ok ? { at: "completed" } : { at: "failed", reason: last.reason } };
  }
  if (phase.at === "completed") {
    return { ...actor, phase: { at: "scheduled", since: now, last: { ok: true } } };
  }
  if (phase.at !== "failed") return actor;
  const { reason } = phase;
  // An actor that has left survivors is started by hand alone.
  if (reason.kind === "survivors" || reason.kind === "unseen") return actor;
  return { ...actor, phase: { at: "scheduled", since: now, last: { ok: false, reason } } };
}

/** A node that has yet to be begun: it waits for its turn, or its date, if it starts with its tree, and that is at work. */
function begun(node: NodeState, spec: NodeSpec, tree: NodeState | undefined, now: Instant): NodeState {
  if (!spec.autostart || tree?.phase.at !== "up") return node;
  const phase: IdlePhase = hasSchedule(spec)
    ? { at: "scheduled", since: now, last: null }
    : { at: "waiting", since: now };
  return node.kind === "tree" ? { ...node, phase } : { ...node, phase };
}

/** Nodes that go on and are in the plan no more, with their names from now on. */
function leavingFrom({ topology, nodes }: State, plan: Plan): ReadonlyMap<NodeId, NodeSpec> {
  const planned = new Map(plan.nodes.map((spec) => [spec.path, spec]));
  const leaving = new Map<NodeId, Place>();
  // Children stand after their parents, so that they are known first this way round.
  for (const place of topology.places.toReversed()) {
    const { id, isLeaving, spec } = place;
    const stays = !isLeaving && planned.has(id) && isOfKind(nodes.get(id)!, planned.get(id)!);
    if (stays || id === ROOT) continue;
    const holdsOne = spec.kind === "tree" && spec.children.some((child) => leaving.has(child));
    if (holdsOne || !isOver(nodes.get(id)!)) leaving.set(id, place);
  }
  const leavesWith = (on: NodeId, place: Place) => leaving.get(on)?.isLeaving === place.isLeaving;
  return new Map([...leaving].map(([id, place]): [NodeId, NodeSpec] => {
    const { spec } = place;
    const dependsOn = spec.dependsOn.filter(({ on }) => leavesWith(on, place));
    return [
      id,
      spec.kind === "tree"
        ? { ...spec, dependsOn, children: spec.children.filter((child) => leaving.has(child)) }
        : { ...spec, dependsOn },
    ];
  }));
}

/** New nodes that cannot come yet. */
function blockedIn(
  plan: Plan,
  { nodes }: State,
  leaving: ReadonlyMap<NodeId, NodeSpec>,
): ReadonlySet<NodeId> {
  const blocked = new Set<NodeId>(plan.nodes.filter(({ path }) => leaving.has(path)).map(({ path }) => path));
  if (blocked.size === 0) return blocked;
  const isBlocked = ({ path, parent, dependsOn }: NodeSpec) =>
    (parent !== null && blocked.has(parent)) ||
    (!nodes.has(path) && dependsOn.some(({ on }) => blocked.has(on)));
  for (let size = -1; size !== blocked.size;) {
    size = blocked.size;
    for (const spec of plan.nodes) if (isBlocked(spec)) blocked.add(spec.path);
  }
  return blocked;
}

/** All specs in the order of the file; what leaves stands last in its tree. */
function* specsIn(
  plan: Plan,
  { topology }: State,
  leaving: ReadonlyMap<NodeId, NodeSpec>,
  blocked: ReadonlySet<NodeId>,
): Iterable<NodeSpec> {
  if (leaving.size === 0) return yield* plan.nodes;
  const planned = new Map(plan.nodes.map((spec) => [spec.path, spec]));
  const leavingIn = Map.groupBy(
    topology.places.filter(({ id }) => leaving.has(id)).map(({ id }) => id),
    (id) => leaving.get(id)!.parent!,
  );
  const pending = [ROOT];
  while (pending.length > 0) {
    const id = pending.pop()!;
    const left = leaving.get(id);
    if (left !== undefined) {
      yield left;
      if (left.kind === "tree") pending.push(...left.children.toReversed());
      continue;
    }
    const spec = planned.get(id)!;
    const dependsOn = spec.dependsOn.filter(({ on }) => !blocked.has(on));
    if (spec.kind !== "tree") {
      yield dependsOn.length === spec.dependsOn.length ? spec : { ...spec, dependsOn };
      continue;
    }
    const children = [...spec.children.filter((child) => !blocked.has(child)), ...leavingIn.get(id) ?? []];
    yield { ...spec, dependsOn, children };
    pending.push(...children.toReversed());
  }
}

function isOfKind({ kind }: NodeState, spec: NodeSpec): boolean {
  return (kind === "tree") === (spec.kind === "tree");
}

/** Whether it was ended because an earlier plan had it no more. */
function isRemoved({ phase }: NodeState): boolean {
  return phase.at === "stopped" && phase.why === "removed";
}
