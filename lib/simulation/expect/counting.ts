/** The decisions that an expectation counts. PURE. */
import { nodeAt, type Plan } from "../../config/plan.ts";
import { isSuccess } from "../../supervision/exit.ts";
import type { TimedEntry } from "../trace.ts";
import type { Counted } from "./expectation.ts";

/**
 * Whether an entry is counted. Each end of a child by itself leads to one `restarted`, `completed` or `failed`, so a failure
 * is counted there, once, and not by the entries that lead up to it.
 *
 * @param entryAt Finds an entry by its `seq`.
 */
export function isCounted(
  what: Counted,
  entry: TimedEntry,
  plan: Plan,
  entryAt: (seq: number) => TimedEntry | undefined,
): boolean {
  switch (what) {
    case "starts":
      return entry.event === "started";
    case "restarts":
      return entry.event === "restarted";
    case "exits":
      return entry.event === "exited";
    case "failures":
      if (entry.event === "failed") return true;
      return entry.event === "restarted" && !followsSuccess(entry, plan, entryAt);
  }
}

/** Whether it was a task that was restarted, and had done its work. */
function followsSuccess(
  { node, cause }: TimedEntry,
  plan: Plan,
  entryAt: (seq: number) => TimedEntry | undefined,
): boolean {
  const spec = nodeAt(plan, node);
  const ended = cause === null ? undefined : entryAt(cause);
  if (
    spec === undefined || spec.kind === "tree" || spec.daemon || ended?.event !== "exited" ||
    ended.node !== node
  ) return false;
  const { code, signal } = ended.data;
  if (code !== null) return isSuccess({ how: "exited", code }, spec);
  return signal !== null && isSuccess({ how: "signalled", signal }, spec);
}
