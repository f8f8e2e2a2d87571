/** What follows from an end by the restart policy, the budget and the backoff, as the reference has them. */
import assert from "node:assert/strict";
import type { Intensity, NodeId } from "../../../lib/config/plan.ts";
import type { Scene } from "./auditor.ts";
import type { End } from "./ledger.ts";

/** What counts restarts together, each child by itself or all of a tree, and how many it grants in which time. */
function budgetOf(
  { family }: Scene,
  id: NodeId,
): { readonly counter: string; readonly intensity: Intensity } {
  const spec = family.spec(id);
  const tree = family.tree(spec.parent!);
  if (tree.onFailure !== "fail_child") return { counter: tree.path, intensity: tree.intensity };
  const own = spec.kind === "tree" ? null : spec.intensity;
  return { counter: ownCounter(id), intensity: own ?? tree.intensity };
}

/** The name of the budget of one child, which no tree has for the budget of its children. */
export function ownCounter(id: NodeId): string {
  return `${id} itself`;
}

/** Whether a child that has ended by itself is to be started again. */
export function mustRestart({ ledger, family }: Scene, id: NodeId, { success }: End): boolean {
  if (!family.specs.has(id)) return false;
  const { restart, parent } = family.spec(id);
  if (family.leaving.has(id) || ledger.deadlines.has(parent!)) return false;
  return restart === "always" || (restart === "on-failure" && !success);
}

/** Whether one restart more would be too many. */
export function isSpent(scene: Scene, id: NodeId): boolean {
  const { counter, intensity } = budgetOf(scene, id);
  if (intensity === "unlimited") return false;
  const granted = scene.ledger.granted.get(counter) ?? [];
  return granted.filter((at) => scene.now - at <= intensity.withinMs).length >= intensity.restarts;
}

/** A restart was granted. */
export function spend(scene: Scene, id: NodeId): void {
  const { ledger, now } = scene;
  const { counter, intensity } = budgetOf(scene, id);
  if (intensity === "unlimited") {
    ledger.granted.delete(counter);
    return;
  }
  // What another plan has let pass does not count again for a third one.
  const counted = (ledger.granted.get(counter) ?? []).filter((at) => now - at <= intensity.withinMs);
  ledger.granted.set(counter, [...counted, now]);
}

/** The delay before a restart: none at first, then longer and longer, with some jitter. */
export function auditDelayOf(
  { ledger, family, now }: Scene,
  id: NodeId,
  { readyAt }: End,
  delayMs: number,
): void {
  const { initialMs, maxMs, factor, jitter, resetAfterMs } = family.spec(id).backoff;
  const isReset = readyAt !== null && now - readyAt >= resetAfterMs;
  const known = isReset ? 0 : ledger.streaks.get(id) ?? 0;
  const isWithin = (streak: number) => {
    if (streak === 0) return delayMs === 0;
    const plain = Math.min(maxMs, initialMs * factor ** (streak - 1));
    return delayMs >= Math.floor(plain * (1 - jitter)) &&
      delayMs <= Math.min(maxMs, Math.ceil(plain * (1 + jitter)));
  };
  const isUnsure = ledger.unsureStreaks.delete(id) && !isReset;
  const streak = isUnsure && isWithin(0) ? 0 : known;
  assert.ok(isWithin(streak), `"${id}" is restarted after ${delayMs} ms, for the ${streak}th time in a row`);
  ledger.streaks.set(id, streak + 1);
}
