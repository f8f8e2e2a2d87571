/** Names of services for the nodes of a plan. */
import type { NodeId, Plan } from "../../config/plan.ts";

/** A name for an address: `pool/queue.2` is `pool-queue-2`. */
export function nameOf(path: string): string {
  return path.replace(/[^A-Za-z0-9_-]+/g, "-");
}

/** A name for the tree as a whole, in letters, digits, `-` and `_`. */
export function treeNameOf({ name }: Pick<Plan, "name">): string {
  const plain = nameOf(name).replace(/^-+|-+$/g, "");
  return plain === "" ? "supervise" : plain;
}

/**
 * Names for all actors, each its own also where two addresses would have the same: `a/b` and `a-b`.
 *
 * @param adapt Makes a name one that the tool can have.
 */
export function serviceNames(
  plan: Plan,
  adapt: (name: string) => string = (name) => name,
): ReadonlyMap<NodeId, string> {
  const names = new Map<NodeId, string>();
  const taken = new Set<string>();
  for (const { path, kind } of plan.nodes) {
    if (kind === "tree") continue;
    const wanted = adapt(nameOf(path));
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
    names.set(path, name);
    taken.add(name);
  }
  return names;
}

/** The actors that waiting for a node means: itself, or all of its tree. */
export function actorsBelow(plan: Plan, path: NodeId): readonly NodeId[] {
  return plan.nodes.filter((node) =>
    node.kind !== "tree" && (node.path === path || path === "" || node.path.startsWith(`${path}/`))
  ).map((node) => node.path);
}
