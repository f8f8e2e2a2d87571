import { formatDuration } from "../../base/duration.ts";
import { TREE } from "../keys/supervisor.ts";
import type { Intensity, OnFailure } from "../plan.ts";
import type { Report } from "../report.ts";
import { valueOf } from "../values/key.ts";
import { quote } from "../wording.ts";
import { warnOfFixedPorts } from "./fixed_port.ts";
import type { Lifetime } from "./lifetime.ts";
import type { ActorNode, Node, NodeNumber, TreeNode } from "./nodes.ts";
import { intensityOf, onFailureOf, ownIntensityOf } from "./policies.ts";
import { warnOfOwnSockets } from "./sockets.ts";
import { warnOfMortals } from "./supervisor_death.ts";

/** Warns of what is valid and yet seldom meant. */
export function warnOfTraps(nodes: readonly Node[], lifetimes: readonly Lifetime[], report: Report): void {
  const bounds = shutdownBounds(nodes);
  warnOfFixedPorts(nodes, report);
  warnOfOwnSockets(nodes, report);
  warnOfMortals(nodes, report);
  for (const node of nodes) {
    if (node.kind === "tree" || !node.declared.isSound) continue;
    const budget = budgetOf(node, nodes[node.parent!] as TreeNode);
    warnOfEndlessSignificance(node, lifetimes[node.id]!, budget, report);
    warnOfIdleIntensity(node, lifetimes[node.id]!, budget, report);
    warnOfLongGrace(node, bounds.get(node.parent!)!, report);
    warnOfDebug(node, report);
  }
}

/** The counter of the restarts of an actor, and its budget. */
interface ActorBudget {
  readonly onFailure: OnFailure;
  readonly intensity: Intensity;
}

function budgetOf({ declared }: ActorNode, tree: TreeNode): ActorBudget {
  const { fields } = tree.declared;
  return {
    onFailure: onFailureOf(fields),
    intensity: ownIntensityOf(declared.fields) ?? intensityOf(fields),
  };
}

function warnOfEndlessSignificance(
  node: ActorNode,
  { isEndless }: Lifetime,
  { onFailure, intensity }: ActorBudget,
  report: Report,
): void {
  const { significant } = node.declared.fields;
  // One that is left failed once its restarts are spent ends its tree.
  const mayFail = onFailure === "fail_child" && intensity !== "unlimited";
  if (significant?.value !== true || !isEndless || mayFail) return;
  const message = `${quote(node.declared.name)} is always restarted, so that it never ends its tree`;
  report.add("config/significant-never-ends", significant.at, message, {
    hint: 'write restart = "on-failure" or restart = "never", or remove significant',
  });
}

/** An intensity that was inherited is no reason to warn: it is meant for those that it has an effect on. */
function warnOfIdleIntensity(
  { declared: { name, present } }: ActorNode,
  { restart }: Lifetime,
  { onFailure }: ActorBudget,
  report: Report,
): void {
  const at = present.get("intensity");
  if (at === undefined) return;
  if (restart === "never") {
    report.add(
      "config/intensity-without-effect",
      at,
      `the intensity of ${quote(name)} has no effect: it is never restarted`,
      { hint: 'remove it, or write restart = "on-failure"' },
    );
  } else if (onFailure !== "fail_child") {
    report.add(
      "config/intensity-without-effect",
      at,
      `the intensity of ${
        quote(name)
      } has no effect: the restarts of all children of its tree are counted together`,
      { hint: 'write on_failure = "fail_child" in its tree, or intensity there' },
    );
  }
}

function warnOfLongGrace(node: ActorNode, bound: Bound, report: Report): void {
  const grace = node.declared.fields.stop?.value.fields.grace;
  if (grace === undefined || grace.value <= bound.ms) return;
  const whose = bound.path === "" ? "the whole tree" : `the tree ${quote(bound.path)}`;
  const message = `a grace of ${formatDuration(grace.value)} is cut short: ${whose} is torn down in ${
    formatDuration(bound.ms)
  }`;
  report.add("config/grace-exceeds-shutdown", grace.at, message, {
    hint: `raise shutdown of ${whose} above it, or shorten it`,
  });
}

function warnOfDebug({ declared: { name, fields } }: ActorNode, report: Report): void {
  if (fields.debug?.value !== true || fields.module === undefined) return;
  const message = `${quote(name)} is held for inspection when it fails, and not restarted until it is let go`;
  report.add("config/debug-on", fields.debug.at, message, {
    hint: "remove it when you have seen what you were looking for",
  });
}

/** The shortest teardown of a tree and those above it, and whose it is. */
interface Bound {
  readonly ms: number;
  readonly path: string;
}

function shutdownBounds(nodes: readonly Node[]): ReadonlyMap<NodeNumber, Bound> {
  const bounds = new Map<NodeNumber, Bound>();
  for (const node of nodes) {
    if (node.kind === "actor") continue;
    const own = { ms: valueOf(node.declared.fields.shutdown, TREE.keys.shutdown), path: node.path };
    const above = node.parent === null ? own : bounds.get(node.parent)!;
    bounds.set(node.id, own.ms < above.ms ? own : above);
  }
  return bounds;
}
