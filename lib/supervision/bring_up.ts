/** Starting by hand: what is asked for, the trees around it, and what it depends on. */
import { NEVER } from "../base/instant.ts";
import { type NeedsGraph, needsOf, NO_NEEDS } from "../config/needs.ts";
import { hasSchedule, type NodeId, ROOT } from "../config/plan.ts";
import { conclude } from "./conclude.ts";
import { NO_FAILURES } from "./no_failures.ts";
import { startedWith } from "./started_with.ts";
import type { Doom } from "./state.ts";
import { stopNode } from "./stopping.ts";
import type { Turn } from "./turn.ts";

/** How a start by hand treats dependencies. */
export interface BringUpOptions {
  /** Start those that are down. */
  readonly startDependencies: boolean;
  /** Do not wait for them. */
  readonly skipDependencies: boolean;
}

/** Starts nodes that are down, and takes back that they are to go down. Nodes that are up stay as they are. */
export function bringUp(turn: Turn, nodes: readonly NodeId[], options: BringUpOptions, cause: number): void {
  const asked = new Set(nodes.flatMap((id) => startedWith(turn, id)));
  const { all: needed, named: neededByName } = options.startDependencies
    ? needsOf(asked, graphOf(turn))
    : NO_NEEDS;
  const named = new Set(nodes);
  for (const id of nodes) openAncestors(turn, id, cause);
  for (const id of neededByName) openAncestors(turn, id, cause);
  for (const id of new Set([...asked, ...needed])) {
    // A node that is only below a tree that is asked for, or only needed, stays completed if it is.
    if (!named.has(id) && turn.node(id).phase.at === "completed") continue;
    startNode(turn, id, cause, named.has(id));
    if (turn.node(id).kind === "actor") passOver(turn, id, options.skipDependencies);
  }
}

function graphOf(turn: Turn): NeedsGraph {
  return {
    specOf: (id) => turn.spec(id),
    ancestorsOf: (id) => turn.place(id).ancestors,
    startedWith: (id) => startedWith(turn, id),
  };
}

/** The start that comes of this waits for dependencies, or does not. A node that goes on as it is gets none, and its next start is another one. */
function passOver(turn: Turn, id: NodeId, skipDeps: boolean): void {
  const { phase, doom } = turn.actor(id);
  const goesOn = (phase.at === "starting" || phase.at === "running") && doom === null;
  if (!goesOn) turn.setActor(id, { skipDeps });
}

/** @param isNamed What has a schedule is run at once only if it is named; else its schedule is. */
function startNode(turn: Turn, id: NodeId, cause: number, isNamed: boolean): void {
  const { phase } = turn.node(id);
  switch (phase.at) {
    case "scheduled":
      if (!isNamed) return;
      turn.set(id, NO_FAILURES);
      return conclude(turn, id, { to: "waiting" }, cause);
    case "inactive":
    case "stopped":
    case "completed":
    case "failed":
    case "backing_off":
      turn.set(id, NO_FAILURES);
      if (!isNamed && hasSchedule(turn.spec(id))) return beginSchedule(turn, id, cause);
      return conclude(turn, id, { to: "waiting" }, cause);
    case "starting":
    case "running": {
      const { doom } = turn.actor(id);
      if (doom !== null && isByHand(doom)) turn.setActor(id, { doom: takenBack(turn, id, doom), cause });
      return;
    }
    case "stopping":
      return stopNode(turn, id, { to: "waiting" }, NEVER, cause);
  }
}

/** A schedule begins with its tree if that is put to work by this; in a tree that is at work, now. */
function beginSchedule(turn: Turn, id: NodeId, cause: number): void {
  const isAtWork = turn.tree(turn.spec(id).parent!).phase.at === "up";
  const phase = isAtWork
    ? { at: "scheduled", since: turn.now, last: null } as const
    : { at: "inactive" } as const;
  turn.set(id, { phase, cause });
}

function isByHand({ then }: Doom): boolean {
  return then.to === "stopped" && then.why === "request";
}

/** A stop by hand that is not wanted any more: the run goes on, unless it has to end for another reason as well. */
function takenBack(turn: Turn, id: NodeId, doom: Doom): Doom | null {
  const isOutdated = turn.runSpec(id) !== turn.actorSpec(id);
  const goesDownWithTree = turn.tree(turn.spec(id).parent!).phase.at !== "up";
  return isOutdated || goesDownWithTree ? { ...doom, then: { to: "waiting" } } : null;
}

/** Puts the trees above a node to work, without the children that nobody asked for. */
function openAncestors(turn: Turn, id: NodeId, cause: number): void {
  for (const tree of turn.place(id).ancestors.toReversed()) {
    if (!isDown(turn, tree)) continue;
    for (const child of turn.treeSpec(tree).children) keepDown(turn, child, cause);
    startNode(turn, tree, cause, true);
  }
}

/** Whether nothing but a start by hand brings a tree up. */
function isDown(turn: Turn, tree: NodeId): boolean {
  const { phase } = turn.tree(tree);
  if (phase.at === "inactive") return tree !== ROOT && !turn.spec(tree).autostart;
  return phase.at === "stopped" || phase.at === "completed" || phase.at === "failed";
}

function keepDown(turn: Turn, id: NodeId, cause: number): void {
  const startsByItself = turn.node(id).phase.at !== "inactive" || turn.spec(id).autostart;
  if (turn.place(id).isLeaving || !startsByItself) return;
  turn.set(id, { phase: { at: "stopped", why: "request" }, cause });
}
