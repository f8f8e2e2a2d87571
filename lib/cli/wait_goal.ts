/** The goals of waits for actors, and whether they are reached. PURE. */
import { withoutReplica } from "../config/replica_path.ts";
import type { StatusRow } from "../control/protocol.ts";

/** All goals, in the order in which people are told of them. */
export const GOALS = ["started", "ready", "healthy", "completed", "stopped", "failed"] as const;

/** The states that an actor or a tree can be waited for to have. */
export type Goal = typeof GOALS[number];

/** Whether it is so: `missed` if nothing that is planned can bring it about. */
export type GoalState = "reached" | "pending" | "missed";

/** Whether a word is a goal. */
export function isGoal(word: string): word is Goal {
  return (GOALS as readonly string[]).includes(word);
}

/** How a row stands to goals that are alternatives. */
export function standingOf(row: StatusRow, goals: readonly Goal[]): GoalState {
  if (goals.some((goal) => REACHED[goal](row))) return "reached";
  return row.state === "failed" || row.state === "completed" ? "missed" : "pending";
}

/**
 * The rows that selectors name, of those that they select: a tree stands for what is in it. An actor that is only named by a
 * glob and that nobody has started is not waited for.
 */
export function rowsToJudge(
  rows: readonly StatusRow[],
  selectors: readonly string[],
): readonly StatusRow[] {
  const isNamed = ({ path }: StatusRow) =>
    selectors.includes(path) || selectors.includes(withoutReplica(path));
  const globs = selectors.some((selector) => /[*?]/.test(selector));
  const isBelowNamed = ({ path }: StatusRow) => selectors.some((selector) => path.startsWith(`${selector}/`));
  return rows.filter((row) =>
    isNamed(row) || (globs && row.kind !== "tree" && row.state !== "inactive" && !isBelowNamed(row))
  );
}

const REACHED: Readonly<Record<Goal, (row: StatusRow) => boolean>> = {
  started: ({ pid, kind, state }) =>
    pid !== null || (kind === "tree" && (state === "running" || state === "starting")),
  ready: ({ ready, state }) => ready === true && (state === "running" || state === "starting"),
  // A tree has no checks of its own, and counts as healthy when it is ready, as for what depends on it.
  healthy: ({ kind, healthy, ready, state }) =>
    healthy === true || (kind === "tree" && ready === true && state === "running"),
  completed: ({ state }) => state === "completed",
  stopped: ({ state, pid }) => pid === null && (state === "stopped" || state === "inactive"),
  failed: ({ state }) => state === "failed",
};
