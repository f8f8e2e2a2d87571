/** Changes of a plan by options of the command line. */
import { deepFreeze } from "../base/deep_freeze.ts";
import { needsOf } from "./needs.ts";
import {
  ancestorsOf,
  hasSchedule,
  type NodeId,
  type NodeSpec,
  type Plan,
  ROOT,
  specAt,
  subtreeOf,
} from "./plan.ts";

/**
 * `--only`: selected nodes start by themselves, with all that they depend on; all others by hand alone. A node that the file
 * starts by hand alone starts, too, if it is itself selected, as it does when it is named to be started.
 */
export function startOnly(plan: Plan, selected: readonly NodeId[]): Plan {
  const asked = selected.flatMap((id) => subtreeOf(plan, id));
  const { all: needed } = needsOf(asked, {
    specOf: (id) => specAt(plan, id),
    ancestorsOf: (id) => ancestorsOf(plan, id),
    startedWith: (id) => subtreeOf(plan, id),
  });
  const wanted = new Set([...asked, ...needed].flatMap((id) => [id, ...ancestorsOf(plan, id)]));
  const named = new Set(selected.flatMap((id) => [id, ...ancestorsOf(plan, id)]));
  return withLifetimes(withNodes(plan, (node) => ({
    ...node,
    autostart: named.has(node.path) || (node.autostart && wanted.has(node.path)),
  })));
}

/** A tree in which no daemon starts any more has an end of its own, and is not started again after it. */
function withLifetimes(plan: Plan): Plan {
  const nodes = new Map(plan.nodes.map((node) => [node.path, node]));
  // Children stand after their parents, so that they are known first this way round.
  for (const node of plan.nodes.toReversed()) {
    if (node.kind !== "tree" || !node.daemon) continue;
    const children = node.children.map((child) => nodes.get(child)!);
    if (children.some((child) => child.autostart && (child.daemon || hasSchedule(child)))) continue;
    const restart = node.restart === "always" ? "never" : node.restart;
    nodes.set(node.path, { ...node, daemon: false, restart });
  }
  return withNodes(plan, ({ path }) => nodes.get(path)!);
}

/** `--exit-code-from`: the end of what is selected ends the tree, and those between them. */
export function endWith(plan: Plan, selected: readonly NodeId[]): Plan {
  const decisive = new Set(selected.flatMap((id) => [id, ...ancestorsOf(plan, id)]));
  return withNodes(plan, (node) => {
    if (!decisive.has(node.path) || node.path === ROOT) return node;
    // A tree that ends with one of its children has an end of its own, and is not started again after it.
    return node.kind === "tree"
      ? { ...node, significant: true, daemon: false, restart: "never" }
      : { ...node, significant: true };
  });
}

function withNodes(plan: Plan, change: (node: NodeSpec) => NodeSpec): Plan {
  return deepFreeze({ ...plan, nodes: plan.nodes.map(change) });
}
