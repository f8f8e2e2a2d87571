/** How long it may take until a tree is ready. */
import type { NodeId, Plan } from "../../config/plan.ts";

/**
 * The longest chain of starts that wait for each other, in milliseconds; null if there is no bound, because something waits for
 * the end of what may run for ever. Starts that fail and are tried again take longer.
 */
export function startBoundMs(plan: Plan): number | null {
  const nodes = new Map(plan.nodes.map((node) => [node.path, node]));
  const known = new Map<NodeId, number>();
  const boundOf = (path: NodeId): number => {
    const found = known.get(path);
    if (found !== undefined) return found;
    const node = nodes.get(path)!;
    const above = node.dependsOn.map(({ on, condition }) => {
      const runs = condition === "completed" || condition === "exited" ? runBoundOf(on) : 0;
      return boundOf(on) + runs;
    });
    const own = node.kind === "tree" ? Math.max(0, ...node.children.map(boundOf)) : node.startTimeoutMs;
    const bound = own + Math.max(0, ...above);
    known.set(path, bound);
    return bound;
  };
  const runBoundOf = (path: NodeId): number => {
    const node = nodes.get(path)!;
    if (node.kind !== "tree") return node.runTimeoutMs ?? Infinity;
    return Math.max(0, ...node.children.map(runBoundOf));
  };
  const bound = Math.max(
    0,
    ...plan.nodes.filter(({ parent }) => parent !== null).map(({ path }) => boundOf(path)),
  );
  return bound === Infinity ? null : bound;
}
