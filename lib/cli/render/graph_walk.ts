/** The nodes of a graph as languages write them that nest: trees around what is in them. */
import type { Graph, GraphNode } from "./graph_model.ts";

/** A node, or the end of the innermost tree that was begun. The root has neither, and its children have the depth 1. */
export type GraphStep =
  & { readonly depth: number }
  & (
    | { readonly node: GraphNode }
    | { readonly end: true }
  );

/** All of them, in file order. */
export function* walkGraph({ nodes }: Graph): Generator<GraphStep, void> {
  const children = Map.groupBy(nodes, ({ parent }) => parent);
  const below = (path: string, depth: number): readonly GraphStep[] =>
    (children.get(path) ?? []).map((node) => ({ depth, node })).toReversed();
  const pending: GraphStep[] = [...below("", 1)];
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    yield step;
    if ("end" in step || step.node.kind !== "tree") continue;
    const { depth, node } = step;
    pending.push({ depth, end: true }, ...below(node.path, depth + 1));
  }
}
