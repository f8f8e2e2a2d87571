import type { Scaled } from "../config/declared/scaled.ts";
import type { PlanChange } from "../config/changes/diff_plans.ts";

/** How many keys are named. */
const MOST_NAMED = 6;

/** Why another plan changes a node, as a clause: `exec and stop.grace are different`. */
export function describeChange({ action, keys, isForLater }: PlanChange): string {
  switch (action) {
    case "add":
      return keys.length > 0 ? different(keys) : "the file has it now";
    case "remove":
      return keys.length > 0 ? different(keys) : "the file has it no more";
    case "refuse":
      return `${different(keys)}, which cannot be changed while the supervisor runs`;
    case "start":
      return `${keys.length > 0 ? different(keys) : "what is in it is different"}, and it is not running`;
    default:
      return isForLater === true ? `${different(keys)}, from its next start on` : different(keys);
  }
}

/** A number of replicas that somebody has asked for beside the file: `5 replicas by scale, and 2 in its file`. */
export function describeScaled({ replicas, inFile }: Scaled): string {
  return `${replicas} ${replicas === 1 ? "replica" : "replicas"} by \`scale\`, and ${
    inFile ?? "none"
  } in its file`;
}

function different(keys: readonly string[]): string {
  const more = keys.length - MOST_NAMED;
  const named = more > 1 ? [...keys.slice(0, MOST_NAMED), `${more} more`] : keys;
  const listed = named.length < 2 ? named.join("") : `${named.slice(0, -1).join(", ")} and ${named.at(-1)}`;
  return `${listed} ${keys.length === 1 ? "is" : "are"} different`;
}
