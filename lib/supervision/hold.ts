/**
 * Crashes that are held for inspection. One at a time is offered, in the order in which they came; while any is held, the
 * deadlines of whatever is to stop stand still (`stopTime`).
 *
 * Invariants:
 * 1. No stop of a run begins while a crash of it is held, unless a teardown is forced, which lets all of them go.
 * 2. A crash is offered if and only if one is held.
 * 3. Time for which a crash was held counts for no deadline of its run, nor for that of any stop or teardown.
 */
import { after } from "../base/instant.ts";
import { invariant } from "../base/invariant.ts";
import type { NodeId } from "../config/plan.ts";
import type { Books } from "./books.ts";
import type { Crash } from "./crash.ts";
import type { RunEvent } from "./event.ts";
import type { ActorState, NodeState, RunningPhase, StartingPhase, State } from "./state.ts";
import type { Turn } from "./turn.ts";

/** A crash and whose it is. */
interface Held {
  readonly node: NodeId;
  readonly crash: Crash;
}

/** A run holds a crash. */
export function onHeld(turn: Turn, id: NodeId, event: RunEvent & { type: "held" }): void {
  const actor = turn.actor(id);
  // A teardown that is forced does not wait for those that come after it, either.
  const isOverdue = turn.holding === null && actor.doom !== null && turn.now >= actor.doom.deadline;
  if (isOverdue) return onHeldTooLate(turn, id, event);
  const phase = livingPhase(actor);
  const { since, crashes } = phase.hold ?? { since: turn.now, crashes: [] };
  turn.setActor(id, { phase: { ...phase, hold: { since, crashes: [...crashes, event.crash] } } });
}

/** A run that is being stopped holds nothing. */
export function onHeldTooLate(turn: Turn, id: NodeId, { run, crash }: RunEvent & { type: "held" }): void {
  turn.emit({ type: "let_go", node: id, run, crash: crash.id });
}

/** Somebody has let a crash go. */
export function onReleased(turn: Turn, id: NodeId, { crash }: RunEvent & { type: "released" }): void {
  const actor = turn.actor(id);
  const phase = livingPhase(actor);
  const released = phase.hold?.crashes.find((one) => one.id === crash);
  if (released === undefined) return;
  const crashes = phase.hold!.crashes.filter((one) => one !== released);
  turn.setActor(id, {
    phase: crashes.length > 0 ? { ...phase, hold: { ...phase.hold!, crashes } } : freed(turn, phase),
  });
  if (turn.holding?.offered !== crash) return;
  const { actor: path, pid } = released;
  turn.setActor(id, { cause: turn.record(id, "released", actor.cause, { actor: path, pid }) });
}

/** Lets everything go that is held. */
export function letAllGo(turn: Turn): void {
  for (const { node, crash } of heldIn((id) => turn.find(id), turn.books.holders)) {
    const phase = livingPhase(turn.actor(node));
    turn.emit({ type: "let_go", node, run: phase.run, crash: crash.id });
    if (phase.hold !== null) turn.setActor(node, { phase: freed(turn, phase) });
  }
  turn.holding = null;
}

/** Offers the next crash when that which was offered is held no more, and lets deadlines count again after the last. */
export function settleHolding(turn: Turn): void {
  const { holding } = turn;
  if (holding === null && turn.books.holders.length === 0) return;
  const held = heldIn((id) => turn.find(id), turn.books.holders);
  if (held.some(({ crash }) => crash.id === holding?.offered)) return;
  const [first, ...others] = held;
  if (first === undefined) {
    turn.holding = null;
    if (holding !== null) postpone(turn, turn.now - holding.since);
    return;
  }
  const next = others.reduce((one, other) => other.crash.id < one.crash.id ? other : one, first);
  turn.holding = { since: holding?.since ?? turn.now, offered: next.crash.id };
  const { actor, pid, name, report, inspector } = next.crash;
  const data = { actor, pid, function: name, report, inspector };
  turn.setActor(next.node, { cause: turn.record(next.node, "held", turn.actor(next.node).cause, data) });
}

/** The crash that is offered; null if nothing is held. */
export function offeredIn(
  { nodes, holding, books }: Pick<State, "nodes" | "holding"> & { readonly books: Pick<Books, "holders"> },
): Crash | null {
  if (holding === null) return null;
  return heldIn((id) => nodes.get(id), books.holders).find(({ crash }) => crash.id === holding.offered)
    ?.crash ?? null;
}

function heldIn(
  nodeAt: (id: NodeId) => NodeState | undefined,
  holders: readonly NodeId[],
): readonly Held[] {
  return holders.flatMap((id) => {
    const node = nodeAt(id)!;
    const crashes = "hold" in node.phase ? node.phase.hold?.crashes ?? [] : [];
    return crashes.map((crash) => ({ node: node.id, crash }));
  });
}

/** Moves the end of every stop that has yet to begin, and of every teardown. */
function postpone(turn: Turn, ms: number): void {
  for (const id of turn.topology.trees) {
    const { phase } = turn.tree(id);
    if (phase.at === "stopping") {
      turn.setTree(id, { phase: { ...phase, deadline: after(phase.deadline, ms) } });
    }
  }
  for (const id of [...turn.books.doomedActors()]) {
    const doom = turn.actor(id).doom!;
    turn.setActor(id, { doom: { ...doom, deadline: after(doom.deadline, ms) } });
  }
}

function freed<P extends StartingPhase | RunningPhase>(turn: Turn, phase: P): P {
  return { ...phase, hold: null, heldMs: phase.heldMs + turn.now - phase.hold!.since };
}

function livingPhase({ phase }: ActorState): StartingPhase | RunningPhase {
  invariant(phase.at === "starting" || phase.at === "running", `an actor that is ${phase.at} holds no crash`);
  return phase;
}
