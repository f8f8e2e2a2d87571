/** Starting by hand: what is asked for, the trees around it, and what it depends on. */
import { NEVER } from "../base/instant.ts";
import { type NodeId, ROOT } from "../config/plan.ts";
import { conclude } from "./conclude.ts";
import { stopNode } from "./stopping.ts";
import type { Turn } from "./turn.ts";

/** How a start by hand treats dependencies. */
export interface BringUpOptions {
  /** Start those that are down. */
  readonly startDependencies: boolean;
  /** Do not wait for them. */
  readonly skipDependencies: boolean;
}

/** Starts nodes that are down, and takes back that they are to go down. What is up stays as it is. */
export function bringUp(turn: Turn, nodes: readonly NodeId[], options: BringUpOptions, cause: number): void {
  const asked = new Set(nodes.flatMap((id) => turn.planned(id)));
  const needed = options.startDependencies ? dependenciesOf(turn, asked) : new Set<NodeId>();
  const named = new Set(nodes);
  for (const id of nodes) openAncestors(turn, id, cause);
  for (const id of needed) openAncestors(turn, id, cause);
  for (const id of new Set([...asked, ...needed])) {
    if (!mustStart(turn, id, named.has(id))) continue;
    const skips = options.skipDependencies && turn.node(id).kind === "actor";
    if (skips) turn.setActor(id, { skipDeps: true });
    startNode(turn, id, cause);
  }
}

/** Below a tree that is asked for, what has completed stays so, and what is started by hand alone stays down. */
function mustStart(turn: Turn, id: NodeId, isNamed: boolean): boolean {
  if (isNamed) return true;
  return turn.spec(id).autostart && turn.node(id).phase.at !== "completed";
}

function startNode(turn: Turn, id: NodeId, cause: number): void {
  const { phase } = turn.node(id);
  switch (phase.at) {
    case "inactive":
    case "stopped":
    case "completed":
    case "failed":
    case "backing_off":
      turn.set(id, { streak: 0 });
      return conclude(turn, id, { to: "waiting" }, cause);
    case "starting":
    case "running": {
      const then = turn.actor(id).doom?.then;
      if (then?.to === "stopped" && then.why === "request") turn.setActor(id, { doom: null, cause });
      return;
    }
    case "stopping":
      return stopNode(turn, id, { to: "waiting" }, NEVER, cause);
  }
}

/** Puts the trees above a node to work, without the children that nobody asked for. */
function openAncestors(turn: Turn, id: NodeId, cause: number): void {
  for (const tree of turn.place(id).ancestors.toReversed()) {
    const { phase } = turn.tree(tree);
    const isDown = phase.at === "stopped" || phase.at === "completed" || phase.at === "failed";
    if (!isDown) continue;
    for (const child of turn.treeSpec(tree).children) keepDown(turn, child, cause);
    startNode(turn, tree, cause);
  }
}

function keepDown(turn: Turn, id: NodeId, cause: number): void {
  if (turn.place(id).isLeaving || turn.node(id).phase.at === "inactive") return;
  turn.set(id, { phase: { at: "stopped", why: "request" }, cause });
}

/** All that the nodes, and the trees around them, depend on, however far. */
function dependenciesOf(turn: Turn, nodes: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  const found = new Set<NodeId>();
  const seen = new Set<NodeId>();
  const pending = [...nodes];
  while (pending.length > 0) {
    const id = pending.pop()!;
    if (seen.has(id)) continue;
    seen.add(id);
    for (const above of [id, ...turn.place(id).ancestors]) {
      for (const { on } of turn.spec(above).dependsOn) {
        for (const needed of turn.planned(on)) {
          found.add(needed);
          pending.push(needed);
        }
      }
    }
  }
  found.delete(ROOT);
  return found;
}
