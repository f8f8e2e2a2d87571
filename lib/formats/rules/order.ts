/** In which order actors start. */
import type { NodeId, Plan } from "../../config/plan.ts";

/** How many starts an actor, or a tree that it is in, waits for at most, one after the other; 0 for none. */
export function depthsOf(plan: Plan): ReadonlyMap<NodeId, number> {
  const nodes = new Map(plan.nodes.map((node) => [node.path, node]));
  const own = new Map<NodeId, number>();
  const whole = new Map<NodeId, number>();
  const deepestIn = (path: NodeId): number => {
    const known = whole.get(path);
    if (known !== undefined) return known;
    const node = nodes.get(path)!;
    const depth = node.kind === "tree" ? Math.max(0, ...node.children.map(deepestIn)) : depthOf(path);
    whole.set(path, depth);
    return depth;
  };
  const depthOf = (path: NodeId): number => {
    const known = own.get(path);
    if (known !== undefined) return known;
    const { dependsOn, parent } = nodes.get(path)!;
    const above = parent === null ? 0 : depthOf(parent);
    const depth = Math.max(above, ...dependsOn.map(({ on }) => deepestIn(on) + 1));
    own.set(path, depth);
    return depth;
  };
  return new Map(plan.nodes.map(({ path }) => [path, depthOf(path)]));
}
