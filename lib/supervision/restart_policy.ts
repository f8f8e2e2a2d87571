import type { RestartPolicy } from "../config/plan.ts";

/** The fate of a child that has ended by itself. */
export type Verdict = "restart" | "complete" | "fail";

/**
 * Applies a restart policy. A daemon serves until it is cancelled, so one that ends by itself and is not restarted has
 * failed, whatever its exit says.
 */
export function judge(policy: RestartPolicy, success: boolean, daemon: boolean): Verdict {
  if (policy === "always") return "restart";
  if (policy === "on-failure" && !success) return "restart";
  return success && !daemon ? "complete" : "fail";
}
