/**
 * The chain of waits that made something happen when it did, and when it would have happened otherwise. Moments are in the order in
 * which they happened, each after those that it waited for, so that one pass computes all of them anew.
 */
import type { NodeId } from "../config/plan.ts";
import type { Moment, Spent } from "./moment.ts";

/** One link of a chain: time that a node has spent, which ended when the next one could go on. */
export interface Link {
  readonly path: NodeId;
  readonly spent: Spent;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** The chain that led to a moment, the first link first: each begins when the one before ends. */
export function criticalPath(moments: readonly Moment[], target: number): readonly Link[] {
  const links: Link[] = [];
  for (let at: number | null = target; at !== null;) {
    const { path, spent, at: to, after } = moments[at]!;
    const before: number | null = lastOf(moments, after);
    if (before !== null) links.push({ path, spent, from: Math.min(to, moments[before]!.at), to });
    at = before;
  }
  return joined(links.toReversed());
}

/** The last of some moments to have happened; null for none. */
export function lastOf(moments: readonly Moment[], after: readonly number[]): number | null {
  let last: number | null = null;
  for (const index of after) {
    if (
      last === null || moments[index]!.at > moments[last]!.at ||
      (moments[index]!.at === moments[last]!.at && index > last)
    ) {
      last = index;
    }
  }
  return last;
}

/** Links without those that took no time, neighbours of one kind as one. */
function joined(links: readonly Link[]): readonly Link[] {
  const found: Link[] = [];
  for (const link of links) {
    const last = found.at(-1);
    if (last?.path === link.path && last.spent === link.spent) {
      found[found.length - 1] = { ...last, to: link.to };
    } else found.push(link);
  }
  return found.filter(({ from, to }) => to > from);
}

/** How much sooner a moment would have come if some nodes had taken no time, in milliseconds. */
export function gainWithout(
  moments: readonly Moment[],
  target: number,
  isWithout: (path: NodeId) => boolean,
): number {
  const times = timesWithout(moments, target, () => false);
  return times[target]! - timesWithout(moments, target, isWithout)[target]!;
}

/** The moments up to one as they would have been if some nodes had taken no time. */
export function momentsWithout(
  moments: readonly Moment[],
  target: number,
  isWithout: (path: NodeId) => boolean,
): readonly Moment[] {
  const times = timesWithout(moments, target, isWithout);
  return moments.slice(0, target + 1).map((moment, index) => ({ ...moment, at: times[index]! }));
}

function timesWithout(
  moments: readonly Moment[],
  target: number,
  isWithout: (path: NodeId) => boolean,
): readonly number[] {
  const times: number[] = [];
  for (let index = 0; index <= target; index++) {
    const { path, at, after } = moments[index]!;
    const before = lastOf(moments, after);
    if (before === null) {
      times.push(at);
      continue;
    }
    // A clock that was set back in between makes less than nothing of it.
    const took = isWithout(path) ? 0 : Math.max(0, at - moments[before]!.at);
    times.push(after.reduce((latest, one) => Math.max(latest, times[one]!), -Infinity) + took);
  }
  return times;
}
