import { nearestName } from "../../base/nearest.ts";
import type { Wanted } from "../keys/depends_on.ts";
import type { Condition, NodeId } from "../plan.ts";
import type { Report } from "../report.ts";
import type { Span } from "../toml/source.ts";
import { didYouMean, quote } from "../wording.ts";
import type { Lifetime } from "./lifetime.ts";
import type { Node } from "./nodes.ts";

/** A dependency whose name has been found. */
export interface Edge {
  readonly on: NodeId;
  readonly condition: Condition;
  readonly at: Span;
}

/** Names as dependencies look them up. */
interface Names {
  readonly nodes: readonly Node[];
  readonly byPath: ReadonlyMap<string, NodeId>;
  /** The first node of each last part of a path. */
  readonly byName: ReadonlyMap<string, NodeId>;
}

const MOST_NAMES = 1_000;

/** The dependencies of every node, by its id; names that lead nowhere are reported. */
export function resolveDependencies(
  nodes: readonly Node[],
  lifetimes: readonly Lifetime[],
  report: Report,
): readonly (readonly Edge[])[] {
  const names = namesOf(nodes);
  return nodes.map((node) => {
    const edges = new Map<string, Edge>();
    for (const wanted of node.declared.fields.depends_on?.value ?? []) {
      const on = lookUp(wanted.name, node, names);
      if (on === null) reportUnknown(wanted, node, names, report);
      else if (isItselfOrAbove(on, node, nodes)) reportSelf(wanted, nodes[on]!, node, report);
      else {
        const { isDaemon, isEndless } = lifetimes[on]!;
        const condition = wanted.condition ?? (isDaemon ? "ready" : "completed");
        const isNever = isEndless && (condition === "completed" || condition === "exited");
        if (isNever && nodes[on]!.declared.isSound) reportNever(wanted, condition, nodes[on]!, report);
        edges.set(`${on} ${condition}`, { on, condition, at: wanted.at });
      }
    }
    return [...edges.values()];
  });
}

function namesOf(nodes: readonly Node[]): Names {
  const byPath = new Map<string, NodeId>();
  const byName = new Map<string, NodeId>();
  for (const { id, path, declared } of nodes) {
    if (path === "") continue;
    byPath.set(path, id);
    if (!byName.has(declared.name)) byName.set(declared.name, id);
  }
  return { nodes, byPath, byName };
}

/** Siblings first, then the siblings of each tree above; a name with a slash is a path from the root. */
function lookUp(name: string, from: Node, { nodes, byPath }: Names): NodeId | null {
  if (name.includes("/")) return byPath.get(name) ?? null;
  for (let parent = from.parent; parent !== null; parent = nodes[parent]!.parent) {
    const { path } = nodes[parent]!;
    const found = byPath.get(path === "" ? name : `${path}/${name}`);
    if (found !== undefined) return found;
  }
  return null;
}

function isItselfOrAbove(on: NodeId, node: Node, nodes: readonly Node[]): boolean {
  let at: NodeId | null = node.id;
  while (at !== null && at !== on) at = nodes[at]!.parent;
  return at !== null;
}

function reportUnknown({ name, at }: Wanted, from: Node, names: Names, report: Report): void {
  const elsewhere = names.byName.get(name);
  const path = elsewhere === undefined ? null : names.nodes[elsewhere]!.path;
  const paths = names.byPath.size > MOST_NAMES ? [] : names.byPath.keys();
  const known = name.includes("/") ? paths : visibleNames(from, names.nodes);
  const nearest = path === null ? nearestName(name, known) : null;
  report.add("config/unknown-dependency", at, `nothing is called ${quote(name)} here${didYouMean(nearest)}`, {
    expected: nearest === null && path === null ? "the name of an actor or a tree" : null,
    hint: path === null ? null : `there is one elsewhere: write its path from the root, ${quote(path)}`,
  });
}

/** The names that a dependency could mean; none where there are so many that a search takes long. */
function visibleNames(from: Node, nodes: readonly Node[]): readonly string[] {
  const names: string[] = [];
  for (let parent = from.parent; parent !== null; parent = nodes[parent]!.parent) {
    const tree = nodes[parent]!;
    if (tree.kind === "actor" || names.length + tree.children.length > MOST_NAMES) return [];
    for (const child of tree.children) names.push(nodes[child]!.declared.name);
  }
  return names.filter((name) => name !== from.declared.name);
}

function reportSelf({ at }: Wanted, on: Node, node: Node, report: Report): void {
  const message = on === node
    ? `${quote(node.path)} waits for itself: ${node.path} -> ${node.path}`
    : `${quote(node.path)} waits for the tree that it is in: ${node.path} -> ${on.path} -> ${node.path}`;
  report.add("config/cycle", at, message, { hint: "remove this dependency" });
}

function reportNever({ at }: Wanted, condition: Condition, on: Node, report: Report): void {
  const why = on.kind === "actor" ? "it is a daemon that is always restarted" : "it holds a daemon";
  report.add("config/never-completes", at, `${quote(on.path)} is never ${condition}: ${why}`, {
    expected: '"ready" or "started"',
    hint: on.kind === "actor" ? 'or give it restart = "on-failure" or "never", if it ends by itself' : null,
  });
}
