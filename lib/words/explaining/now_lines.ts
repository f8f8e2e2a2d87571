/** The present of a node, in sentences for people. */
import { counted, grouped } from "../../base/counted.ts";
import { describeDuration } from "../../base/duration.ts";
import { nameSome } from "../../base/name_some.ts";
import { ROOT } from "../../config/plan.ts";
import type { Explanation } from "../../explanation/explanation.ts";
import { rootsOf } from "../../explanation/waits.ts";
import { describeEnd, describeReason } from "../describe_reason.ts";
import { describeWhy } from "../describe_why.ts";
import { nameOf } from "../name_of.ts";

/** See the module. */
export function nowLines(explanation: Explanation): readonly string[] {
  const { says, root, restarts, why, lastExit, kind, neededBy, rollout, outlived } = explanation;
  const lines = [stateLine(explanation)];
  if (root !== null && root.node !== null) {
    lines.push(`it began with ${nameOf(root.node)}: ${describeReason(root.reason)}`);
  }
  if (kind !== "tree" && restarts > 0) {
    // A reason that is about the last end is not told twice.
    const isTold = why !== null &&
      (why.kind === "backoff" || why.kind === "failed" || why.kind === "siblings");
    const last = lastExit === null || isTold
      ? ""
      : `; its last run ended ${describeDuration(lastExit.agoMs)} ago: ${describeEnd(lastExit)}`;
    lines.push(`it was restarted ${counted(restarts, "time")} so far${last}`);
  }
  const waiting = neededBy.filter(({ isWaiting }) => isWaiting).map(({ path }) => nameOf(path));
  if (waiting.length > 0) {
    lines.push(`${nameSome(waiting)} ${waiting.length === 1 ? "waits" : "wait"} for it`);
  }
  if (rollout !== null && rollout.after.length > 0) {
    lines.push(
      `it has its turn in a rolling restart; ${nameSome(rollout.after.map(nameOf))} follow when it is ready`,
    );
  }
  for (const { path, ageMs } of outlived) {
    lines.push(
      `${nameOf(path)} was started again since, ${describeDuration(ageMs)} ago, which restarts nothing else`,
    );
  }
  if (says !== null) lines.push(`it says of itself: ${says}`);
  return lines.filter((line) => line !== "");
}

function stateLine(explanation: Explanation): string {
  const { path, state, why, kind, ready, inside, waits, next } = explanation;
  const it = path === ROOT ? "the whole tree" : "it";
  if (why !== null) return `${it} ${verbOf(state, why.kind)}${describeWhy(why)}`;
  switch (state) {
    case "running":
      if (inside === null) return `${it} runs${ready === true ? " and is ready" : ", and is not ready"}`;
      return inside.troubles.length === 0
        ? `all ${countText(inside.all)} in ${it} are well`
        : `${grouped(inside.good)} of ${countText(inside.all)} in ${it} are ready or done`;
    case "starting": {
      if (kind !== "tree" || inside === null) return `${it} is being started`;
      const names = nameSome([...new Set(rootsOf(waits).map(({ on }) => nameOf(on)))]);
      const held = names === "" ? "" : `; all that is left hangs on ${names}`;
      return `${grouped(inside.good)} of ${countText(inside.all)} in ${it} are ready or done${held}`;
    }
    case "inactive":
      return next.some(({ what }) => what === "run")
        ? "it waits for the first run of its schedule"
        : `nobody has started ${it}, and nothing starts it by itself`;
    case "completed":
      return next.some(({ what }) => what === "run")
        ? "it is between two runs of its schedule, and the last one has done its work"
        : `${it} has done its work`;
    default:
      return "";
  }
}

function countText(all: number): string {
  return counted(all, "actor");
}

/** The words between "it" and a reason. */
function verbOf(state: Explanation["state"], kind: NonNullable<Explanation["why"]>["kind"]): string {
  switch (kind) {
    case "probe":
      return "runs, and is not ready: ";
    case "hook":
      return "has not begun: ";
    case "failed":
      return state === "failed" ? "has failed: " : "is between two runs, and the last has failed: ";
    case "health":
      return "runs, and ";
    case "teardown":
      return "is being taken down: ";
    case "stopping":
      return "is to stop: ";
    case "killed":
      return "was ";
    case "stopped":
      return "was ";
    case "held":
      return "stands still: ";
    case "profile":
      return "is not started by itself: ";
    default:
      return "";
  }
}
