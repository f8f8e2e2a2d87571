import type { NodeId, Strategy } from "../config/plan.ts";

/**
 * The siblings that a failing child takes with it, in file order, as in OTP: none, all others, or those that the file
 * defines after it.
 */
export function companions(
  strategy: Strategy,
  children: readonly NodeId[],
  failed: NodeId,
): readonly NodeId[] {
  switch (strategy) {
    case "one_for_one":
      return [];
    case "one_for_all":
      return children.filter((child) => child !== failed);
    case "rest_for_one":
      return children.slice(children.indexOf(failed) + 1);
  }
}
