/** The waits of a node, down to those of which nobody else is the cause. PURE. */
import { type Condition, type Dependency, type NodeId, ROOT } from "../config/plan.ts";
import type { Instant } from "../base/instant.ts";
import { readinessIn } from "../supervision/count.ts";
import { dependencyVerdict } from "../supervision/dependencies.ts";
import { sinceMsOf } from "./since.ts";
import type { State } from "../supervision/state.ts";
import { viewOf, type VisibleState, type Why } from "../supervision/view.ts";

/** A node that another waits for. Waits that come again elsewhere are told once. */
export interface Wait {
  readonly on: NodeId;
  readonly condition: Condition;
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

/** More are not told of one node: dependencies on replicas may be a thousand. */
const MOST = 8;

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
    const verdict = dependencyVerdict(target, condition, readinessIn(state.books.counts.get(on)!));
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

type Need = Pick<Dependency, "on" | "condition">;

/** All that a node may wait for: its dependencies, a tree around it that has not begun, or its children. */
function needsOf(state: State, id: NodeId): readonly Need[] {
  const { spec, ancestors } = state.topology.byId.get(id)!;
  const { kind, phase } = state.nodes.get(id)!;
  if (kind === "tree" && phase.at === "up") return childrenNotReady(state, id);
  if (phase.at !== "waiting") return [];
  if (spec.dependsOn.length > 0) return spec.dependsOn;
  return ancestors.filter((tree) => tree !== ROOT && state.nodes.get(tree)!.phase.at === "waiting")
    .map((on) => ({ on, condition: "started" as const }));
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
