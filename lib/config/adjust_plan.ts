/** What options of the command line change about a plan. */
import { deepFreeze } from "../base/deep_freeze.ts";
import { ancestorsOf, type NodeId, type NodeSpec, type Plan, ROOT, subtreeOf } from "./plan.ts";

/** `--only`: what is selected starts by itself, with all that it depends on; everything else by hand alone. */
export function startOnly(plan: Plan, selected: readonly NodeId[]): Plan {
  const wanted = new Set<NodeId>();
  const pending = selected.flatMap((id) => subtreeOf(plan, id));
  while (pending.length > 0) {
    const id = pending.pop()!;
    if (wanted.has(id)) continue;
    wanted.add(id);
    for (const above of [id, ...ancestorsOf(plan, id)]) {
      wanted.add(above);
      for (const { on } of plan.nodes[above]!.dependsOn) pending.push(...subtreeOf(plan, on));
    }
  }
  return withNodes(plan, (node) => ({ ...node, autostart: node.autostart && wanted.has(node.id) }));
}

/** `--exit-code-from`: the end of what is selected ends the tree, and those between them. */
export function endWith(plan: Plan, selected: readonly NodeId[]): Plan {
  const decisive = new Set(selected.flatMap((id) => [id, ...ancestorsOf(plan, id)]));
  return withNodes(plan, (node) => {
    if (!decisive.has(node.id) || node.id === ROOT) return node;
    // A tree that ends with one of its children has an end of its own, and is not started again after it.
    return node.kind === "tree"
      ? { ...node, significant: true, daemon: false, restart: "never" }
      : { ...node, significant: true };
  });
}

function withNodes(plan: Plan, change: (node: NodeSpec) => NodeSpec): Plan {
  return deepFreeze({ ...plan, nodes: plan.nodes.map(change) });
}
