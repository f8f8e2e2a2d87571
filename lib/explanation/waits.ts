/** The waits of a node, down to those of which nobody else is the cause. PURE. */
import { type Condition, type NodeId, ROOT, type TreeSpec } from "../config/plan.ts";
import type { Instant } from "../base/instant.ts";
import { isSettled, readinessIn } from "../supervision/count.ts";
import { dependencyVerdict } from "../supervision/dependencies.ts";
import { sinceMsOf } from "./since.ts";
import { isOver, type State } from "../supervision/state.ts";
import { viewOf, type VisibleState, type Why } from "../supervision/view.ts";

/** A node that another waits for. Waits that come again elsewhere are told once. */
export interface Wait {
  readonly on: NodeId;
  /** \`over\`: it is to have ended, because it depends on the one that waits, which is to stop. */
  readonly condition: Condition | "over";
  readonly state: VisibleState;
  /** How long it has been so, in milliseconds; null if that is not known. */
  readonly sinceMs: number | null;
  readonly why: Why | null;
  /** Whether it can never come to it by itself. */
  readonly isHopeless: boolean;
  /** Whether nothing that it waits for is in the way. */
  readonly isRoot: boolean;
  /** Its own waits, unless that is told elsewhere. */
  readonly waits: readonly Wait[];
  /** How many more of these there are. */
  readonly more: number;
}

/** The waits of a node, and how many more it has. */
export interface Waits {
  readonly waits: readonly Wait[];
  readonly more: number;
}

/** More are a number: dependencies on replicas may be thousands. */
const MOST = 100;

/** The waits of a node, in file order. */
export function waitsOf(state: State, id: NodeId, now: Instant): Waits {
  return below(state, id, now, new Set([id]));
}

/** The ends of waits: who has to come to something before anything goes on. */
export function rootsOf(waits: readonly Wait[]): readonly Wait[] {
  return waits.flatMap((wait) => wait.isRoot ? [wait] : rootsOf(wait.waits));
}

function below(state: State, id: NodeId, now: Instant, told: Set<NodeId>): Waits {
  const waits: Wait[] = [];
  let more = 0;
  for (const { on, condition } of needsOf(state, id)) {
    const target = state.nodes.get(on);
    if (target === undefined || told.has(on)) continue;
    const verdict = condition === "over"
      ? isOver(target) ? "met" : "pending"
      : dependencyVerdict(target, condition, readinessIn(state.books.counts.get(on)!));
    if (verdict === "met") continue;
    if (waits.length === MOST) {
      more += 1;
      continue;
    }
    told.add(on);
    const { state: visible, why } = viewOf(state, target, now);
    const own = below(state, on, now, told);
    const isToldElsewhere = why?.kind === "dependencies";
    waits.push({
      on,
      condition,
      state: visible,
      sinceMs: sinceMsOf(state, on, now),
      why,
      isHopeless: verdict === "impossible",
      isRoot: own.waits.length === 0 && !isToldElsewhere,
      ...own,
    });
  }
  return { waits, more };
}

type Need = Pick<Wait, "on" | "condition">;

/**
 * All that a node may wait for: its dependencies, a tree around it that has not begun, siblings whose turn comes before its
 * own, or the children of a tree; one that is to stop waits for what depends on it.
 */
function needsOf(state: State, id: NodeId): readonly Need[] {
  const { topology, nodes } = state;
  const { spec, ancestors, dependents } = topology.byId.get(id)!;
  const node = nodes.get(id)!;
  if (node.kind === "tree" && node.phase.at === "up") return childrenNotReady(state, id);
  if (node.kind === "actor" && node.doom !== null) {
    return dependents.map((on) => ({ on, condition: "over" }));
  }
  if (node.phase.at !== "waiting") return [];
  const around = ancestors.filter((tree) => tree !== ROOT && nodes.get(tree)!.phase.at === "waiting")
    .map((on) => ({ on, condition: "started" as const }));
  return [...spec.dependsOn, ...around, ...turnsBefore(state, id)];
}

/** The siblings that have yet to come to rest before a waiting child has its turn. */
function turnsBefore({ topology, nodes, books }: State, id: NodeId): readonly Need[] {
  const parent = topology.byId.get(topology.byId.get(id)!.spec.parent!)!.spec as TreeSpec;
  const unsettled = (children: readonly NodeId[]) =>
    children.filter((child) => !isSettled(nodes.get(child)!, readinessIn(books.counts.get(child)!)));
  const siblings = parent.children.filter((child) => nodes.has(child));
  const before = parent.start === "sequential"
    ? unsettled(siblings.slice(0, siblings.indexOf(id)))
    : parent.concurrency === null
    ? []
    : siblings.filter((child) => nodes.get(child)!.phase.at === "starting");
  return before.map((on) => ({ on, condition: "ready" }));
}

/** A tree is ready when all in it are. */
function childrenNotReady({ topology, nodes }: State, id: NodeId): readonly Need[] {
  const { spec } = topology.byId.get(id)!;
  if (spec.kind !== "tree") return [];
  return spec.children.filter((child) => {
    const at = nodes.get(child)?.phase.at;
    return at !== undefined && at !== "inactive" && at !== "scheduled";
  }).map((on) => ({ on, condition: "ready" as const }));
}
