/** What clients wait for after a request, and when it is decided. */
import { type NodeId, ROOT } from "../config/plan.ts";
import type { NodeState, Request, TreePhase, TreeState } from "./state.ts";
import type { Turn } from "./turn.ts";

/** One node of a request. */
export type Target = Request["targets"][number];

/** Any start will do, also one that lies in the past. */
export const ANY_START = -1;

/** Remembers that somebody waits for `goal`; nobody does if `request` is null. */
export function awaitGoal(
  turn: Turn,
  request: number | null,
  goal: Request["goal"],
  targets: readonly Target[],
): void {
  if (request === null) return;
  turn.requests = [...turn.requests, { id: request, goal, targets }];
}

/** Answers the requests that are decided: every target has reached its goal, or can no longer. */
export function answerRequests(turn: Turn): void {
  const open: Request[] = [];
  for (const request of turn.requests) {
    const verdicts = request.targets.map((target) =>
      goalVerdict(turn, turn.nodes.get(target.node), request.goal, target.startsBefore)
    );
    if (turn.outcome === null && verdicts.includes("open")) open.push(request);
    else {
      const ok = verdicts.every((verdict) => verdict === "reached");
      turn.emit({ type: "reply", request: request.id, ok, refusal: null });
    }
  }
  turn.requests = open;
}

/** The actors that `nodes` stand for: a tree stands for those below it that it starts by itself. */
export function actorsOf(turn: Turn, nodes: readonly NodeId[]): readonly NodeId[] {
  const startsByItself = (id: NodeId) => {
    const spec = turn.spec(id);
    return spec.kind !== "tree" && spec.autostart;
  };
  const actors = nodes.flatMap((id) =>
    turn.spec(id).kind === "tree" ? turn.planned(id).filter(startsByItself) : [id]
  );
  return [...new Set(actors)];
}

function goalVerdict(
  turn: Turn,
  node: NodeState | undefined,
  goal: Request["goal"],
  startsBefore: number,
): "open" | "reached" | "missed" {
  // The plan has it no more, and it is over.
  if (node === undefined) return goal === "stopped" ? "reached" : "missed";
  return goal === "stopped" ? stopVerdict(node) : readyVerdict(turn, node, startsBefore);
}

/** Whoever was asked to stop stays on its way down, unless somebody else wants it up again meanwhile. */
function stopVerdict(node: NodeState): "open" | "reached" | "missed" {
  switch (node.phase.at) {
    case "inactive":
    case "stopped":
    case "completed":
      return "reached";
    case "failed":
      return node.phase.reason.kind === "survivors" ? "missed" : "reached";
    case "stopping":
      return "open";
    default:
      return node.kind === "actor" && node.doom !== null ? "open" : "missed";
  }
}

function readyVerdict(turn: Turn, node: NodeState, startsBefore: number): "open" | "reached" | "missed" {
  switch (node.phase.at) {
    case "inactive":
    case "stopped":
    case "failed":
      return isTakenAlong(turn, node) ? "open" : "missed";
    case "completed":
      return node.starts > startsBefore ? "reached" : "open";
    case "running": {
      const stays = node.kind === "actor" && node.doom === null;
      return stays && node.starts > startsBefore ? "reached" : "open";
    }
    default:
      return "open";
  }
}

/** Whether a supervisor above it may be started again yet, and it along with that. */
function isTakenAlong(turn: Turn, { id, phase }: NodeState): boolean {
  if (phase.at === "stopped" && phase.why === "request") return false;
  return turn.place(id).ancestors.some((above) => above !== ROOT && mayComeBack(turn.tree(above)));
}

function mayComeBack(tree: TreeState): boolean {
  const { phase } = tree;
  if (phase.at !== "stopping") return isPlanned(phase.at);
  return phase.end.by === "itself" || isPlanned(phase.end.then.to);
}

function isPlanned(what: TreePhase["at"]): boolean {
  return what === "waiting" || what === "backing_off" || what === "regrouping";
}
