import { ROOT } from "../config/plan.ts";
import type { Refusal } from "../supervision/reason.ts";
import { describeCrash } from "./describe_crash.ts";

/** Why something was not even tried, as a clause: `the tree has ended`. */
export function describeRefusal(refusal: Refusal): string {
  switch (refusal.kind) {
    case "tree_ended":
      return "the tree has ended";
    case "torn_down":
      return `${refusal.tree === ROOT ? "the tree" : `"${refusal.tree}"`} is being torn down`;
    case "crash_held":
      return `actor "${refusal.actor}" (pid ${refusal.pid}) is ${describeCrash(refusal)}`;
  }
}
