import type { NodeId, Strategy } from "../config/plan.ts";

/**
 * The siblings that a failing child, the `failed`th, takes with it, in file order, as in OTP: none, all others, or those that the file
 * defines after it.
 */
export function companions(
  strategy: Strategy,
  children: readonly NodeId[],
  failed: number,
): readonly NodeId[] {
  switch (strategy) {
    case "one_for_one":
      return [];
    case "one_for_all":
      return children.toSpliced(failed, 1);
    case "rest_for_one":
      return children.slice(failed + 1);
  }
}
