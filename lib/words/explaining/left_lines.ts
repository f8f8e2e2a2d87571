/** The restarts that a node has left, in sentences for people. */
import { counted } from "../../base/counted.ts";
import { describeDuration, formatDuration } from "../../base/duration.ts";
import { ROOT } from "../../config/plan.ts";
import type { Explanation } from "../../explanation/explanation.ts";
import { nameOf } from "../name_of.ts";
import { keyText, type PlaceOf } from "./key_text.ts";

/** See the module. */
export function leftLines(explanation: Explanation, placeOf: PlaceOf): readonly string[] {
  const { path, budget, restart, state, why, daemon, next } = explanation;
  if (path === ROOT || state === "stopped" || state === "inactive") return [];
  if (state === "completed") {
    if (daemon !== false || restart === "always" || next.some(({ what }) => what === "run")) return [];
    const policy = restart === "never" ? "nothing starts it again" : "it is started again only when it fails";
    return [`${policy}${keyText(["restart"], path, placeOf)}`];
  }
  if (restart === "never") return [`no restarts${keyText(["restart"], path, placeOf)}`];
  if (budget === null) return [];
  const owner = budget.sharedBy ?? path;
  const key = keyText(["intensity"], owner, placeOf);
  const when = restart === "always" ? "whenever it ends" : "when it fails";
  if (budget.intensity === "unlimited" || budget.left === null) {
    return [`it is restarted ${when}, without a limit${key}`];
  }
  const { restarts, withinMs } = budget.intensity;
  const shared = budget.sharedBy === null ? "" : `, shared by all in ${nameOf(budget.sharedBy)}`;
  const within = formatDuration(withinMs);
  if (state === "failed") {
    const isSpent = why?.kind === "failed" && why.reason.kind === "gave_up";
    return isSpent ? [`none of ${counted(restarts, "restart")} within ${within}${shared}${key}`] : [];
  }
  const more = budget.oneMoreInMs === null ? "" : `; one more in ${describeDuration(budget.oneMoreInMs)}`;
  return [`${budget.left} of ${counted(restarts, "restart")} within ${within}${shared}${key}${more}`];
}
