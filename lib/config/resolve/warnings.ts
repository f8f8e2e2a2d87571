import { formatDuration } from "../../base/duration.ts";
import { TREE } from "../keys/supervisor.ts";
import type { Report } from "../report.ts";
import { valueOf } from "../values/key.ts";
import { quote } from "../wording.ts";
import { warnOfFixedPorts } from "./fixed_port.ts";
import type { Lifetime } from "./lifetime.ts";
import type { ActorNode, Node, NodeNumber } from "./nodes.ts";
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
    warnOfEndlessSignificance(node, lifetimes[node.id]!, report);
    warnOfLongGrace(node, bounds.get(node.parent!)!, report);
    warnOfDebug(node, report);
  }
}

function warnOfEndlessSignificance(node: ActorNode, { isEndless }: Lifetime, report: Report): void {
  const { significant } = node.declared.fields;
  if (significant?.value !== true || !isEndless) return;
  const message = `${quote(node.declared.name)} is always restarted, so that it never ends its tree`;
  report.add("config/significant-never-ends", significant.at, message, {
    hint: 'write restart = "on-failure" or restart = "never", or remove significant',
  });
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
