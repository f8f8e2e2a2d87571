/** The requests of people to a running tree: start, stop, restart, down, and waiting for readiness. */
import { after, NEVER } from "../base/instant.ts";
import { hasSchedule, type NodeId, ROOT } from "../config/plan.ts";
import { askedBy, type Asker } from "./asker.ts";
import { bringUp } from "./bring_up.ts";
import type { RequestEvent } from "./event.ts";
import { forgetFailures } from "./forget_failures.ts";
import { actorsOf, ANY_START, awaitGoal, wantedActors } from "./goals.ts";
import { letAllGo, offeredIn } from "./hold.ts";
import type { Refusal } from "./reason.ts";
import { beginRollout, callOff, lonelyAmong } from "./rolling.ts";
import { isAlive } from "./state.ts";
import { hurry } from "./stop_ladder.ts";
import { stopNode } from "./stopping.ts";
import type { Turn } from "./turn.ts";

type RequestOf<Type extends RequestEvent["type"]> = RequestEvent & { readonly type: Type };

/** Applies a request. */
export function onRequest(turn: Turn, asked: RequestEvent): void {
  // A node of the plan that cannot come before something else has left is not there yet.
  const event = "nodes" in asked
    ? { ...asked, nodes: asked.nodes.filter((id) => turn.find(id) !== undefined) }
    : asked;
  switch (event.type) {
    case "start_requested":
      return onStart(turn, event);
    case "stop_requested":
      return onStop(turn, event);
    case "restart_requested":
      return onRestart(turn, event);
    case "rolling_restart_requested":
      return onRollingRestart(turn, event);
    case "halt_requested":
      return onHalt(turn, event);
    case "reset_requested":
      return onReset(turn, event);
    case "signal_requested":
      return onSignal(turn, event);
    case "exec_requested":
      return onExec(turn, event);
    case "ready_awaited":
      return awaitGoal(
        turn,
        event.request,
        "ready",
        targets(wantedActors(turn, event.nodes), () => ANY_START),
      );
    case "down_requested":
      return onDown(turn, event);
    case "grace_cut":
      return onGraceCut(turn, event);
  }
}

function onStart(turn: Turn, { request, nodes, deps, asker }: RequestOf<"start_requested">): void {
  if (refused(turn, request, nodes)) return;
  const goals = targets(
    actorsOf(turn, nodes),
    (id) => isRunByHand(turn, nodes, id) ? turn.node(id).starts : ANY_START,
  );
  const cause = turn.record(ROOT, "requested", null, {
    verb: "start",
    paths: nodes,
    ...(deps ? {} : { deps }),
    ...askedBy(asker),
  });
  bringUp(turn, nodes, { startDependencies: deps, skipDependencies: !deps }, cause);
  awaitGoal(turn, request, "ready", goals);
}

/** Whether an actor with a schedule is named, and does not run: it gets a run beside those that are due. */
function isRunByHand(turn: Turn, nodes: readonly NodeId[], id: NodeId): boolean {
  return hasSchedule(turn.spec(id)) && nodes.includes(id) && !isAlive(turn.node(id));
}

function onStop(turn: Turn, { request, nodes, asker }: RequestOf<"stop_requested">): void {
  const cause = recordRequest(turn, "stop", nodes, asker);
  for (const id of nodes) {
    if (turn.node(id).kind === "actor") turn.setActor(id, { skipDeps: false });
    stopNode(turn, id, { to: "stopped", why: "request", ...askedBy(asker) }, NEVER, cause);
  }
  awaitGoal(turn, request, "stopped", targets(nodes, () => ANY_START));
}

function onRestart(turn: Turn, { request, nodes, asker }: RequestOf<"restart_requested">): void {
  if (refused(turn, request, nodes)) return;
  const goals = targets(wantedActors(turn, nodes), (id) => turn.node(id).starts);
  const cause = recordRequest(turn, "restart", nodes, asker);
  const down = nodes.filter((id) => !isAlive(turn.node(id)));
  for (const id of nodes) stopNode(turn, id, { to: "waiting" }, NEVER, cause);
  bringUp(turn, down, { startDependencies: false, skipDependencies: false }, cause);
  awaitGoal(turn, request, "ready", goals);
}

function onRollingRestart(
  turn: Turn,
  { request, nodes, asker }: RequestOf<"rolling_restart_requested">,
): void {
  if (refused(turn, request, nodes)) return;
  const actors = wantedActors(turn, nodes);
  const lonely = lonelyAmong(turn, actors);
  if (lonely !== null) return refuse(turn, request, { kind: "no_replica", actor: lonely });
  const data = { verb: "restart", paths: nodes, rolling: true, ...askedBy(asker) } as const;
  const cause = turn.record(ROOT, "requested", null, data);
  beginRollout(turn, request, actors, cause);
}

function withAllBelow(turn: Turn, nodes: readonly NodeId[]): ReadonlySet<NodeId> {
  return new Set(nodes.flatMap((id) => turn.subtree(id).map((place) => place.id)));
}

/** It stops nothing, and takes no turn back that has begun: a replica that was stopped for its turn is started again. */
function onHalt(turn: Turn, { request, nodes, asker }: RequestOf<"halt_requested">): void {
  const meant = withAllBelow(turn, nodes);
  const rollouts = turn.rollouts.filter(({ members }) => members.some(({ id }) => meant.has(id)));
  if (rollouts.length === 0) return refuse(turn, request, { kind: "nothing_rolls" });
  turn.record(ROOT, "requested", null, { verb: "halt", paths: nodes, ...askedBy(asker) });
  callOff(turn, rollouts);
  if (request !== null) turn.emit({ type: "reply", request, ok: true, refusal: null });
}

/** It decides nothing: how an actor takes the signal is for the actor to say, and its end is one like any other. */
function onSignal(turn: Turn, event: RequestOf<"signal_requested">): void {
  const { request, nodes, signal, toAll, asker } = event;
  const within = withAllBelow(turn, nodes);
  const runs = [...within].flatMap((node) => {
    const { phase } = turn.node(node);
    return "pid" in phase && phase.pid !== null ? [{ node, run: phase.run }] : [];
  });
  if (runs.length === 0) return refuse(turn, request, { kind: "nothing_runs" });
  turn.record(ROOT, "requested", null, { verb: "signal", paths: nodes, signal, toAll, ...askedBy(asker) });
  for (const { node, run } of runs) turn.emit({ type: "tell", node, run, signal, toAll });
  if (request !== null) turn.emit({ type: "reply", request, ok: true, refusal: null });
}

/** The command is its client's; it is written down here who has run which. */
function onExec(turn: Turn, { request, nodes, command, asker }: RequestOf<"exec_requested">): void {
  const isThere = nodes.every((id) => {
    const { phase } = turn.node(id);
    return (phase.at === "starting" || phase.at === "running") && phase.pid !== null;
  });
  if (!isThere || nodes.length === 0) return refuse(turn, request, { kind: "nothing_runs" });
  turn.record(ROOT, "requested", null, { verb: "exec", paths: nodes, command, ...askedBy(asker) });
  if (request !== null) turn.emit({ type: "reply", request, ok: true, refusal: null });
}

function onReset(turn: Turn, { request, nodes, asker }: RequestOf<"reset_requested">): void {
  if (refused(turn, request, nodes)) return;
  const cause = recordRequest(turn, "reset", nodes, asker);
  const started = forgetFailures(turn, nodes, cause);
  awaitGoal(turn, request, "ready", targets(actorsOf(turn, started), () => ANY_START));
}

function onDown(turn: Turn, event: RequestOf<"down_requested">): void {
  if (refusedDown(turn, event)) return;
  const { request, cause, withinMs, asker } = event;
  if (request !== null) turn.emit({ type: "reply", request, ok: true, refusal: null });
  if (withinMs === 0) letAllGo(turn);
  turn.cancelled ??= cause;
  const entry = turn.record(ROOT, "requested", null, { verb: "down", by: cause, ...askedBy(asker) });
  const deadline = withinMs === null ? NEVER : after(turn.stopTime, withinMs);
  stopNode(turn, ROOT, { to: "stopped", why: "request", ...askedBy(asker) }, deadline, entry);
}

/** While a crash is inspected, nobody who can be told to wait takes the tree down by accident. */
function refusedDown(turn: Turn, { request, cause, withinMs }: RequestOf<"down_requested">): boolean {
  const crash = offeredIn(turn);
  if (crash === null || withinMs === 0 || cause === "client_lost" || cause === "guardian_lost") return false;
  const { actor, pid, report } = crash;
  const refusal: Refusal = { kind: "crash_held", actor, pid, report };
  if (request !== null) turn.emit({ type: "reply", request, ok: false, refusal });
  else turn.record(ROOT, "refused", null, { verb: "down", by: cause, why: refusal });
  return true;
}

/** Shortens what is left of every grace period and every teardown. */
function onGraceCut(turn: Turn, { toMs, asker }: RequestOf<"grace_cut">): void {
  const at = after(turn.stopTime, toMs);
  // The stop had begun before, and who asked for that is to be found from here.
  const begun = turn.tree(ROOT).phase.at === "stopping" ? turn.tree(ROOT).cause : null;
  const cause = turn.record(ROOT, "hurried", begun, { withinMs: toMs, ...askedBy(asker) });
  for (const id of turn.topology.trees) {
    const { phase } = turn.tree(id);
    if (phase.at === "stopping" && phase.deadline > at) {
      turn.setTree(id, { phase: { ...phase, deadline: at } });
    }
  }
  for (const id of turn.books.leavingActors()) {
    const { phase, doom } = turn.actor(id);
    if (phase.at === "stopping") {
      const ladder = hurry(phase.ladder, after(turn.now, toMs), turn.now);
      turn.setActor(id, { phase: { ...phase, ladder }, cause });
    } else if (doom !== null && doom.deadline > at) {
      turn.setActor(id, { doom: { ...doom, deadline: at }, cause });
    }
  }
}

/** Nothing is started in a tree that is being torn down, unless it is to come back. */
function refused(turn: Turn, request: number | null, nodes: readonly NodeId[]): boolean {
  const leaving = nodes.flatMap((id) => [id, ...turn.place(id).ancestors]).find((id) =>
    isLeavingTree(turn, id)
  );
  if (leaving === undefined) return false;
  refuse(turn, request, { kind: "torn_down", tree: leaving });
  return true;
}

function refuse(turn: Turn, request: number | null, refusal: Refusal): void {
  if (request !== null) turn.emit({ type: "reply", request, ok: false, refusal });
}

function isLeavingTree(turn: Turn, id: NodeId): boolean {
  const node = turn.node(id);
  if (turn.place(id).isLeaving) return true;
  if (id === ROOT && node.phase.at !== "up") return true;
  if (node.kind !== "tree" || node.phase.at !== "stopping") return false;
  const { end } = node.phase;
  return !(end.by === "request" && end.then.to === "waiting");
}

function recordRequest(
  turn: Turn,
  verb: "stop" | "restart" | "reset",
  nodes: readonly NodeId[],
  asker: Asker | undefined,
): number {
  return turn.record(ROOT, "requested", null, { verb, paths: nodes, ...askedBy(asker) });
}

function targets(nodes: readonly NodeId[], startsBefore: (id: NodeId) => number) {
  return new Map(nodes.map((node) => [node, startsBefore(node)]));
}
