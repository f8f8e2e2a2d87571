/**
 * What can be computed once from a plan: who depends on whom, who stops early, and how long the chains are.
 *
 * In these graphs a tree stands twice: as something that its children wait for (its own dependencies come first), and as
 * something that others wait for (all of its children come first). The configuration has proved them free of cycles.
 */
import { ancestorsOf, type NodeId, type Plan } from "../config/plan.ts";

/** See the module. All arrays are indexed by node. */
export interface Topology {
  /** The nodes that name this one in `depends_on`. */
  readonly dependents: readonly (readonly NodeId[])[];
  /** The supervisors above, the nearest first. */
  readonly ancestors: readonly (readonly NodeId[])[];
  /** One-shots that no daemon depends on: a teardown ends them first, daemons last. */
  readonly stopsEarly: readonly boolean[];
  /** How many rounds of stopping there are from this node on, itself included: its share of a deadline. */
  readonly roundsLeft: readonly number[];
}

/** Computes the topology of a plan. */
export function topologyOf(plan: Plan): Topology {
  const dependents = plan.nodes.map((): NodeId[] => []);
  for (const node of plan.nodes) {
    for (const { on } of node.dependsOn) dependents[on]!.push(node.id);
  }
  const ancestors = plan.nodes.map((node) => ancestorsOf(plan, node.id));
  const needs = needsOf(plan);
  const stopsEarly = earlyOnes(plan, needs);
  return { dependents, ancestors, stopsEarly, roundsLeft: roundsOf(plan, needs, stopsEarly) };
}

/** Edges of the graph of what each vertex needs. Vertex `id` is a node's end, vertex `n + id` a tree's beginning. */
function needsOf(plan: Plan): readonly (readonly number[])[] {
  const count = plan.nodes.length;
  const needs: number[][] = Array.from({ length: 2 * count }, () => []);
  for (const node of plan.nodes) {
    const begin = node.kind === "tree" ? count + node.id : node.id;
    if (node.parent !== null) needs[begin]!.push(count + node.parent);
    for (const { on } of node.dependsOn) needs[begin]!.push(on);
    if (node.kind === "tree") needs[node.id]!.push(begin, ...node.children);
  }
  return needs;
}

function earlyOnes(plan: Plan, needs: readonly (readonly number[])[]): readonly boolean[] {
  const neededByDaemon = new Set<number>();
  const pending = plan.nodes.filter((node) => node.kind !== "tree" && node.daemon).flatMap((node) =>
    needs[node.id]!
  );
  while (pending.length > 0) {
    const next = pending.pop()!;
    if (neededByDaemon.has(next)) continue;
    neededByDaemon.add(next);
    pending.push(...needs[next]!);
  }
  return plan.nodes.map((node) => node.kind !== "tree" && !node.daemon && !neededByDaemon.has(node.id));
}

/** Length, in actors, of the longest chain of needs from each actor; early ones come before every late chain. */
function roundsOf(
  plan: Plan,
  needs: readonly (readonly number[])[],
  early: readonly boolean[],
): readonly number[] {
  const isLate = (vertex: number) => {
    const node = plan.nodes[vertex];
    return node !== undefined && node.kind !== "tree" && !early[vertex];
  };
  const isEarly = (vertex: number) => early[vertex] === true;
  const late = longestChains(needs, isLate);
  const longestLate = Math.max(0, ...plan.nodes.map((node) => isLate(node.id) ? late[node.id]! : 0));
  const first = longestChains(needs, isEarly);
  return plan.nodes.map((node) =>
    early[node.id] ? first[node.id]! + longestLate : Math.max(1, late[node.id]!)
  );
}

/** For each vertex the largest number of counted vertices on a path from it, itself included. */
function longestChains(
  needs: readonly (readonly number[])[],
  counts: (vertex: number) => boolean,
): readonly number[] {
  const length: (number | undefined)[] = needs.map(() => undefined);
  for (let root = 0; root < needs.length; root++) {
    const stack = [root];
    while (stack.length > 0) {
      const vertex = stack.at(-1)!;
      const unknown = needs[vertex]!.filter((next) => length[next] === undefined);
      if (length[vertex] === undefined && unknown.length > 0) {
        stack.push(...unknown);
        continue;
      }
      stack.pop();
      const below = Math.max(0, ...needs[vertex]!.map((next) => length[next]!));
      length[vertex] = below + (counts(vertex) ? 1 : 0);
    }
  }
  return length as number[];
}
