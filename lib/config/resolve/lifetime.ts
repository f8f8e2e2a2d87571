/** Tells which nodes have an end of their own; restart policies follow from that where the file gives none. */
import { ACTOR } from "../keys/actor.ts";
import { TREE } from "../keys/supervisor.ts";
import { type RestartPolicy, ROOT } from "../plan.ts";
import { valueOf } from "../values/key.ts";
import type { Node, NodeNumber } from "./nodes.ts";

/** How long a node lives. */
export interface Lifetime {
  /** Has no end of its own. */
  readonly isDaemon: boolean;
  readonly restart: RestartPolicy;
  /** Never ends for good as long as nothing fails or cancels it: a dependent that waits for its end waits forever. */
  readonly isEndless: boolean;
}

/** The lifetime of every node, by its id. */
export function lifetimesOf(nodes: readonly Node[]): readonly Lifetime[] {
  const lifetimes: Lifetime[] = [];
  // Children have higher numbers than their parents, so that they are known first this way round.
  for (const node of nodes.toReversed()) {
    const isDaemon = node.kind === "actor"
      ? valueOf(node.declared.fields.daemon, ACTOR.keys.daemon)
      : servesForever(node, nodes, (child) => lifetimes[child]!.isDaemon || isScheduled(nodes[child]!));
    const restart = restartOf(node, isDaemon);
    const isEndless = node.kind === "actor"
      ? isDaemon && restart === "always"
      : servesForever(node, nodes, (child) => lifetimes[child]!.isEndless || isScheduled(nodes[child]!));
    lifetimes[node.id] = { isDaemon, restart, isEndless };
  }
  return lifetimes;
}

/** Whether a node starts with its tree, rather than by hand. */
export function isAutostarted(node: Node): boolean {
  if (!node.isActive) return false;
  return node.kind === "tree" || valueOf(node.declared.fields.autostart, ACTOR.keys.autostart);
}

/** Whether a schedule has it run again and again: each run ends, and it never does for good. */
function isScheduled(node: Node): boolean {
  return node.kind === "actor" && node.declared.fields.schedule !== undefined;
}

/** Whether the end of a node may end its tree. */
export function isSignificant(node: Node): boolean {
  return valueOf(node.declared.fields.significant, TREE.keys.significant);
}

function servesForever(
  tree: Node & { readonly kind: "tree" },
  nodes: readonly Node[],
  does: (child: NodeNumber) => boolean,
): boolean {
  const children = tree.children.map((id) => nodes[id]!);
  const rule = valueOf(tree.declared.fields.auto_shutdown, TREE.keys.auto_shutdown);
  const isEndedByChild = rule !== "never" && children.some(isSignificant);
  return !isEndedByChild && children.some((child) => isAutostarted(child) && does(child.id));
}

function restartOf(node: Node, isDaemon: boolean): RestartPolicy {
  if (node.path === ROOT) return "never";
  return node.declared.fields.restart?.value ?? (isDaemon ? "always" : "never");
}
