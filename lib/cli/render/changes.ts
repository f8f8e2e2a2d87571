/** What becomes of a running tree under another plan, as text and as JSON. */
import type { ChangeAction, PlanChange } from "../../config/changes/diff_plans.ts";
import { ROOT } from "../../config/plan.ts";
import { describeChange } from "../../words/describe_change.ts";
import type { Colour, Painter } from "./paint.ts";
import { renderTable } from "./table.ts";

const COLOURS: Readonly<Record<ChangeAction, Colour>> = {
  add: "green",
  remove: "red",
  restart: "yellow",
  start: "green",
  change: "cyan",
  refuse: "red",
};

/** The changes for JSON. */
export function changeFields(changes: readonly PlanChange[]): readonly Record<string, unknown>[] {
  return changes.map((change) => {
    const { path, action, keys } = change;
    return { path, action, why: describeChange(change), keys };
  });
}

/** A line for each change: what, where, why. */
export function renderChanges(changes: readonly PlanChange[], paint: Painter): string {
  return renderTable(changes.map((change) => [
    { text: change.action, paint: paint[COLOURS[change.action]] },
    { text: change.path === ROOT ? "the tree" : change.path },
    { text: describeChange(change), paint: paint.dim },
  ]));
}
