/** What people are shown of a node. The words are a contract; the phases behind them are ours to change. */
import { describeDuration } from "../base/duration.ts";
import type { Instant } from "../base/instant.ts";
import { actorAt, type NodeId } from "../config/plan.ts";
import { describeEnd, describeReason } from "./describe_reason.ts";
import { takeCensus } from "./census.ts";
import { describeCrash } from "./crash.ts";
import { dependencyVerdict, type TreeReadiness } from "./dependencies.ts";
import { maskWords } from "./mask_words.ts";
import { whyNotReady } from "./probe_schedule.ts";
import type { StopReason } from "./reason.ts";
import type { NodeState, RunningPhase, StartingPhase, State } from "./state.ts";

/** The states that people see. */
export type VisibleState =
  | "inactive"
  | "waiting"
  | "starting"
  | "running"
  | "backing_off"
  | "stopping"
  | "stopped"
  | "completed"
  | "failed";

/** A node as people see it. */
export interface View {
  readonly state: VisibleState;
  /** Null where there is nothing to be ready. */
  readonly ready: boolean | null;
  readonly pid: number | null;
  /** When the present run began; null if there is none. */
  readonly since: Instant | null;
  /** Why it is in that state, where that is not obvious. */
  readonly reason: string | null;
}

/** Views of all nodes, by their numbers. */
export function viewsOf(state: State, now: Instant): readonly View[] {
  const census = takeCensus(state);
  return state.nodes.map((node) => ({
    state: visibleState(node, census.trees[node.id]!),
    ready: readyOf(node, census.trees[node.id]!),
    pid: node.kind === "actor" && "pid" in node.phase ? node.phase.pid : null,
    since: sinceOf(node),
    reason: reasonOf(state, node, now, census.trees),
  }));
}

/** A tree is `starting` for as long as something in it is; whether all of it is well is told by `ready`. */
function visibleState(node: NodeState, tree: TreeReadiness): VisibleState {
  switch (node.phase.at) {
    case "up":
      return tree.pending ? "starting" : "running";
    case "regrouping":
      return "backing_off";
    default:
      return node.phase.at;
  }
}

function readyOf(node: NodeState, tree: TreeReadiness): boolean | null {
  switch (node.phase.at) {
    case "running":
      return true;
    case "starting":
      return false;
    case "up":
      return tree.ready;
    case "stopping":
      return false;
    default:
      return null;
  }
}

function sinceOf({ phase }: NodeState): Instant | null {
  switch (phase.at) {
    case "starting":
    case "running":
    case "up":
      return phase.since;
    case "stopping":
      return "startedAt" in phase ? phase.startedAt : null;
    default:
      return null;
  }
}

function reasonOf(
  state: State,
  node: NodeState,
  now: Instant,
  trees: readonly TreeReadiness[],
): string | null {
  const { phase } = node;
  switch (phase.at) {
    case "waiting":
      return waitingReason(state, node.id, trees);
    case "backing_off":
      return `restarts in ${describeDuration(phase.until - now)} (${
        describeReason(state.plan, phase.reason)
      })`;
    case "regrouping":
      return `restarts with its siblings${lastExitOf(node)}`;
    case "starting":
      return heldReason(phase) ?? probeReason(state, node.id, phase, now);
    case "running":
      if (phase.hold !== null) return heldReason(phase);
      return node.kind === "actor" && node.doom !== null ? "stops when what depends on it has stopped" : null;
    case "stopping":
      return stoppingReason(state, node, now);
    case "stopped":
      return STOP_REASONS[phase.why];
    case "failed":
      return describeReason(state.plan, phase.reason);
    default:
      return null;
  }
}

/** How many dependencies a reason names; those on replicas may be a thousand. */
const MOST_NAMED = 4;

const STOP_REASONS: Readonly<Record<StopReason, string>> = {
  request: "stopped by hand",
  tree: "stopped with its tree",
  strategy: "stopped with a sibling that failed",
};

function waitingReason(state: State, id: NodeId, trees: readonly TreeReadiness[]): string {
  const { parent, dependsOn } = state.plan.nodes[id]!;
  const unmet = dependsOn.filter(({ on, condition }) =>
    dependencyVerdict(state.nodes[on]!, condition, trees[on]!) !== "met"
  );
  if (unmet.length > 0) {
    const names = unmet.slice(0, MOST_NAMED)
      .map(({ on, condition }) => `"${state.plan.nodes[on]!.path}" to be ${condition}`);
    const more = unmet.length > MOST_NAMED ? [`${unmet.length - MOST_NAMED} more`] : [];
    return `waits for ${[...names, ...more].join(" and ")}`;
  }
  const isParentUp = parent === null || state.nodes[parent]!.phase.at === "up";
  return isParentUp ? "waits for its turn" : "waits for its tree";
}

function heldReason({ hold }: StartingPhase | RunningPhase): string | null {
  return hold === null ? null : describeCrash(hold.crashes[0]!);
}

function probeReason({ plan }: State, id: NodeId, phase: StartingPhase, now: Instant): string | null {
  const { ready } = actorAt(plan, id);
  return ready === null ? null : maskWords(plan, whyNotReady(phase, ready, now));
}

function stoppingReason({ holding }: State, node: NodeState, now: Instant): string | null {
  if (node.kind === "tree") {
    return node.phase.at === "stopping"
      ? `at most ${describeDuration(node.phase.deadline - (holding?.since ?? now))} more`
      : null;
  }
  if (node.phase.at !== "stopping") return null;
  const { ladder } = node.phase;
  if (ladder.rung === "kill") return "killed, and not gone yet";
  const what = {
    spawning: "its start is called off",
    command: "its stop command runs",
    cancel: "was cancelled",
    signal: "was asked to stop",
  };
  const doing = ladder.rung === "rest"
    ? "its descendants are being ended"
    : what[ladder.rung as keyof typeof what];
  return `${doing}, killed in ${describeDuration(ladder.killAt - now)}`;
}

function lastExitOf(node: NodeState): string {
  return node.kind === "actor" && node.lastExit !== null ? ` (${describeEnd(node.lastExit)})` : "";
}
