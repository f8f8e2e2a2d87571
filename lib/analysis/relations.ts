/** The waits of a plan, prepared for reading journals. */
import {
  type ActorSpec,
  type Dependency,
  nodeAt,
  type NodeId,
  type Plan,
  subtreeOf,
  type TreeSpec,
} from "../config/plan.ts";

/** See the module. Of a node that the plan does not have nothing is known but its place, which its address tells. */
export interface Relations {
  readonly dependenciesOf: (path: NodeId) => readonly Dependency[];
  /** The actors that depend on a node, or on a tree around it. */
  readonly dependentsOf: (path: NodeId) => readonly NodeId[];
  /** An actor itself, or the actors in a tree. */
  readonly actorsIn: (path: NodeId) => readonly NodeId[];
  readonly actor: (path: NodeId) => ActorSpec | null;
  readonly tree: (path: NodeId) => TreeSpec | null;
  /** The actors that have an end of their own, and therefore stop before daemons. */
  readonly oneShots: readonly NodeId[];
  readonly knows: (path: NodeId) => boolean;
}

/** @param plan Null if it is not known. */
export function relationsIn(plan: Plan | null): Relations {
  const spec = (path: NodeId) => plan === null ? undefined : nodeAt(plan, path);
  const inside = new Map<NodeId, readonly NodeId[]>();
  const actorsIn = (path: NodeId): readonly NodeId[] => {
    if (spec(path) === undefined) return [path];
    const known = inside.get(path);
    if (known !== undefined) return known;
    const actors = subtreeOf(plan!, path).filter((id) => spec(id)!.kind !== "tree");
    inside.set(path, actors);
    return actors;
  };
  const direct = new Map<NodeId, NodeId[]>();
  for (const { path, dependsOn } of plan?.nodes ?? []) {
    for (const { on } of dependsOn) direct.set(on, [...direct.get(on) ?? [], ...actorsIn(path)]);
  }
  return {
    dependenciesOf: (path) => spec(path)?.dependsOn ?? [],
    dependentsOf: (path) => [path, ...treesAround(path)].flatMap((id) => direct.get(id) ?? []),
    actorsIn,
    actor: (path) => {
      const found = spec(path);
      return found === undefined || found.kind === "tree" ? null : found;
    },
    tree: (path) => {
      const found = spec(path);
      return found?.kind === "tree" ? found : null;
    },
    oneShots: (plan?.nodes ?? []).filter(({ kind, daemon }) => kind !== "tree" && !daemon).map(({ path }) =>
      path
    ),
    knows: (path) => spec(path) !== undefined,
  };
}

/** The addresses of the trees around a node, the nearest first. */
export function treesAround(path: NodeId): readonly NodeId[] {
  if (path === "") return [];
  const parts = path.split("/");
  return parts.map((_, index) => parts.slice(0, parts.length - 1 - index).join("/") as NodeId);
}
