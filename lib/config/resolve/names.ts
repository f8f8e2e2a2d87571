import type { Node } from "./nodes.ts";

/** The target of a name: a node, or all replicas of an actor. */
export interface Target {
  readonly path: string;
  readonly nodes: readonly Node[];
}

/** Names as dependencies look them up. */
export interface Names {
  readonly nodes: readonly Node[];
  readonly byPath: ReadonlyMap<string, Target>;
  /** The first target of each last part of a path. */
  readonly byName: ReadonlyMap<string, Target>;
}

const MOST_NAMES = 1_000;

/** The names of all nodes. */
export function namesOf(nodes: readonly Node[]): Names {
  const byPath = new Map<string, Target & { readonly nodes: Node[] }>();
  const byName = new Map<string, Target>();
  for (const node of nodes) {
    if (node.path === "") continue;
    for (const path of new Set([node.path, node.sharedPath])) {
      const target = byPath.get(path) ?? { path, nodes: [] };
      target.nodes.push(node);
      byPath.set(path, target);
      const name = lastPartOf(path);
      if (!byName.has(name)) byName.set(name, target);
    }
  }
  return { nodes, byPath, byName };
}

/** Siblings first, then the siblings of each tree above; a name with a slash is a path from the root. */
export function lookUp(name: string, from: Node, { nodes, byPath }: Names): Target | null {
  if (name.includes("/")) return byPath.get(name) ?? null;
  for (let parent = from.parent; parent !== null; parent = nodes[parent]!.parent) {
    const { path } = nodes[parent]!;
    const found = byPath.get(path === "" ? name : `${path}/${name}`);
    if (found !== undefined) return found;
  }
  return null;
}

/** The names that a dependency could mean; none where there are so many that a search takes long. */
export function knownNames(name: string, from: Node, { nodes, byPath }: Names): Iterable<string> {
  if (name.includes("/")) return byPath.size > MOST_NAMES ? [] : byPath.keys();
  const visible = new Set<string>();
  for (let parent = from.parent; parent !== null; parent = nodes[parent]!.parent) {
    const tree = nodes[parent]!;
    if (tree.kind === "actor" || visible.size + tree.children.length > MOST_NAMES) return [];
    for (const child of tree.children) visible.add(nodes[child]!.declared.name);
  }
  visible.delete(from.declared.name);
  return visible;
}

function lastPartOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
