import { after, type Instant, instant, latest } from "../../../lib/base/instant.ts";
import { type NodeId, ROOT } from "../../../lib/config/plan.ts";
import { MOST_UNSETTLED } from "../../../lib/supervision/endless.ts";
import { SETTLE_MS } from "../../../lib/supervision/goals.ts";
import type { NodeState, OpenRequest, TreePhase, TreeState } from "../../../lib/supervision/state.ts";
import type { Turn } from "../../../lib/supervision/turn.ts";

/** Answers the requests that are decided: every target has reached its goal, or can no longer. */
export function answerRequests(turn: Turn): void {
  const open: OpenRequest[] = [];
  for (const request of turn.requests) {
    const verdicts = verdictsOf(turn, request);
    const isUnsettled = settlesAt(turn, request) > turn.now;
    if (turn.outcome === null && (isUnsettled || verdicts.includes("open"))) open.push(request);
    else {
      const ok = verdicts.every((verdict) => verdict === "reached");
      turn.emit({ type: "reply", request: request.id, ok, refusal: null });
    }
  }
  turn.requests = open;
}

/** When the targets of a request, which are all ready, will all have lasted; long ago if they are not, or have. */
export function settlesAt(turn: Turn, request: OpenRequest): Instant {
  const isReached = verdictsOf(turn, request).every((verdict) => verdict === "reached");
  let last = instant(-Infinity);
  if (request.goal === "stopped" || !isReached) return last;
  for (const id of request.targets.keys()) {
    const node = turn.find(id);
    if (node === undefined) continue;
    const { phase, streak } = node;
    if (phase.at !== "running" || streak > MOST_UNSETTLED) continue;
    if (phase.spec.daemon && phase.spec.ready === null) last = latest(last, after(phase.since, SETTLE_MS));
  }
  return last;
}

function verdictsOf(turn: Turn, { goal, targets }: OpenRequest) {
  return [...targets].map(([id, startsBefore]: readonly [NodeId, number]) =>
    goal === "applied"
      ? appliedVerdict(turn, id, startsBefore)
      : goalVerdict(turn, turn.nodes.get(id), goal, startsBefore)
  );
}

function goalVerdict(
  turn: Turn,
  node: NodeState | undefined,
  goal: Exclude<OpenRequest["goal"], "applied">,
  startsBefore: number,
): "open" | "reached" | "missed" {
  // The plan has it no more, and it is over.
  if (node === undefined) return goal === "stopped" ? "reached" : "missed";
  return goal === "stopped" ? stopVerdict(node) : readyVerdict(turn, node, startsBefore);
}

/** What the plan has is to be ready, a tree by its own; what it has no more is to be gone. */
function appliedVerdict(turn: Turn, id: NodeId, startsBefore: number): "open" | "reached" | "missed" {
  const isPlanned = turn.plan.nodes.some(({ path }) => path === id);
  const place = turn.topology.places.find((place) => place.id === id);
  if (place === undefined) return isPlanned ? "open" : "reached";
  const node = turn.node(id);
  if (place.isLeaving) return isPlanned ? "open" : stopVerdict(node);
  return node.kind === "tree" ? "reached" : readyVerdict(turn, node, startsBefore);
}

/** A node that was asked to stop stays on its way down, unless somebody wants it up again meanwhile. */
function stopVerdict(node: NodeState): "open" | "reached" | "missed" {
  switch (node.phase.at) {
    case "inactive":
    case "scheduled":
    case "stopped":
    case "completed":
      return "reached";
    case "failed":
      return ["survivors", "unseen"].includes(node.phase.reason.kind) ? "missed" : "reached";
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
      if (isRestless(turn, node.id) && node.starts > startsBefore) return "missed";
      return !isStuck(turn, node.id) && isTakenAlong(turn, node) ? "open" : "missed";
    case "completed":
      if (node.starts > startsBefore) return "reached";
      return !isStuck(turn, node.id) && isTakenAlong(turn, node) ? "open" : "missed";
    case "scheduled": {
      const { last } = node.phase;
      const isAskedFor = startsBefore >= 0 && last !== null;
      return !isAskedFor || (last.ok && node.starts > startsBefore) ? "reached" : "missed";
    }
    case "starting":
      if (node.phase.lack?.isLasting === true) return "missed";
      return isRestless(turn, node.id) && node.starts > startsBefore ? "missed" : "open";
    case "running": {
      const stays = node.kind === "actor" && node.doom === null;
      return stays && node.starts > startsBefore ? "reached" : "open";
    }
    case "waiting":
      if (isStuck(turn, node.id)) return "missed";
      return isRestless(turn, node.id) && node.starts > startsBefore ? "missed" : "open";
    default:
      return isRestless(turn, node.id) && node.starts > startsBefore ? "missed" : "open";
  }
}

/** Whether it, or a tree around it, is started again and again without becoming ready. */
function isRestless(turn: Turn, id: NodeId): boolean {
  return [id, ...turn.place(id).ancestors].some((one) => {
    const { failedStarts, phase } = turn.node(one);
    const isUnderWay = ["backing_off", "waiting", "regrouping", "starting", "stopping"].includes(phase.at);
    return failedStarts > MOST_UNSETTLED && isUnderWay;
  });
}

/** Whether something that is started again and again in vain comes before it, by dependencies or in a sequence. */
function isStuck(turn: Turn, id: NodeId, seen: Set<NodeId> = new Set()): boolean {
  const before = [id, ...turn.place(id).ancestors].flatMap((one) => {
    const { dependsOn, parent } = turn.spec(one);
    const tree = parent === null ? null : turn.treeSpec(parent);
    const earlier = tree?.start === "sequential" ? tree.children.slice(0, turn.place(one).position) : [];
    return [...dependsOn.map(({ on }) => on), ...earlier];
  }).flatMap((one) => turn.subtree(one)).map((place) => place.id).filter((one) => !seen.has(one));
  for (const one of before) seen.add(one);
  return before.some((one) => isRestless(turn, one) || isStuck(turn, one, seen));
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
