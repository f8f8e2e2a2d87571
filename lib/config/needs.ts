/**
 * The nodes that have to be there for something to start: all that it, and each tree around it, depends on, and what that depends on in
 * turn, however far.
 */
import type { NodeId, NodeSpec } from "./plan.ts";

/** The graph of a plan, or of a state that has one. */
export interface NeedsGraph {
  readonly specOf: (id: NodeId) => Pick<NodeSpec, "dependsOn">;
  /** The trees around a node. */
  readonly ancestorsOf: (id: NodeId) => readonly NodeId[];
  /** A node, and all below it that starts with it. */
  readonly startedWith: (id: NodeId) => readonly NodeId[];
}

/** The needed nodes. */
export interface Needs {
  /** The nodes that a `depends_on` names. */
  readonly named: ReadonlySet<NodeId>;
  /** These, and all below them that starts with them. */
  readonly all: ReadonlySet<NodeId>;
}

/** Nothing. */
export const NO_NEEDS: Needs = { named: new Set(), all: new Set() };

/** The needs of `nodes`; they are among them themselves only if one of them needs another. */
export function needsOf(nodes: Iterable<NodeId>, graph: NeedsGraph): Needs {
  const named = new Set<NodeId>();
  const all = new Set<NodeId>();
  const seen = new Set<NodeId>();
  const pending = [...nodes];
  while (pending.length > 0) {
    const id = pending.pop()!;
    // The trees around a node are the same for many: each is looked at once.
    for (const above of [id, ...graph.ancestorsOf(id)]) {
      if (seen.has(above)) continue;
      seen.add(above);
      for (const { on } of graph.specOf(above).dependsOn) {
        if (named.has(on)) continue;
        named.add(on);
        for (const needed of graph.startedWith(on)) {
          all.add(needed);
          pending.push(needed);
        }
      }
    }
  }
  return { named, all };
}
