import type { NodeId } from "../../../lib/config/plan.ts";
import { type Census, isSettled } from "./census.ts";
import { dependencyVerdict } from "../../../lib/supervision/dependencies.ts";
import type { NodeState } from "../../../lib/supervision/state.ts";
import type { Turn } from "../../../lib/supervision/turn.ts";

/** Whether a waiting child may start, must go on waiting, or never can; `on` is the dependency that has failed. */
export type StartVerdict = "start" | "wait" | { readonly on: NodeId };

/** Decides by dependencies, then by the order and the number that its supervisor allows. */
export function startVerdict(turn: Turn, census: Census, id: NodeId): StartVerdict {
  const blocked = failedDependency(turn, census, id);
  if (blocked !== null) return { on: blocked };
  const supervisor = turn.spec(id).parent!;
  if (turn.tree(supervisor).phase.at !== "up") return "wait";
  const skips = skipsDependencies(turn.node(id));
  // By the plan, which may have something there that cannot come yet.
  const planned = turn.plan.nodes.find(({ path }) => path === id)?.dependsOn ?? turn.spec(id).dependsOn;
  const isThere = (on: NodeId) => turn.topology.places.some((place) => place.id === on && !place.isLeaving);
  const isMet = skips ||
    planned.every(({ on, condition }) =>
      isThere(on) && dependencyVerdict(turn.node(on), condition, census.of(on).readiness) === "met"
    );
  return isMet && hasItsTurn(turn, census, supervisor, id) ? "start" : "wait";
}

/** A dependency that cannot be fulfilled any more, or null. */
export function failedDependency(turn: Turn, census: Census, id: NodeId): NodeId | null {
  if (skipsDependencies(turn.node(id))) return null;
  const impossible = turn.spec(id).dependsOn.find(({ on, condition }) =>
    dependencyVerdict(turn.node(on), condition, census.of(on).readiness) === "impossible"
  );
  return impossible?.on ?? null;
}

function hasItsTurn(turn: Turn, census: Census, supervisor: NodeId, id: NodeId): boolean {
  const { start, concurrency, children } = turn.treeSpec(supervisor);
  if (start === "sequential") {
    const tree = turn.plan.nodes.find(({ path }) => path === supervisor);
    const planned = tree?.kind === "tree" ? tree.children : children;
    const earlier = planned.slice(0, Math.max(0, planned.indexOf(id)));
    return earlier.every((child) =>
      isThere(turn, child) && isSettled(turn.node(child), census.of(child).readiness)
    );
  }
  return concurrency === null || census.of(supervisor).starting < concurrency;
}

function isThere({ topology }: Turn, id: NodeId): boolean {
  return topology.places.some((place) => place.id === id && !place.isLeaving);
}

function skipsDependencies(node: NodeState): boolean {
  return node.kind === "actor" && node.skipDeps;
}
