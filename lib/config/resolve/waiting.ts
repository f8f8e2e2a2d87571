/**
 * Cycles of waiting. Waits come not only from `depends_on`: a child also waits for all that its tree waits for, a
 * tree is ready or completed only when its children are, and in a sequential tree each child waits for the one before.
 *
 * So each node stands for two moments: its start, and the later one when it is ready or ended. A moment points to those
 * that must come first. Strongly connected moments can never come; one cycle of each such group is reported.
 */
import { grouped } from "../../base/counted.ts";
import { TREE } from "../keys/supervisor.ts";
import type { Report } from "../report.ts";
import type { Span } from "../toml/source.ts";
import { valueOf } from "../values/key.ts";
import { quote } from "../wording.ts";
import { stronglyConnected } from "./connected.ts";
import type { Edge } from "./dependencies.ts";
import { isAutostarted } from "./lifetime.ts";
import type { Node, NodeNumber } from "./nodes.ts";

/** Longer cycles are shown by both of their ends. */
const LONGEST_PATH = 20;

/** Start of node n: 2n; its being ready or ended: 2n + 1. */
type Moment = number;

/** A moment that must come first, and why: a dependency has its place in the file. */
interface Before {
  readonly moment: Moment;
  readonly at: Span | null;
  readonly why: string | null;
}

/** Reports nodes that wait for each other. */
export function rejectCycles(
  nodes: readonly Node[],
  edges: readonly (readonly Edge[])[],
  report: Report,
): void {
  const before = momentsBefore(nodes, edges);
  for (const group of stronglyConnected(before.map((list) => list.map(({ moment }) => moment)))) {
    if (group.length < 2) continue;
    reportCycle(cycleIn(group, before), nodes, report);
  }
}

function momentsBefore(
  nodes: readonly Node[],
  edges: readonly (readonly Edge[])[],
): readonly (readonly Before[])[] {
  const before: Before[][] = nodes.flatMap(({ id }) => [[], [{ moment: startOf(id), at: null, why: null }]]);
  for (const node of nodes) {
    for (const { on, condition, at } of edges[node.id]!) {
      before[startOf(node.id)]!.push({
        moment: condition === "started" ? startOf(on) : endOf(on),
        at,
        why: null,
      });
    }
    if (node.kind === "tree") addChildren(node, nodes, before);
  }
  return before;
}

function addChildren(
  tree: Node & { readonly kind: "tree" },
  nodes: readonly Node[],
  before: Before[][],
): void {
  const isSequential = valueOf(tree.declared.fields.start, TREE.keys.start) === "sequential";
  let previous: Node | null = null;
  for (const child of tree.children.map((id) => nodes[id]!)) {
    const inTree = `${quote(child.path)} waits for all that its tree ${quote(tree.path)} waits for`;
    before[startOf(child.id)]!.push({ moment: startOf(tree.id), at: null, why: inTree });
    if (!isAutostarted(child)) continue;
    const ofTree = `the tree ${quote(tree.path)} waits for its child ${quote(child.path)}`;
    before[endOf(tree.id)]!.push({ moment: endOf(child.id), at: null, why: ofTree });
    if (isSequential && previous !== null) {
      const inOrder = `with start = "sequential", ${quote(child.path)} waits for ${quote(previous.path)}`;
      before[startOf(child.id)]!.push({ moment: endOf(previous.id), at: null, why: inOrder });
    }
    previous = child;
  }
}

/** The shortest cycle through the first dependency of a group; every cycle has one. */
function cycleIn(group: readonly Moment[], before: readonly (readonly Before[])[]): readonly Before[] {
  const members = new Set(group);
  const first = firstDependency(group, members, before);
  const reachedBy = new Map<Moment, { readonly from: Moment; readonly by: Before }>();
  const pending = [first.by.moment];
  for (const moment of pending) {
    if (moment === first.from) break;
    for (const by of before[moment]!) {
      if (!members.has(by.moment) || reachedBy.has(by.moment) || by.moment === first.by.moment) continue;
      reachedBy.set(by.moment, { from: moment, by });
      pending.push(by.moment);
    }
  }
  const cycle: Before[] = [];
  for (let at = first.from; at !== first.by.moment; at = reachedBy.get(at)!.from) {
    cycle.push(reachedBy.get(at)!.by);
  }
  return [first.by, ...cycle.toReversed()];
}

function firstDependency(
  group: readonly Moment[],
  members: ReadonlySet<Moment>,
  before: readonly (readonly Before[])[],
): { readonly from: Moment; readonly by: Before & { readonly at: Span } } {
  let found: { readonly from: Moment; readonly by: Before & { readonly at: Span } } | null = null;
  for (const from of group) {
    for (const { moment, at, why } of before[from]!) {
      if (at === null || !members.has(moment)) continue;
      if (found === null || at.start < found.by.at.start) found = { from, by: { moment, at, why } };
    }
  }
  if (found === null) throw new RangeError("a cycle without a dependency");
  return found;
}

function reportCycle(cycle: readonly Before[], nodes: readonly Node[], report: Report): void {
  const steps = cycle.map(({ moment }) => nodes[nodeOf(moment)]!.path);
  const path = [steps.at(-1)!, ...steps].filter((step, index, all) => step !== all[index - 1]);
  const shown = path.length <= LONGEST_PATH ? path : [
    ...path.slice(0, LONGEST_PATH / 2),
    `${grouped(path.length - LONGEST_PATH)} more`,
    ...path.slice(-LONGEST_PATH / 2),
  ];
  const message = `nothing of this can start, each waits for the next: ${shown.join(" -> ")}`;
  const reasons = new Set(cycle.flatMap(({ why }) => why === null ? [] : [why]));
  const hint = reasons.size === 0 ? "remove one of these dependencies" : [...reasons].slice(0, 3).join("; ");
  report.add("config/cycle", cycle[0]!.at!, message, { hint });
}

function startOf(id: NodeNumber): Moment {
  return 2 * id;
}

function endOf(id: NodeNumber): Moment {
  return 2 * id + 1;
}

function nodeOf(moment: Moment): NodeNumber {
  return Math.floor(moment / 2);
}
