/** Whether a tree is well, and whether another act may come: decided from rows of `ps` and restarts that were seen. PURE. */
import { nodeAt, type NodeId, type Plan, type RestartBudget, treeAt } from "../config/plan.ts";
import type { StatusRow } from "../control/protocol.ts";
import { fallenWith } from "./reach.ts";

/** Whether an actor is as it should be, or is not to run at all. */
export function isWell({ state, ready, healthy }: Pick<StatusRow, "state" | "ready" | "healthy">): boolean {
  if (ready === false || healthy === false) return false;
  return state === "running" || state === "completed" || state === "inactive" || state === "stopped";
}

/**
 * The actors that are not well now and are to be: those without a schedule, whose runs come and go.
 *
 * @param base The actors that were well when chaos began: what was failed then is no matter of chaos.
 */
export function downOf(
  plan: Plan,
  base: ReadonlySet<string>,
  rows: readonly StatusRow[],
): readonly NodeId[] {
  return rows.filter((row) => base.has(row.path) && isCounted(plan, row) && !isWell(row))
    .map(({ path }) => path as NodeId);
}

/** The actors that have to be well again after each act. */
export function baseOf(plan: Plan, rows: readonly StatusRow[]): ReadonlySet<string> {
  return new Set(
    rows.filter((row) => isCounted(plan, row) && row.state !== "failed").map(({ path }) => path),
  );
}

function isCounted(plan: Plan, { path }: StatusRow): boolean {
  const spec = nodeAt(plan, path as NodeId);
  return spec !== undefined && spec.kind !== "tree" && spec.schedule === null;
}

/** A restart that the supervisor has granted. */
export interface SeenRestart {
  readonly path: NodeId;
  readonly atMs: number;
}

/**
 * Whether the budget of an actor allows that one more run of it ends, and another one for what may fail along with it: chaos is
 * to find faults, and a tree that gives up as its file says has none.
 */
export function hasRestartsLeft(
  plan: Plan,
  path: NodeId,
  restarts: readonly SeenRestart[],
  nowMs: number,
): boolean {
  const { budget, counts } = budgetOf(plan, path);
  if (budget === null) return true;
  const spent = restarts.filter((one) => counts(one.path) && nowMs - one.atMs < budget.withinMs).length;
  return spent + Math.min(2, budget.restarts) <= budget.restarts;
}

/** The budget that restarts of an actor come out of, and whose restarts else; null where they are unlimited. */
function budgetOf(
  plan: Plan,
  path: NodeId,
): { readonly budget: RestartBudget | null; readonly counts: (other: NodeId) => boolean } {
  const spec = nodeAt(plan, path)!;
  const parent = treeAt(plan, spec.parent!);
  const isOwn = parent.onFailure === "fail_child";
  const intensity = (isOwn && spec.kind !== "tree" ? spec.intensity : null) ?? parent.intensity;
  const budget = intensity === "unlimited" ? null : intensity;
  return { budget, counts: (other) => isOwn ? other === path : parent.children.includes(other) };
}

/** The longest time for which a restart counts against a budget; 0 where nothing is counted. */
export function longestBudgetMs(plan: Plan): number {
  const intensities = plan.nodes.map((node) => node.intensity);
  return Math.max(
    0,
    ...intensities.flatMap((one) => one === null || one === "unlimited" ? [] : [one.withinMs]),
  );
}

/** The longest that a look, a kill and the turns of a loop take on a machine that is busy. */
const SLACK_MS = 10_000;

/**
 * How long a tree may take until it is well again after an actor was hit: the longest pauses, starts and stops that its file
 * allows to what goes down with it, and to what waits for that.
 */
export function recoveryDeadline(plan: Plan, path: NodeId, forMs: number | null): number {
  const chain = new Set([...fallenWith(plan, path), path]);
  for (const node of plan.nodes) {
    if (node.dependsOn.some(({ on }) => chain.has(on)) && node.kind !== "tree") chain.add(node.path);
  }
  const all = [...chain].map((id) => nodeAt(plan, id)!).filter((spec) => spec.kind !== "tree");
  const longest = all.reduce((sum, { startTimeoutMs, stop, backoff, health }) => {
    const pause = backoff.maxMs * (1 + backoff.jitter);
    const check = health === null ? 0 : health.retries * (health.intervalMs + health.timeoutMs);
    return sum + startTimeoutMs + stop.graceMs + pause + check;
  }, 0);
  return (forMs ?? 0) + longest + SLACK_MS;
}
