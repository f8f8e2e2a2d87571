/**
 * Restarting the replicas of actors one after the other, so that at least one of each is ready at any time.
 *
 * A rolling restart has a list of replicas that have yet to come to another run. It takes one actor at a time, in file
 * order, and of that one replica at a time:
 *
 * 1. Those that are not ready are restarted at once: it costs nothing.
 * 2. One that is ready is stopped only while another one of its actor is ready, and is not to stop.
 * 3. The next has its turn when that is ready again. One that failed before stops the whole, and the others stay as they are.
 *
 * Another plan may be given in the same way: then the list has the replicas that it makes other processes.
 *
 * By the second rule alone the promise holds, also of several rolling restarts at once, and whatever crashes meanwhile.
 */
import { type Instant, NEVER } from "../base/instant.ts";
import { type NodeId, ROOT } from "../config/plan.ts";
import { withoutReplica } from "../config/replica_path.ts";
import { bringUp } from "./bring_up.ts";
import { isEndless } from "./endless.ts";
import { lastsFrom, mayComeBack } from "./goals.ts";
import { NO_FAILURES } from "./no_failures.ts";
import type { FailReason, Halt } from "./reason.ts";
import { isAlive, isOver, type Rollout, type RolloutMember } from "./state.ts";
import { stopNode } from "./stopping.ts";
import type { Turn } from "./turn.ts";

/** Begins one, of actors that all have replicas. Those that are not ready are started anew at once, by rule 1. */
export function beginRollout(
  turn: Turn,
  request: number | null,
  actors: readonly NodeId[],
  cause: number,
): void {
  const members = actors.map((id): RolloutMember => ({ id, starts: turn.node(id).starts, isBegun: false }));
  const begun = members.map((member) => isReady(turn, member.id) ? member : begin(turn, member, cause));
  turn.rollouts = [...turn.rollouts, { request, cause, members: begun, settlesAt: null }];
}

/** The first of some actors that has no other replica in the plan; null if all have. */
export function lonelyAmong(turn: Turn, actors: readonly NodeId[]): NodeId | null {
  return actors.find((id) => !hasOthers(turn, id)) ?? null;
}

/** Whether an actor has another replica in the plan. */
export function hasOthers(turn: Turn, id: NodeId): boolean {
  return othersOf(turn, id).length > 0;
}

/** Ends some of them; what has yet to have its turn stays as it is. */
export function callOff(turn: Turn, rollouts: readonly Rollout[]): void {
  turn.rollouts = turn.rollouts.filter((rollout) => !rollouts.includes(rollout));
  for (const rollout of rollouts) halt(turn, rollout, rollout.members, { kind: "called_off" });
}

/** Goes on with all of them as far as the present state allows; false if nothing has changed by that. */
export function advanceRollouts(turn: Turn): boolean {
  const before = turn.rollouts;
  if (before.length === 0) return false;
  const after = before.flatMap((rollout) => advance(turn, rollout) ?? []);
  const isSame = after.length === before.length && after.every((rollout, at) => rollout === before[at]);
  if (!isSame) turn.rollouts = after;
  return after.length < before.length || after.some(({ members }, at) => members !== before[at]!.members);
}

/** Null if it is over. */
function advance(turn: Turn, rollout: Rollout): Rollout | null {
  let { members } = rollout;
  while (members.length > 0) {
    const group = groupOf(members[0]!.id);
    const length = members.findIndex(({ id }) => groupOf(id) !== group);
    const inGroup = length < 0 ? members : members.slice(0, length);
    const verdicts = inGroup.map((member) => ({ member, verdict: verdictOn(turn, member) }));
    const left = verdicts.filter(({ verdict }) => verdict.is !== "done");
    const rest = members.slice(inGroup.length);
    const present = left.length === inGroup.length ? members : [...left.map(({ member }) => member), ...rest];
    const failed = left.map(({ verdict }) => verdict).find((verdict) => verdict.is === "failed");
    if (failed !== undefined) return halt(turn, rollout, present, failed.halt);
    if (left.length === 0) {
      members = rest;
      continue;
    }
    const busyUntil = left.flatMap(({ verdict }) => verdict.is === "busy" ? [verdict.until] : []);
    if (busyUntil.length > 0) return waiting(rollout, present, Math.min(...busyUntil) as Instant);
    const next = left[0]!.member;
    const permit = isReady(turn, next.id) ? mayLeave(turn, next.id) : turn.now;
    if (permit === null) return halt(turn, rollout, present, { kind: "alone", at: next.id });
    if (permit > turn.now) return waiting(rollout, present, permit);
    const begun = begin(turn, next, rollout.cause);
    return { ...rollout, members: present.map((one) => one === next ? begun : one), settlesAt: null };
  }
  const { request } = rollout;
  turn.record(ROOT, "rolled", rollout.cause, {});
  // One that waits for all that another plan brings is answered when that is there.
  const waitsOn = turn.requests.some(({ id }) => id === request);
  if (request !== null && !waitsOn) turn.emit({ type: "reply", request, ok: true, refusal: null });
  return null;
}

function waiting(rollout: Rollout, members: Rollout["members"], until: Instant): Rollout {
  const settlesAt = until === NEVER ? null : until;
  const isSame = members === rollout.members && settlesAt === rollout.settlesAt;
  return isSame ? rollout : { ...rollout, members, settlesAt };
}

function halt(turn: Turn, { request, cause }: Rollout, members: Rollout["members"], why: Halt): null {
  const left = members.filter(({ id, isBegun }) => !isBegun && id !== atOf(why)).map(({ id }) => id);
  // Nothing is written down any more when the tree has ended.
  if (turn.outcome === null) turn.record(ROOT, "roll_halted", cause, { why, left });
  const refusal = { kind: "roll_halted", why, left } as const;
  turn.requests = turn.requests.filter(({ id }) => id !== request);
  if (request !== null) turn.emit({ type: "reply", request, ok: false, refusal });
  return null;
}

function atOf(why: Halt): NodeId | null {
  return why.kind === "failed" ? why.at : null;
}

type MemberVerdict =
  /** It has another run, or is nothing to wait for any more. */
  | { readonly is: "done" }
  /** It is on its way; `until` says when it is ready for long enough, `NEVER` that something else has to happen first. */
  | { readonly is: "busy"; readonly until: Instant }
  | { readonly is: "next" }
  | { readonly is: "failed"; readonly halt: Halt };

const DONE: MemberVerdict = { is: "done" };
const NEXT: MemberVerdict = { is: "next" };
const BUSY: MemberVerdict = { is: "busy", until: NEVER };

function verdictOn(turn: Turn, { id, starts, isBegun }: RolloutMember): MemberVerdict {
  const node = turn.find(id);
  // Another plan has it no more, or has something else there.
  if (node?.kind !== "actor" || turn.place(id).isLeaving) return DONE;
  const { phase } = node;
  const gone = turn.place(id).ancestors.find((tree) => turn.tree(tree).phase.at !== "up");
  if (gone !== undefined) {
    const isComingBack = gone !== ROOT && mayComeBack(turn.tree(gone));
    return isComingBack ? BUSY : { is: "failed", halt: { kind: "torn_down", tree: gone } };
  }
  // Somebody has stopped it since, and it stays so; or it runs at its date.
  if (
    phase.at === "inactive" || phase.at === "scheduled" || (phase.at === "stopped" && phase.why === "request")
  ) return DONE;
  const isNew = node.starts > starts;
  if (phase.at === "completed") return isNew ? DONE : NEXT;
  if (phase.at === "running" && node.doom === null) {
    if (!isNew) return NEXT;
    const until = lastsFrom(node);
    return until > turn.now ? { is: "busy", until } : DONE;
  }
  if (isBegun && (phase.at === "failed" || node.streak > 0)) {
    return { is: "failed", halt: { kind: "failed", at: id, why: reasonOf(phase) } };
  }
  return isOver(node) || isEndless(node) ? NEXT : BUSY;
}

function reasonOf(phase: ReturnType<Turn["actor"]>["phase"]): FailReason | null {
  const decided = phase.at === "stopping" ? phase.then : phase;
  return "reason" in decided ? decided.reason : null;
}

/** Since when another replica is ready for long enough, so that one that is ready may stop; null if none will be. */
function mayLeave(turn: Turn, id: NodeId): Instant | null {
  const others = othersOf(turn, id);
  const ready = others.filter((other) => isReady(turn, other)).map((other) => lastsFrom(turn.node(other)));
  if (ready.length > 0) return Math.min(...ready) as Instant;
  const isHoped = others.some((other) => {
    const node = turn.node(other);
    return !isOver(node) && !isEndless(node);
  });
  return isHoped ? NEVER : null;
}

function begin(turn: Turn, member: RolloutMember, asked: number): RolloutMember {
  const { id } = member;
  const cause = turn.record(id, "rolling", asked, {});
  const isDown = !isAlive(turn.node(id));
  // A failure of the new run is told by that.
  turn.set(id, NO_FAILURES);
  stopNode(turn, id, { to: "waiting" }, NEVER, cause);
  if (isDown) bringUp(turn, [id], { startDependencies: false, skipDependencies: false }, cause);
  return { ...member, starts: turn.node(id).starts, isBegun: true };
}

function isReady(turn: Turn, id: NodeId): boolean {
  const node = turn.actor(id);
  return node.phase.at === "running" && node.doom === null;
}

function groupOf(id: NodeId): string {
  return withoutReplica(id);
}

function othersOf(turn: Turn, id: NodeId): readonly NodeId[] {
  const group = groupOf(id);
  // An actor without replicas has the name of a group, and is alone.
  if (group === id) return [];
  const { children } = turn.treeSpec(turn.spec(id).parent!);
  return children.filter((other) => {
    const { spec, isLeaving } = turn.place(other);
    return other !== id && groupOf(other) === group && spec.kind !== "tree" && !isLeaving;
  });
}
