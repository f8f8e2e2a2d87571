/** `simulate --like-last-week`: what the script does not say is drawn from the tree's own journal. */
import { counted } from "../../base/counted.ts";
import { formatDuration } from "../../base/duration.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Plan } from "../../config/plan.ts";
import { drawScript, type History, historyOf } from "../../simulation/history.ts";
import type { ScriptLine } from "../../simulation/script.ts";
import type { Context } from "../command.ts";
import { ownJournal } from "./own_journal.ts";

const WEEK_MS = 7 * 24 * 3_600_000;

/** A journal that goes back by an hour less than a week goes back by a week. */
const SLACK_MS = 3_600_000;

/** Lines for all actors that have run in the last week. @throws {UserError} `simulate/no-journal`, `simulate/little-history` */
export async function drawLastWeek(
  context: Context,
  plan: Plan,
  seed: number,
  forMs: number,
): Promise<readonly ScriptLine[]> {
  const now = context.host.wallClock();
  const history = historyOf(await ownJournal(context), plan, now - WEEK_MS);
  if (history.actors.size === 0) {
    throw new UserError("simulate/little-history", "No actor of this file has run in the last 7 days", {
      exitCode: ExitCode.failed,
      hint: "`supervise events` shows the journal; without --like-last-week a script says what happens",
    });
  }
  await fromPromise(context.ui.say(describeHistory(history, plan, now)));
  return drawScript(history, plan, seed, forMs);
}

function describeHistory({ since, actors }: History, plan: Plan, now: number): string {
  const all = [...actors.values()];
  const sum = (count: (one: typeof all[number]) => number) => all.reduce((sum, one) => sum + count(one), 0);
  const rest = plan.nodes.filter((node) => node.kind !== "tree" && !actors.has(node.path)).length;
  const backMs = now - (since ?? now);
  const from = backMs >= WEEK_MS - SLACK_MS
    ? "the last 7 days"
    : `the ${formatDuration(Math.round(backMs / 1_000) * 1_000)} that the journal goes back`;
  const others = rest === 0 ? "" : `; ${counted(rest, "actor has", "actors have")} no history`;
  return `drawn from ${counted(sum(({ runs }) => runs), "run")} with ` +
    `${counted(sum(({ failures, missing }) => failures.length + missing), "failure")} in ${from}${others}`;
}
