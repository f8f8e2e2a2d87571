/** What clients wait for after a request, and when it is decided. */
import { after, type Instant, latest } from "../base/instant.ts";
import { nodeAt, type NodeId, ROOT } from "../config/plan.ts";
import type { NodeState, Request, Then } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Any start will do, also one that lies in the past. */
export const ANY_START = -1;

/**
 * How long a daemon without a probe must have run before a client is told that it is ready: some end at once, for want of
 * an argument or of anything to read, and are not.
 */
export const SETTLE_MS = 100;

/** After more restarts in a row nobody is kept waiting: a tree with a budget for them goes on so, perhaps for ever. */
export const MOST_UNSETTLED = 10;

/** Remembers that somebody waits for `goal`; nobody does if `request` is null. @param targets See the request. */
export function awaitGoal(
  turn: Turn,
  request: number | null,
  goal: Request["goal"],
  targets: Request["targets"],
): void {
  if (request === null) return;
  turn.requests = [...turn.requests, { id: request, goal, targets, left: null, settlesAt: null }];
}

/** Answers the requests that are decided: every target has reached its goal, or can no longer. */
export function answerRequests(turn: Turn): void {
  if (turn.requests.length === 0) return;
  const changed = judgedAnew(turn);
  const open: Request[] = [];
  for (const request of turn.requests) {
    const left = request.left === null || turn.isReplanned
      ? leftOf(turn, request)
      : leftAfter(turn, request, request.left, changed);
    const settlesAt = settleTime(turn, request, left, changed);
    const isOpen = left.open > 0 || (settlesAt !== null && settlesAt > turn.now);
    if (turn.outcome === null && isOpen) open.push({ ...request, left, settlesAt });
    else {
      const ok = left.open === 0 && left.missed === 0;
      turn.emit({ type: "reply", request: request.id, ok, refusal: null });
    }
  }
  turn.requests = open;
}

type Left = NonNullable<Request["left"]>;

/** Goes through all targets only when the last of them has reached its goal, or one of them has changed since. */
function settleTime(
  turn: Turn,
  { goal, targets, settlesAt }: Request,
  { open, missed }: Left,
  changed: ReadonlySet<NodeId>,
): Instant | null {
  if (goal === "stopped" || open > 0 || missed > 0) return null;
  if (settlesAt !== null && !turn.isReplanned && ![...changed].some((id) => targets.has(id))) {
    return settlesAt;
  }
  let settled = turn.now;
  for (const id of targets.keys()) settled = latest(settled, settledFrom(turn, id));
  return settled;
}

function settledFrom(turn: Turn, id: NodeId): Instant {
  const node = turn.find(id);
  if (node?.phase.at !== "running" || node.streak > MOST_UNSETTLED) return turn.now;
  const { spec, since } = node.phase;
  return spec.daemon && spec.ready === null ? after(since, SETTLE_MS) : turn.now;
}

function leftOf(turn: Turn, { goal, targets }: Request): Left {
  let left: Left = { open: 0, missed: 0 };
  for (const [id, startsBefore] of targets) {
    left = counted(left, goalVerdict(turn, turn.nodes, id, goal, startsBefore), 1);
  }
  return left;
}

/** What is left when some nodes have changed; it costs what has. */
function leftAfter(
  turn: Turn,
  { goal, targets }: Request,
  before: Left,
  changed: ReadonlySet<NodeId>,
): Left {
  let left = before;
  for (const id of changed) {
    const startsBefore = targets.get(id);
    if (startsBefore === undefined) continue;
    left = counted(left, goalVerdict(turn, turn.nodesBefore, id, goal, startsBefore), -1);
    left = counted(left, goalVerdict(turn, turn.nodes, id, goal, startsBefore), 1);
  }
  return left;
}

function counted({ open, missed }: Left, verdict: GoalVerdict, one: 1 | -1): Left {
  return {
    open: verdict === "open" ? open + one : open,
    missed: verdict === "missed" ? missed + one : missed,
  };
}

/** The nodes that have changed, and those that go by a tree around them that has. */
function judgedAnew(turn: Turn): ReadonlySet<NodeId> {
  if (turn.isReplanned) return turn.touched;
  const changed = new Set(turn.touched);
  for (const id of turn.touched) {
    const [before, after] = [turn.nodesBefore.get(id), turn.node(id)];
    if (before?.kind !== "tree" || after.kind !== "tree" || mayComeBack(before) === mayComeBack(after)) {
      continue;
    }
    for (const below of turn.subtree(id)) changed.add(below.id);
  }
  return changed;
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

type GoalVerdict = "open" | "reached" | "missed";

function goalVerdict(
  turn: Turn,
  nodes: Turn["nodes"],
  id: NodeId,
  goal: Request["goal"],
  startsBefore: number,
): GoalVerdict {
  const node = nodes.get(id);
  if (goal === "applied") return appliedVerdict(turn, nodes, id, node, startsBefore);
  // The plan has it no more, and it is over.
  if (node === undefined) return goal === "stopped" ? "reached" : "missed";
  return goal === "stopped" ? stopVerdict(node) : readyVerdict(turn, nodes, node, startsBefore);
}

/** A later plan may have decided otherwise about what an earlier one has added. */
function appliedVerdict(
  turn: Turn,
  nodes: Turn["nodes"],
  id: NodeId,
  node: NodeState | undefined,
  startsBefore: number,
): GoalVerdict {
  const isLeaving = turn.topology.byId.get(id)?.isLeaving ?? true;
  // It comes when what has its address now has left.
  if (isLeaving && nodeAt(turn.plan, id) !== undefined) return "open";
  // A tree that has taken the place of an actor is ready with its own.
  if (node === undefined || (!isLeaving && node.kind === "tree")) return "reached";
  return isLeaving ? stopVerdict(node) : readyVerdict(turn, nodes, node, startsBefore);
}

/** A node that was asked to stop stays on its way down, unless somebody wants it up again meanwhile. */
function stopVerdict(node: NodeState): GoalVerdict {
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

function readyVerdict(
  turn: Turn,
  nodes: Turn["nodes"],
  node: NodeState,
  startsBefore: number,
): GoalVerdict {
  switch (node.phase.at) {
    case "inactive":
    case "stopped":
    case "failed":
      return isTakenAlong(turn, nodes, node) ? "open" : "missed";
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
function isTakenAlong(turn: Turn, nodes: Turn["nodes"], { id, phase }: NodeState): boolean {
  if (phase.at === "stopped" && phase.why === "request") return false;
  return turn.place(id).ancestors.some((above) => above !== ROOT && mayComeBack(nodes.get(above)!));
}

function mayComeBack({ phase }: NodeState): boolean {
  if (phase.at !== "stopping" || !("end" in phase)) return isPlanned(phase.at);
  return phase.end.by === "itself" || isPlanned(phase.end.then.to);
}

function isPlanned(what: NodeState["phase"]["at"] | Then["to"]): boolean {
  return what === "waiting" || what === "backing_off" || what === "regrouping";
}
