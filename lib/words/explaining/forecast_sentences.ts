/** The consequences if an actor goes on failing, in sentences for people. */
import { describeDuration } from "../../base/duration.ts";
import { nameSome } from "../../base/name_some.ts";
import type { Forecast, Retry } from "../../explanation/forecast.ts";
import { ROOT } from "../../config/plan.ts";
import { describeExit } from "../describe_reason.ts";

/** So many pauses are told one by one. */
const MOST_PAUSES = 6;

/** See the module. */
export function forecastSentences(forecast: Forecast): readonly string[] {
  const { retries, end, escalated, consequences, outcome } = forecast;
  const sentences = [
    `${ifClause(forecast)}${thenClause(retries, end !== null || outcome !== null)}`,
  ];
  if (end === null && outcome === null) {
    if (retries.length > 0 && retries.at(-1)!.left !== null) {
      sentences.push("its restarts are never spent, because they are too far apart for that");
    }
    return sentences;
  }
  const last = Math.max(end?.atMs ?? 0, 0);
  const when = last === 0 ? "at once" : `in ${describeDuration(last)}`;
  if (escalated.length > 0) {
    const trees = escalated.map((tree) => tree === ROOT ? "the whole tree" : `"${tree}"`);
    sentences.push(`then ${nameSome(trees)} gives up for it, ${when}${last === 0 ? "" : " from now"}`);
  } else if (end?.isScheduled === true) {
    sentences.push("its schedule runs it again at its next date all the same");
  } else if (end !== null && end.state === "failed") {
    const until = outcome === null ? ", until somebody starts it" : "";
    sentences.push(`${retries.length === 0 ? "it" : "then it"} is left failed, ${when}${until}`);
  } else if (end !== null && end.state === "completed") sentences.push("it counts as completed");
  const failed = consequences.filter(({ state }) => state === "failed").map(({ path }) => `"${path}"`);
  if (failed.length > 0) {
    sentences.push(`for it ${nameSome(failed)} ${failed.length === 1 ? "fails" : "fail"}, too`);
  }
  if (outcome !== null && !escalated.includes(ROOT)) {
    sentences.push(`with it the whole tree ${OUTCOMES[outcome]}`);
  } else if (outcome === null && escalated.length === 0) sentences.push("the rest of the tree goes on");
  return sentences;
}

const OUTCOMES = {
  completed: "is completed",
  cancelled: "is down",
  failed: "ends as failed",
  gave_up: "ends",
} as const;

function ifClause({ failing, isAgain }: Forecast): string {
  const again = isAgain ? " again" : " now";
  switch (failing.how) {
    case "exits":
      return `if it ends with ${describeExit(failing.exit)}${again}, `;
    case "cannot_start":
      return `if it cannot be started${isAgain ? " again" : ""}, `;
    case "never_ready":
      return "if it is not ready in time, ";
    case "unhealthy":
      return "if it does not recover, ";
  }
}

function thenClause(retries: readonly Retry[], isEnding: boolean): string {
  if (retries.length === 0) return "it is not started again";
  const many = isEnding ? `${retries.length} times more` : "again and again";
  if (retries.length > 1 && retries.every(({ delayMs }) => delayMs === 0)) {
    return `it is restarted ${many}, each time at once`;
  }
  const left = retries.at(-1)!.left === null ? " (restarts are not counted)" : "";
  return `it is restarted ${retries.length === 1 ? "once more" : many}: ${
    pausesText(retries, isEnding)
  }${left}`;
}

/** The pauses before restarts, the first of which is often none. */
function pausesText(retries: readonly Retry[], isEnding: boolean): string {
  const shown = retries.slice(0, MOST_PAUSES).map(({ delayMs }, index, all) => {
    if (delayMs === 0) return "at once";
    const isFirst = index === 0 || all[index - 1]!.delayMs === 0;
    return `${isFirst ? (index === 0 ? "after " : "then after ") : ""}${describeDuration(delayMs)}`;
  });
  const rest = retries.length - shown.length;
  const longest = describeDuration(Math.max(...retries.map(({ delayMs }) => delayMs)));
  const more = rest === 0 ? "" : isEnding ? ` and ${rest} more` : ` and so on, at most ${longest} apart`;
  return `${shown.join(", ")}${more}`;
}
