import { counted } from "../base/counted.ts";
import { formatDuration } from "../base/duration.ts";
import type { RestartPolicy } from "../config/plan.ts";
import type { Budget } from "../supervision/budget.ts";
import type { VisibleState } from "../supervision/view.ts";

/** The facts about a node from which its next step follows. */
export interface Outlook {
  readonly path: string;
  readonly state: VisibleState;
  readonly restart: RestartPolicy;
  /** Null for a node that nobody restarts. */
  readonly budget: Budget | null;
  /** Whether it is run at a date that is known. */
  readonly hasDate: boolean;
}

/** The next step of a node, or the condition for one, as a clause for people. */
export function describeNext({ path, state, restart, budget, hasDate }: Outlook): string {
  const isBetweenRuns = state === "inactive" || state === "completed" || state === "failed";
  if (hasDate && isBetweenRuns) return `it runs at its next date; \`supervise start ${path}\` runs it now`;
  switch (state) {
    case "inactive":
      return `\`supervise start ${path}\` starts it`;
    case "waiting":
      return "it starts when what it waits for has come";
    case "starting":
    case "running":
      return afterEnd(restart, budget);
    case "backing_off":
      return `it is started again; ${describeLeft(budget)}`;
    case "stopping":
      return "it ends, and what is left of it is ended";
    case "stopped":
      return `it stays so until \`supervise start ${path}\``;
    case "completed":
      return `it stays so; \`supervise start ${path}\` runs it again`;
    case "failed":
      return `it stays so until \`supervise start ${path}\`, or \`reset\``;
  }
}

function afterEnd(restart: RestartPolicy, budget: Budget | null): string {
  if (restart === "never") return "if it ends, it is not started again";
  const when = restart === "always" ? "ends" : "fails";
  return `if it ${when}, it is started again; ${describeLeft(budget)}`;
}

function describeLeft(budget: Budget | null): string {
  if (budget === null || budget.intensity === "unlimited" || budget.left === null) {
    return "restarts are not counted";
  }
  const { withinMs } = budget.intensity;
  return `${counted(budget.left, "restart")} left within ${formatDuration(withinMs)}`;
}
