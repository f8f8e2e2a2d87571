/**
 * A plan as a graph for people: its trees, its actors and what waits for what, with the states of a tree that runs. The
 * replicas of an actor are one node, because they stand in the same place.
 */
import { nameSome } from "../../base/name_some.ts";
import {
  type Condition,
  hasSchedule,
  type NodeSpec,
  type Plan,
  type Strategy,
  type TreeSpec,
} from "../../config/plan.ts";
import { isActive } from "../../config/profiles.ts";
import { withoutReplica } from "../../config/replica_path.ts";
import type { StatusRow, TreeStatus } from "../../control/protocol.ts";
import type { VisibleState } from "../../supervision/view.ts";

/** An actor with all of its replicas, or a tree. */
export interface GraphNode {
  /** Its address, without the number of a replica; empty for the root. */
  readonly path: string;
  readonly name: string;
  readonly kind: NodeSpec["kind"];
  readonly daemon: boolean;
  /** Null for the root alone. */
  readonly parent: string | null;
  /** Null for actors. */
  readonly strategy: Strategy | null;
  /** The addresses of its replicas; its own where it has none. */
  readonly members: readonly string[];
  /** How it comes to start, where its tree does not start it. */
  readonly starts: "by hand" | "by schedule" | "by profile" | null;
  /** Null where nothing runs. */
  readonly live: LiveNode | null;
}

/** The state of a node in the tree that runs. */
export interface LiveNode {
  /** Of several replicas the state that most asks for attention; null for what the running tree does not have. */
  readonly state: VisibleState | null;
  /** How many replicas are in which state, the state that most asks for attention first. */
  readonly states: readonly (readonly [state: VisibleState, count: number])[];
  readonly ready: boolean | null;
  readonly healthy: boolean | null;
  readonly reason: string | null;
}

/** A wait: `to` waits until `from` is as the condition says. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly condition: Condition;
  /** The replicas of `from` that are waited for; null for all. */
  readonly only: readonly string[] | null;
}

/** See the module. */
export interface Graph {
  readonly name: string;
  readonly file: string;
  /** In file order, parents before their children; the first is the root. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** The longest chain of nodes each of which waits for the one before; empty if nothing waits. */
  readonly longestChain: readonly string[];
  /** Addresses of the running tree that the plan does not have. */
  readonly strangers: readonly string[];
}

/** States, those that most ask for attention first. */
const BY_URGENCY: readonly VisibleState[] = [
  "failed",
  "backing_off",
  "stopping",
  "waiting",
  "starting",
  "stopped",
  "inactive",
  "running",
  "completed",
];

/** States of nodes that people should not miss. */
export const IN_TROUBLE: ReadonlySet<VisibleState | null> = new Set(["failed", "backing_off"]);

/** Makes the graph of a plan. @param status The tree that runs; null if none does. */
export function graphOf(plan: Plan, status: TreeStatus | null): Graph {
  const groups = Map.groupBy(plan.nodes, ({ path }) => withoutReplica(path));
  const rows = status === null ? null : new Map(status.actors.map((row) => [row.path, row]));
  const nodes = [...groups].map(([path, members]) => nodeOf(plan, path, members, rows, status));
  const known = new Set<string>(plan.nodes.map(({ path }) => path));
  const edges = [...groups].flatMap(([path, members]) => edgesTo(path, members, groups));
  return {
    name: plan.name,
    file: plan.file,
    nodes,
    edges,
    longestChain: longestChain(nodes, edges),
    strangers: (status?.actors ?? []).map(({ path }) => path).filter((path) => !known.has(path)),
  };
}

function nodeOf(
  { profiles: active }: Plan,
  path: string,
  members: readonly NodeSpec[],
  rows: ReadonlyMap<string, StatusRow> | null,
  status: TreeStatus | null,
): GraphNode {
  const [first] = members as readonly [NodeSpec];
  const { kind, daemon, parent } = first;
  return {
    path,
    name: withoutReplica(first.name),
    kind,
    daemon,
    parent,
    strategy: kind === "tree" ? (first as TreeSpec).strategy : null,
    members: members.map((member) => member.path),
    starts: !isActive(first.profiles, active)
      ? "by profile"
      : hasSchedule(first)
      ? "by schedule"
      : first.autostart
      ? null
      : "by hand",
    live: rows === null || status === null
      ? null
      : path === ""
      ? { ...NOTHING, state: status.state, states: [[status.state, 1]] }
      : liveOf(members.flatMap((member) => rows.get(member.path) ?? [])),
  };
}

const NOTHING: LiveNode = { state: null, states: [], ready: null, healthy: null, reason: null };

function liveOf(rows: readonly StatusRow[]): LiveNode {
  const states = BY_URGENCY.flatMap((state) => {
    const count = rows.filter((row) => row.state === state).length;
    return count === 0 ? [] : [[state, count] as const];
  });
  const state = states[0]?.[0] ?? null;
  const every = (key: "ready" | "healthy") =>
    rows.some((row) => row[key] === false) ? false : rows.some((row) => row[key] === true) ? true : null;
  const urgent = rows.filter((row) => row.state === state);
  return {
    state,
    states,
    ready: every("ready"),
    healthy: every("healthy"),
    reason: urgent.find(({ reason }) => reason !== null)?.reason ?? null,
  };
}

function edgesTo(
  to: string,
  members: readonly NodeSpec[],
  groups: ReadonlyMap<string, readonly NodeSpec[]>,
): readonly GraphEdge[] {
  const waits = members.flatMap(({ dependsOn }) => dependsOn);
  const byEdge = Map.groupBy(waits, ({ on, condition }) => `${condition} ${withoutReplica(on)}`);
  return [...byEdge.values()].map((same) => {
    const { on, condition } = same[0]!;
    const from = withoutReplica(on);
    const named = new Set(same.map(({ on }) => on));
    const isAll = named.size === groups.get(from)!.length;
    return { from, to, condition, only: isAll ? null : [...named] };
  });
}

/**
 * Nodes that wait for each other, one behind the other. A node that waits for a tree waits for all that is in it, and each
 * of those waits for all that the tree waits for, which is why a chain may lead into a tree and out of it.
 */
function longestChain(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): readonly string[] {
  const parents = new Map(nodes.map(({ path, parent }) => [path, parent]));
  const children = Map.groupBy(nodes, ({ parent }) => parent);
  const waits = Map.groupBy(edges, ({ to }) => to);
  const before = (path: string): readonly string[] => {
    const parent = parents.get(path) ?? null;
    return (waits.get(path) ?? []).map(({ from }) => from).concat(parent === null ? [] : [`${parent}/`]);
  };
  // A tree stands in the chain twice: `PATH/` is its begin, and its own path is that all in it are ready.
  const beforeOf = (id: string): readonly string[] => {
    if (id.endsWith("/")) return before(id.slice(0, -1));
    const inside = children.get(id);
    return inside === undefined ? before(id) : inside.map(({ path }) => path);
  };
  const best = new Map<string, { readonly length: number; readonly after: string | null }>();
  const pending = nodes.map(({ path }) => path);
  while (pending.length > 0) {
    const id = pending.at(-1)!;
    const needed = beforeOf(id).filter((one) => !best.has(one));
    if (needed.length > 0 && !best.has(id)) {
      pending.push(...needed);
      continue;
    }
    pending.pop();
    if (best.has(id)) continue;
    let found: { length: number; after: string | null } = { length: 0, after: null };
    for (const one of beforeOf(id)) {
      const { length } = best.get(one)!;
      if (length > found.length || found.after === null) found = { length, after: one };
    }
    const counts = !id.endsWith("/") && !children.has(id);
    best.set(id, { length: found.length + (counts ? 1 : 0), after: found.after });
  }
  let at: string | null = "";
  const chain: string[] = [];
  while (at !== null) {
    if (!at.endsWith("/") && !children.has(at)) chain.unshift(at);
    at = best.get(at)?.after ?? null;
  }
  return chain.length < 2 ? [] : chain;
}

/** The state of a node in words: `running`, `2 running, 1 failed`, `running, not ready`. */
export function stateText({ state, states, ready, healthy }: LiveNode): string {
  if (state === null) return "not in it";
  const text = states.length === 1
    ? words(state)
    : states.map(([one, count]) => `${count} ${words(one)}`).join(", ");
  if (states.length > 1 || state !== "running") return text;
  return ready === false ? `${text}, not ready` : healthy === false ? `${text}, unhealthy` : text;
}

function words(state: VisibleState): string {
  return state.replaceAll("_", " ");
}

/** The condition of a wait, where it is more than being ready, and which replicas it is about. */
export function waitText({ condition, only }: GraphEdge): string {
  const which = only === null ? [] : [nameSome(only.map((path) => path.slice(path.lastIndexOf("."))), 3)];
  return [...which, ...(condition === "ready" ? [] : [condition])].join(" ");
}

/** The graph for JSON. */
export function graphFields(graph: Graph): Record<string, unknown> {
  return {
    name: graph.name,
    file: graph.file,
    running: graph.nodes[0]!.live !== null,
    nodes: graph.nodes.map(({ members, live, ...node }) => ({
      ...node,
      replicas: members.length === 1 && members[0] === node.path ? [] : members,
      state: live?.state ?? null,
      states: Object.fromEntries(live?.states ?? []),
      ready: live?.ready ?? null,
      healthy: live?.healthy ?? null,
      reason: live?.reason ?? null,
    })),
    edges: graph.edges,
    longestChain: graph.longestChain,
    strangers: graph.strangers,
  };
}
