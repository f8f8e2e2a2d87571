/** The goals that clients wait for after a request, and their decision. */
import { after, type Instant, instant, latest } from "../base/instant.ts";
import { nodeAt, type NodeId, ROOT } from "../config/plan.ts";
import { type Hopeless, hopelessBy, MOST_UNSETTLED } from "./endless.ts";
import { startedWith } from "./started_with.ts";
import { type NodeState, type OpenRequest, type Then, thenOf } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Any start will do, also one that lies in the past. */
export const ANY_START = -1;

/**
 * How long a daemon without a probe must have run before a client is told that it is ready: some end at once, for want of
 * an argument or of anything to read, and are not.
 */
export const SETTLE_MS = 100;

/** Remembers that somebody waits for `goal`; nobody does if `request` is null. @param targets See the request. */
export function awaitGoal(
  turn: Turn,
  request: number | null,
  goal: OpenRequest["goal"],
  targets: OpenRequest["targets"],
): void {
  if (request === null) return;
  turn.requests = [...turn.requests, { id: request, goal, targets, left: null, lastingFrom: null }];
}

/** Answers the requests that are decided: every target has reached its goal, or can no longer. */
export function answerRequests(turn: Turn): void {
  if (turn.requests.length === 0) return;
  const changed = judgedAnew(turn);
  const isJudgedAnew = turn.isReplanned || turn.endlessBefore !== turn.books.endless;
  const open: OpenRequest[] = [];
  for (const request of turn.requests) {
    const judged = judge(turn, request, changed, isJudgedAnew);
    const settlesAt = settleTime(judged);
    const isOpen = judged.left.open > 0 || (settlesAt !== null && settlesAt > turn.now);
    if (turn.outcome === null && isOpen) open.push(judged);
    else {
      const ok = judged.left.open === 0 && judged.left.missed === 0;
      turn.emit({ type: "reply", request: request.id, ok, refusal: null });
    }
  }
  turn.requests = open;
}

/** When all that have reached their goal will have lasted long enough to say so; null while some have not reached it. */
export function settleTime({ goal, left, lastingFrom }: OpenRequest): Instant | null {
  return goal !== "stopped" && left !== null && isReached(left) ? lastingFrom : null;
}

type Left = NonNullable<OpenRequest["left"]>;

function isReached({ open, missed }: Left): boolean {
  return open === 0 && missed === 0;
}

/** A request after what has changed. It costs that, unless it has to be found out which target is the youngest. */
function judge(
  turn: Turn,
  request: OpenRequest,
  changed: readonly NodeId[],
  isJudgedAnew: boolean,
): OpenRequest & { readonly left: Left } {
  const { goal, targets, left: before } = request;
  if (before === null || isJudgedAnew) {
    const left = leftOf(turn, request);
    const lastingFrom = goal !== "stopped" && isReached(left) ? youngest(turn, targets.keys()) : null;
    return { ...request, left, lastingFrom };
  }
  const concerned = changed.filter((id) => targets.has(id));
  if (concerned.length === 0) return { ...request, left: before };
  const left = leftAfter(turn, request, before, concerned);
  if (goal === "stopped") return { ...request, left };
  const known = lastingAfter(turn, request, concerned);
  return {
    ...request,
    left,
    lastingFrom: known ?? (isReached(left) ? youngest(turn, targets.keys()) : null),
  };
}

/** Null if it was one of `changed` that was the youngest. */
function lastingAfter(turn: Turn, { lastingFrom }: OpenRequest, changed: readonly NodeId[]): Instant | null {
  if (lastingFrom === null) return null;
  const wasYoungest = (id: NodeId) => lastsFrom(turn.nodesBefore.get(id)) === lastingFrom;
  if (lastingFrom > turn.now && changed.some(wasYoungest)) return null;
  return latest(lastingFrom, youngest(turn, changed));
}

function youngest(turn: Turn, nodes: Iterable<NodeId>): Instant {
  let from = instant(-Infinity);
  for (const id of nodes) from = latest(from, lastsFrom(turn.find(id)));
  return from;
}

/** When a node that runs has lasted long enough; long ago where that does not matter. */
export function lastsFrom(node: NodeState | undefined): Instant {
  if (node?.phase.at !== "running" || node.streak > MOST_UNSETTLED) return instant(-Infinity);
  const { spec, since } = node.phase;
  return spec.daemon && spec.ready === null ? after(since, SETTLE_MS) : instant(-Infinity);
}

/** Nodes, and what of them cannot be waited for. */
interface Judged {
  readonly nodes: Turn["nodes"];
  readonly hopeless: Hopeless;
}

function presentOf(turn: Turn): Judged {
  return { nodes: turn.nodes, hopeless: hopelessBy(turn.topology, turn.books.endless) };
}

function leftOf(turn: Turn, { goal, targets }: OpenRequest): Left {
  const present = presentOf(turn);
  let left: Left = { open: 0, missed: 0 };
  for (const [id, startsBefore] of targets) {
    left = counted(left, goalVerdict(turn, present, id, goal, startsBefore), 1);
  }
  return left;
}

/** The goals that are left when some of the targets have changed, and none has become endless, or is not any more; the cost
 * is in proportion to the changes. */
function leftAfter(
  turn: Turn,
  { goal, targets }: OpenRequest,
  before: Left,
  changed: readonly NodeId[],
): Left {
  const present = presentOf(turn);
  const past = { ...present, nodes: turn.nodesBefore };
  let left = before;
  for (const id of changed) {
    const startsBefore = targets.get(id)!;
    left = counted(left, goalVerdict(turn, past, id, goal, startsBefore), -1);
    left = counted(left, goalVerdict(turn, present, id, goal, startsBefore), 1);
  }
  return left;
}

function counted({ open, missed }: Left, verdict: GoalVerdict, one: 1 | -1): Left {
  return {
    open: verdict === "open" ? open + one : open,
    missed: verdict === "missed" ? missed + one : missed,
  };
}

/** The nodes that have changed, and those that go by a tree around them that has. Under another plan, all are judged. */
function judgedAnew(turn: Turn): readonly NodeId[] {
  if (turn.isReplanned) return [];
  const changed = turn.nodesBefore.changedIn(turn.nodes).map(({ id }) => id);
  const turned = changed.filter((id) => {
    const [before, after] = [turn.nodesBefore.get(id), turn.node(id)];
    return before?.kind === "tree" && mayComeBack(before) !== mayComeBack(after);
  });
  if (turned.length === 0) return changed;
  const below = turned.flatMap((id) => turn.subtree(id).map((place) => place.id));
  return [...new Set([...changed, ...below])];
}

/** The actors that `nodes` stand for: a tree stands for those below it that it starts by itself. */
export function actorsOf(turn: Turn, nodes: readonly NodeId[]): readonly NodeId[] {
  const started = new Set(nodes.flatMap((id) => startedWith(turn, id)));
  return [...started].filter((id) => turn.spec(id).kind !== "tree");
}

/** The actors that `nodes` stand for, without those below that stay stopped because somebody has stopped them by hand. */
export function wantedActors(turn: Turn, nodes: readonly NodeId[]): readonly NodeId[] {
  const named = new Set(nodes);
  return actorsOf(turn, nodes).filter((id) => {
    const upwards = [id, ...turn.place(id).ancestors];
    const below = upwards.slice(0, upwards.findIndex((node) => named.has(node)));
    return !below.some((node) => isStoppedByHand(turn.node(node)));
  });
}

/** Whether somebody has stopped it, or it is on its way there. */
function isStoppedByHand(node: NodeState): boolean {
  const then = node.phase.at === "stopped" ? { to: "stopped", why: node.phase.why } as const : thenOf(node);
  return then?.to === "stopped" && then.why === "request";
}

type GoalVerdict = "open" | "reached" | "missed";

function goalVerdict(
  turn: Turn,
  judged: Judged,
  id: NodeId,
  goal: OpenRequest["goal"],
  startsBefore: number,
): GoalVerdict {
  const node = judged.nodes.get(id);
  if (goal === "applied") return appliedVerdict(turn, judged, id, node, startsBefore);
  // The plan has it no more, and it is over.
  if (node === undefined) return goal === "stopped" ? "reached" : "missed";
  return goal === "stopped" ? stopVerdict(node) : readyVerdict(turn, judged, node, startsBefore);
}

/** A later plan may have decided otherwise about what an earlier one has added. */
function appliedVerdict(
  turn: Turn,
  judged: Judged,
  id: NodeId,
  node: NodeState | undefined,
  startsBefore: number,
): GoalVerdict {
  const isLeaving = turn.topology.byId.get(id)?.isLeaving ?? true;
  // It comes when what has its address now has left.
  if (isLeaving && nodeAt(turn.plan, id) !== undefined) return "open";
  // A tree that has taken the place of an actor is ready with its own.
  if (node === undefined || (!isLeaving && node.kind === "tree")) return "reached";
  return isLeaving ? stopVerdict(node) : readyVerdict(turn, judged, node, startsBefore);
}

/** A node that was asked to stop stays on its way down, unless somebody wants it up again meanwhile. */
function stopVerdict(node: NodeState): GoalVerdict {
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

function readyVerdict(
  turn: Turn,
  { nodes, hopeless: { restless, stuck } }: Judged,
  node: NodeState,
  startsBefore: number,
): GoalVerdict {
  const isRestless = restless.has(node.id) && node.starts > startsBefore;
  if (node.phase.at === "completed" && node.starts > startsBefore) return "reached";
  switch (node.phase.at) {
    case "inactive":
    case "stopped":
    case "completed":
    case "failed": {
      const isHopeless = isRestless || stuck.has(node.id);
      return !isHopeless && isTakenAlong(turn, nodes, node) ? "open" : "missed";
    }
    case "scheduled":
      // Nobody waits for a date; a run that was asked for has ended, or could not begin.
      if (startsBefore === ANY_START || node.phase.last === null) return "reached";
      return node.phase.last.ok && node.starts > startsBefore ? "reached" : "missed";
    case "starting":
      return isRestless || node.phase.lack?.isLasting === true ? "missed" : "open";
    case "running": {
      const stays = node.kind === "actor" && node.doom === null;
      return stays && node.starts > startsBefore ? "reached" : "open";
    }
    default: {
      const isStuck = node.phase.at === "waiting" && stuck.has(node.id);
      return isStuck || isRestless ? "missed" : "open";
    }
  }
}

/** Whether a supervisor above it may be started again yet, and it along with that. */
function isTakenAlong(turn: Turn, nodes: Turn["nodes"], { id, phase }: NodeState): boolean {
  if (phase.at === "stopped" && phase.why === "request") return false;
  return turn.place(id).ancestors.some((above) => above !== ROOT && mayComeBack(nodes.get(above)!));
}

/** Whether a supervisor that is down, or comes down, may be started again by itself. */
export function mayComeBack({ phase }: NodeState): boolean {
  if (phase.at !== "stopping" || !("end" in phase)) return isPlanned(phase.at);
  return phase.end.by === "itself" || isPlanned(phase.end.then.to);
}

function isPlanned(what: NodeState["phase"]["at"] | Then["to"]): boolean {
  return what === "waiting" || what === "backing_off" || what === "regrouping";
}
