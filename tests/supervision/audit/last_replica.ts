/**
 * Watches the promise of rolling restarts from outside: no step takes the last ready replica of an actor away, unless
 * something else than a rolling restart does.
 */
import assert from "node:assert/strict";
import { withoutReplica } from "../../../lib/config/replica_path.ts";
import type { TreeEvent } from "../../../lib/supervision/event.ts";
import type { State } from "../../../lib/supervision/state.ts";
import type { Stepped } from "../../../lib/supervision/turn.ts";

/** Events after which nothing but a rolling restart stops what is ready, other than what the event is about. */
const HARMLESS: ReadonlySet<TreeEvent["type"]> = new Set([
  "rolling_restart_requested",
  "halt_requested",
  "spawned",
  "spawn_failed",
  "probed",
  "joined",
  "parted",
  "exited",
  "cleared",
  "time_passed",
]);

/** Entries that say that something else has ended what was ready. */
const OTHERS: ReadonlySet<string> = new Set([
  "cancelled",
  "timed_out",
  "unhealthy",
  "files_changed",
  "due",
  "restarted",
  "gave_up",
  "failed",
]);

/** Looks at one step. */
export function auditLastReplica(before: State, event: TreeEvent, { state, effects }: Stepped): void {
  if (!HARMLESS.has(event.type) || state.rollouts.length + before.rollouts.length === 0) return;
  if (effects.some((effect) => effect.type === "record" && OTHERS.has(effect.entry.event))) return;
  const [was, is] = [readyIn(before, event), readyIn(state)];
  for (const [group, ready] of was) {
    assert.ok(ready === 0 || is.get(group)! > 0, `no replica of ${group} is ready after ${event.type}`);
  }
}

/** How many replicas of each actor are ready and are not to stop. */
function readyIn({ nodes }: State, event: TreeEvent | null = null): ReadonlyMap<string, number> {
  const ready = new Map<string, number>();
  for (const node of nodes.values()) {
    const group = withoutReplica(node.id);
    if (node.kind === "tree" || group === node.id) continue;
    const isMeant = event !== null && "node" in event && event.node === node.id;
    const isReady = !isMeant && node.phase.at === "running" && node.doom === null;
    ready.set(group, (ready.get(group) ?? 0) + Number(isReady));
  }
  return ready;
}
