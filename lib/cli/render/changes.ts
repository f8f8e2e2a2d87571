/** The changes of a running tree under another plan, as text and as JSON. */
import { nameSome } from "../../base/name_some.ts";
import type { ChangeAction, PlanChange } from "../../config/changes/diff_plans.ts";
import type { Scaled } from "../../config/declared/scaled.ts";
import { ROOT } from "../../config/plan.ts";
import { describeChange, describeScaled } from "../../words/describe_change.ts";
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

/** The changes for JSON, with what stays as it is although the file has it otherwise. */
export function changeFields(
  changes: readonly PlanChange[],
  scaled: readonly Scaled[] = [],
): readonly Record<string, unknown>[] {
  const told = changes.map((change) => {
    const { path, action, keys } = change;
    return { path, action, why: describeChange(change), keys };
  });
  const kept = scaled.filter(isOther).map((one) => ({
    path: one.path,
    action: "keep",
    why: describeScaled(one),
    keys: ["replicas"],
  }));
  return [...told, ...kept];
}

/** A line for each actor that has other copies than its file gives it. */
export function scaledLines(scaled: readonly Scaled[]): readonly string[] {
  return scaled.filter(isOther).map((one) =>
    `kept: ${one.path} has ${describeScaled(one)}; \`supervise scale ${one.path}=file\` takes that back`
  );
}

function isOther({ replicas, inFile }: Scaled): boolean {
  return replicas !== inFile;
}

/** Where the shell of a command has other values than that of `up` had; none if it has the same. */
export function otherVariableLines(names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [
    `kept: the file is read with the environment of \`up\`, in which ${
      nameSome(names)
    } had another value than here; ` +
    "`down` and `up` take this one",
  ];
}

/** A line for each change: what, where, why. */
export function renderChanges(changes: readonly PlanChange[], paint: Painter): string {
  return renderTable(changes.map((change) => [
    { text: change.action, paint: paint[COLOURS[change.action]] },
    { text: change.path === ROOT ? "the tree" : change.path },
    { text: describeChange(change), paint: paint.dim },
  ]));
}
