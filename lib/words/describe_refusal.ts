import type { NodeId } from "../config/plan.ts";
import { nameSome } from "../base/name_some.ts";
import type { Halt, Refusal } from "../supervision/reason.ts";
import { describeCrash } from "./describe_crash.ts";
import { describeReason } from "./describe_reason.ts";
import { nameOf } from "./name_of.ts";

/** Why something was not even tried, as a clause: `the tree has ended`. */
export function describeRefusal(refusal: Refusal): string {
  switch (refusal.kind) {
    case "tree_ended":
      return "the tree has ended";
    case "nothing_runs":
      return "nothing of it runs";
    case "torn_down":
      return `${nameOf(refusal.tree)} is being torn down`;
    case "no_replica":
      return `"${refusal.actor}" has no other replica that could be ready meanwhile`;
    case "nothing_rolls":
      return "no rolling restart of it goes on";
    case "roll_halted":
      return describeHalt(refusal.why, refusal.left);
    case "crash_held":
      return `actor "${refusal.actor}" (pid ${refusal.pid}) is ${describeCrash(refusal)}`;
  }
}

/** Why a rolling restart has stopped, and what it has left as it was. */
export function describeHalt(why: Halt, left: readonly NodeId[]): string {
  const rest = left.length === 0 ? "" : `; ${nameSome(left)} ${left.length === 1 ? "is" : "are"} as before`;
  return `${haltOf(why)}${rest}`;
}

function haltOf(why: Halt): string {
  switch (why.kind) {
    case "failed": {
      const reason = why.why === null ? "" : ` (${describeReason(why.why)})`;
      return `"${why.at}" did not become ready${reason}`;
    }
    case "alone":
      return `no other replica than "${why.at}" is ready`;
    case "torn_down":
      return `${nameOf(why.tree)} is being torn down`;
    case "called_off":
      return "somebody has called it off";
  }
}
