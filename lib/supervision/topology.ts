/**
 * Facts that are computed once from a plan: the dependents of each node, the early stops, and the lengths of the chains.
 *
 * In these graphs a tree stands twice: as something that its children wait for (its own dependencies come first), and as
 * something that others wait for (all of its children come first). The configuration has proved them free of cycles.
 */
import type { NodeId, NodeSpec, Plan } from "../config/plan.ts";

/** A node among the others of its plan. */
export interface Place {
  readonly id: NodeId;
  readonly spec: NodeSpec;
  /** How many nodes stand before it in the file. */
  readonly index: number;
  /** The index of the first node after it that is not below it. */
  readonly end: number;
  /** The supervisors above, the nearest first. */
  readonly ancestors: readonly NodeId[];
  /** The nodes that name this one in `depends_on`, in file order. */
  readonly dependents: readonly NodeId[];
  /** One-shots that no daemon depends on: a teardown ends them first, daemons last. */
  readonly stopsEarly: boolean;
  /** How many rounds of stopping there are from this node on, itself included: its share of a deadline. */
  readonly roundsLeft: number;
  /** Whether its tree starts one child after the other. */
  readonly isInSequence: boolean;
  /** How many children of its tree stand before it. */
  readonly position: number;
  /** How many of its children are significant. */
  readonly significant: number;
  /** Whether the plan has it no more. */
  readonly isLeaving: boolean;
}

/** See the module. */
export interface Topology {
  /** In file order, parents before their children. */
  readonly places: readonly Place[];
  readonly byId: ReadonlyMap<NodeId, Place>;
  readonly trees: readonly NodeId[];
  readonly hasLeaving: boolean;
}

/** Computes the topology of a plan. @param leaving Those of the nodes that are not of it any more. */
export function topologyOf(
  { nodes }: Pick<Plan, "nodes">,
  leaving: ReadonlySet<NodeId> = new Set(),
): Topology {
  const index = new Map(nodes.map(({ path }, at) => [path, at]));
  const dependents = nodes.map((): NodeId[] => []);
  for (const { path, dependsOn } of nodes) {
    for (const { on } of dependsOn) dependents[index.get(on)!]!.push(path);
  }
  const needs = needsOf(nodes, index);
  const stopsEarly = earlyOnes(nodes, needs);
  const roundsLeft = roundsOf(nodes, needs, stopsEarly);
  const ends = endsOf(nodes, index);
  const places: Place[] = [];
  const positions = new Map(
    nodes.flatMap((node) =>
      node.kind === "tree" ? node.children.map((child, at) => [child, at] as const) : []
    ),
  );
  const isSignificant = (id: NodeId) => nodes[index.get(id)!]!.significant && !leaving.has(id);
  for (const [at, spec] of nodes.entries()) {
    const above = spec.parent === null ? null : places[index.get(spec.parent)!]!;
    places.push({
      id: spec.path,
      spec,
      index: at,
      end: ends[at]!,
      ancestors: above === null ? [] : [above.id, ...above.ancestors],
      dependents: dependents[at]!,
      stopsEarly: stopsEarly[at]!,
      roundsLeft: roundsLeft[at]!,
      isInSequence: above?.spec.kind === "tree" && above.spec.start === "sequential",
      position: positions.get(spec.path) ?? 0,
      significant: spec.kind === "tree" ? spec.children.filter(isSignificant).length : 0,
      isLeaving: leaving.has(spec.path),
    });
  }
  return {
    places,
    byId: new Map(places.map((place) => [place.id, place])),
    trees: places.filter(({ spec }) => spec.kind === "tree").map(({ id }) => id),
    hasLeaving: leaving.size > 0,
  };
}

type Nodes = readonly NodeSpec[];
type Index = ReadonlyMap<NodeId, number>;
type Needs = readonly (readonly number[])[];

function endsOf(nodes: Nodes, index: Index): readonly number[] {
  const ends = nodes.map((_, at) => at + 1);
  for (let at = nodes.length - 1; at > 0; at--) {
    const parent = index.get(nodes[at]!.parent!)!;
    ends[parent] = Math.max(ends[parent]!, ends[at]!);
  }
  return ends;
}

/** Edges of the graph of what each vertex needs. Vertex `at` is a node's end, vertex `n + at` a tree's beginning. */
function needsOf(nodes: Nodes, index: Index): Needs {
  const count = nodes.length;
  const needs: number[][] = Array.from({ length: 2 * count }, () => []);
  for (const [at, node] of nodes.entries()) {
    const begin = node.kind === "tree" ? count + at : at;
    if (node.parent !== null) needs[begin]!.push(count + index.get(node.parent)!);
    for (const { on } of node.dependsOn) needs[begin]!.push(index.get(on)!);
    if (node.kind !== "tree") continue;
    needs[at]!.push(begin);
    for (const child of node.children) needs[at]!.push(index.get(child)!);
  }
  return needs;
}

function earlyOnes(nodes: Nodes, needs: Needs): readonly boolean[] {
  const neededByDaemon = new Set<number>();
  const pending = nodes.flatMap((node, at) => node.kind !== "tree" && node.daemon ? needs[at]! : []);
  while (pending.length > 0) {
    const next = pending.pop()!;
    if (neededByDaemon.has(next)) continue;
    neededByDaemon.add(next);
    for (const needed of needs[next]!) pending.push(needed);
  }
  return nodes.map((node, at) => node.kind !== "tree" && !node.daemon && !neededByDaemon.has(at));
}

/** Length, in actors, of the longest chain of needs from each actor; early ones come before every late chain. */
function roundsOf(nodes: Nodes, needs: Needs, early: readonly boolean[]): readonly number[] {
  const isLate = (vertex: number) => {
    const node = nodes[vertex];
    return node !== undefined && node.kind !== "tree" && !early[vertex];
  };
  const isEarly = (vertex: number) => early[vertex] === true;
  const late = longestChains(needs, isLate);
  const longestLate = nodes.reduce((most, _, at) => isLate(at) ? Math.max(most, late[at]!) : most, 0);
  const first = longestChains(needs, isEarly);
  return nodes.map((_, at) => early[at] ? first[at]! + longestLate : Math.max(1, late[at]!));
}

/** For each vertex the largest number of counted vertices on a path from it, itself included. */
function longestChains(needs: Needs, counts: (vertex: number) => boolean): readonly number[] {
  const length: (number | undefined)[] = needs.map(() => undefined);
  for (let root = 0; root < needs.length; root++) {
    const stack = [root];
    while (stack.length > 0) {
      const vertex = stack.at(-1)!;
      if (length[vertex] === undefined) {
        const known = stack.length;
        for (const next of needs[vertex]!) if (length[next] === undefined) stack.push(next);
        if (stack.length > known) continue;
      }
      stack.pop();
      const below = needs[vertex]!.reduce((most, next) => Math.max(most, length[next]!), 0);
      length[vertex] = below + (counts(vertex) ? 1 : 0);
    }
  }
  return length as number[];
}
