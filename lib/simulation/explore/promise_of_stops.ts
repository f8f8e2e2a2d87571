/** A process that is asked to stop is gone when its grace is over. PURE. */
import type { NodeId } from "../../config/plan.ts";
import type { Simulated } from "../simulate.ts";
import { type Absence, isWatched } from "./absence.ts";
import { broken, type BrokenPromise } from "./broken.ts";

/** Times are rounded. */
const ROUNDING_MS = 1;

/** The first stop that has lasted too long; null if none has. */
export function brokenStop(
  { changes, entries, untilMs }: Simulated,
  away: readonly Absence[],
): BrokenPromise | null {
  const stops = entries.filter((entry) => entry.event === "stopping");
  if (stops.length === 0) return null;
  const ends = new Map<NodeId, number[]>();
  for (const { path, atMs, fact } of changes) {
    if (fact.processes > 0) continue;
    const known = ends.get(path);
    if (known === undefined) ends.set(path, [atMs]);
    else known.push(atMs);
  }
  for (const { node, atMs, data: { graceMs } } of stops) {
    const end = ends.get(node)?.find((at) => at >= atMs) ?? Infinity;
    const dueMs = atMs + graceMs + ROUNDING_MS;
    if (end <= dueMs || untilMs <= dueMs || !isWatched(away, atMs, dueMs)) continue;
    const what = `it has ${graceMs} ms to stop, and is there after that`;
    return broken("a stop ends within its grace", node, dueMs, what);
  }
  return null;
}
