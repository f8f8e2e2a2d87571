import { nearestName } from "../../base/nearest.ts";
import type { Wanted } from "../keys/depends_on.ts";
import type { Condition } from "../plan.ts";
import { withoutReplica } from "../replica_path.ts";
import type { Report } from "../report.ts";
import type { Span } from "../toml/source.ts";
import { didYouMean, quote } from "../wording.ts";
import type { Lifetime } from "./lifetime.ts";
import { knownNames, lookUp, type Names, namesOf, type Target } from "./names.ts";
import type { Node, NodeNumber } from "./nodes.ts";

/** A dependency whose name has been found. */
export interface Edge {
  readonly on: NodeNumber;
  readonly condition: Condition;
  readonly at: Span;
}

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
      const target = lookUp(wanted.name, node, names);
      if (target === null) {
        reportUnknown(wanted, node, names, report);
      } else if (target.nodes.some(({ id }) => isItselfOrAbove(id, node, nodes))) {
        reportSelf(wanted, target, node, report);
      } else {
        const condition = conditionOn(wanted, target, lifetimes, report);
        for (const { id } of target.nodes) {
          edges.set(`${id} ${condition}`, { on: id, condition, at: wanted.at });
        }
      }
    }
    return [...edges.values()];
  });
}

/** The condition of a wait; one that never comes is reported. Replicas are all alike in this. */
function conditionOn(
  wanted: Wanted,
  target: Target,
  lifetimes: readonly Lifetime[],
  report: Report,
): Condition {
  const first = target.nodes[0]!;
  const { isDaemon, isEndless } = lifetimes[first.id]!;
  const condition = wanted.condition ?? (isDaemon ? "ready" : "completed");
  const isNever = isEndless && (condition === "completed" || condition === "exited");
  if (condition === "healthy") return healthOn(wanted, target, report);
  if (isNever && first.declared.isSound) reportNever(wanted, condition, target, report);
  return condition;
}

/** A tree is healthy when it is ready. An actor of which nobody finds out never is. */
function healthOn({ at }: Wanted, { path, nodes: [first] }: Target, report: Report): Condition {
  if (first!.kind === "tree") return "ready";
  if (first!.declared.fields.health === undefined && first!.declared.isSound) {
    report.add(
      "config/never-healthy",
      at,
      `nobody finds out whether ${quote(path)} is healthy: it has no \`health\``,
      {
        expected: '"ready" or "started"',
        hint: `or give ${quote(path)} a health check`,
      },
    );
  }
  return "healthy";
}

function isItselfOrAbove(on: NodeNumber, node: Node, nodes: readonly Node[]): boolean {
  let at: NodeNumber | null = node.id;
  while (at !== null && at !== on) at = nodes[at]!.parent;
  return at !== null;
}

function reportUnknown({ name, at }: Wanted, from: Node, names: Names, report: Report): void {
  const others = lookUp(withoutReplica(name), from, names);
  if (others !== null && hasUnknownReplicas(others)) return;
  const elsewhere = others === null ? names.byName.get(name) : undefined;
  const isFound = others !== null || elsewhere !== undefined;
  const nearest = isFound ? null : nearestName(name, knownNames(name, from, names));
  report.add("config/unknown-dependency", at, `nothing is called ${quote(name)} here${didYouMean(nearest)}`, {
    expected: isFound || nearest !== null ? null : "the name of an actor or a tree",
    hint: others !== null
      ? replicasHint(others)
      : elsewhere !== undefined
      ? `there is one elsewhere: write its path from the root, ${quote(elsewhere.path)}`
      : null,
  });
}

/** Whether the number of its replicas could not be read, which has been told. */
function hasUnknownReplicas({ nodes: [first] }: Target): boolean {
  return first!.declared.present.has("replicas") && first!.kind === "actor" &&
    first!.declared.replica === null;
}

/** The hint about the number of a replica that does not exist. */
function replicasHint({ path, nodes }: Target): string {
  if (nodes[0]!.path === path) return `${quote(path)} has no replicas: write its name alone`;
  const [first, last] = [nodes[0]!.path, nodes.at(-1)!.path];
  return first === last
    ? `${quote(path)} has one replica, ${quote(first)}`
    : `the replicas of ${quote(path)} are ${quote(first)} to ${quote(last)}`;
}

function reportSelf({ at }: Wanted, { path, nodes }: Target, node: Node, report: Report): void {
  const own = node.sharedPath;
  const message = nodes.includes(node)
    ? `${quote(path)} waits for itself: ${path} -> ${path}`
    : `${quote(own)} waits for the tree that it is in: ${own} -> ${path} -> ${own}`;
  report.add("config/cycle", at, message, { hint: "remove this dependency" });
}

function reportNever({ at }: Wanted, condition: Condition, { path, nodes }: Target, report: Report): void {
  const isActor = nodes[0]!.kind === "actor";
  const why = isActor ? "it is a daemon that is always restarted" : "it holds a daemon";
  report.add("config/never-completes", at, `${quote(path)} is never ${condition}: ${why}`, {
    expected: '"ready" or "started"',
    hint: isActor ? 'or give it restart = "on-failure" or "never", if it ends by itself' : null,
  });
}
