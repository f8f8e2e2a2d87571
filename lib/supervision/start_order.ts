import { nodeAt, type NodeId } from "../config/plan.ts";
import { dependencyVerdict } from "./dependencies.ts";
import type { NodeState } from "./state.ts";
import type { Turn } from "./turn.ts";

/**
 * Whether a waiting child may start, must go on waiting, for its turn alone or for more, or never can; `on` is the
 * dependency that has failed.
 */
export type StartVerdict = "start" | "wait" | "queue" | { readonly on: NodeId };

/** Decides by dependencies, then by the order and the number that its supervisor allows. */
export function startVerdict(turn: Turn, id: NodeId): StartVerdict {
  const blocked = failedDependency(turn, id);
  if (blocked !== null) return { on: blocked };
  const { parent, dependsOn } = turn.spec(id);
  if (turn.tree(parent!).phase.at !== "up") return "wait";
  const skips = skipsDependencies(turn.node(id));
  const isMet = skips ||
    (!lacks(turn, id) &&
      dependsOn.every(({ on, condition }) =>
        dependencyVerdict(turn.node(on), condition, turn.books.readiness(on)) === "met"
      ));
  if (!isMet) return "wait";
  return hasItsTurn(turn, parent!, id) ? "start" : "queue";
}

/** A dependency that cannot be fulfilled any more, or null. */
export function failedDependency(turn: Turn, id: NodeId): NodeId | null {
  if (skipsDependencies(turn.node(id))) return null;
  const impossible = turn.spec(id).dependsOn.find(({ on, condition }) =>
    dependencyVerdict(turn.node(on), condition, turn.books.readiness(on)) === "impossible"
  );
  return impossible?.on ?? null;
}

/** Whether it depends on what is to come. */
function lacks(turn: Turn, id: NodeId): boolean {
  return turn.topology.hasLeaving &&
    (nodeAt(turn.plan, id)?.dependsOn ?? []).some(({ on }) => isToCome(turn, on));
}

/** Whether what is to come stands before it in the order of its supervisor. */
function isBehindOne(turn: Turn, supervisor: NodeId, id: NodeId): boolean {
  const planned = turn.topology.hasLeaving ? nodeAt(turn.plan, supervisor) : undefined;
  if (planned?.kind !== "tree") return false;
  return planned.children.slice(0, planned.children.indexOf(id)).some((child) => isToCome(turn, child));
}

/** Whether something planned cannot come yet, because something of another kind has yet to leave its address. */
function isToCome({ topology }: Turn, planned: NodeId): boolean {
  return topology.byId.get(planned)?.isLeaving ?? true;
}

function hasItsTurn(turn: Turn, supervisor: NodeId, id: NodeId): boolean {
  const { start, concurrency } = turn.treeSpec(supervisor);
  if (start === "sequential") {
    return turn.books.firstChild(supervisor, "unsettled") === id && !isBehindOne(turn, supervisor, id);
  }
  return concurrency === null || turn.books.hasRoom(supervisor, concurrency);
}

function skipsDependencies(node: NodeState): boolean {
  return node.kind === "actor" && node.skipDeps;
}
