/** Nothing starts before what it depends on has met its condition. PURE. */
import { type Dependency, nodeAt, type NodeId, type NodeSpec, type Plan, specAt } from "../../config/plan.ts";
import type { Simulated } from "../simulate.ts";
import type { Change, Fact } from "../trace.ts";
import { type Absence, isWatched } from "./absence.ts";
import { broken, type BrokenPromise } from "./broken.ts";

/**
 * The first start that came too early; null if none did. Within one instant one thing may follow on another, and be seen before
 * it. A supervisor that takes over hears of what has ended meanwhile after it has taken its first decisions: those are passed
 * over.
 */
export function brokenOrder(
  { plan, changes }: Simulated,
  away: readonly Absence[],
): BrokenPromise | null {
  const last = new Map<NodeId, Fact>();
  for (let from = 0, to = 0; from < changes.length; from = to) {
    const { atMs } = changes[from]!;
    while (to < changes.length && changes[to]!.atMs === atMs) to += 1;
    const now = changes.slice(from, to);
    const within = (
      on: NodeId,
    ) => [last.get(on), ...now.map((one) => one.path === on ? one.fact : undefined)];
    const wrong = isWatched(away, atMs, atMs) ? tooEarly(plan, now, last, within) : null;
    if (wrong !== null) return wrong;
    for (const { path, fact } of now) last.set(path, fact);
  }
  return null;
}

/** The first start of an instant that came too early. @param within The facts of a node in it, and the one before. */
function tooEarly(
  plan: Plan,
  now: readonly Change[],
  last: ReadonlyMap<NodeId, Fact>,
  within: (on: NodeId) => readonly (Fact | undefined)[],
): BrokenPromise | null {
  const was = new Map<NodeId, Fact>();
  for (const { atMs, path, fact } of now) {
    const spec = nodeAt(plan, path)!;
    const isStart = starts(spec, was.get(path) ?? last.get(path) ?? null, fact);
    was.set(path, fact);
    if (!isStart) continue;
    for (const dependency of spec.dependsOn) {
      const { on, condition } = dependency;
      const target = specAt(plan, on);
      if (within(on).some((one) => one !== undefined && isMet(target, dependency, one))) continue;
      return broken("nothing starts before what it depends on", path, atMs, `"${on}" is not ${condition}`);
    }
  }
  return null;
}

/** An actor starts with its process, or with the hook before that; a tree with its first child. */
function starts(spec: NodeSpec, was: Fact | null, is: Fact): boolean {
  if (spec.kind !== "tree" && spec.hooks?.commands.pre_start === undefined) {
    return (was?.processes ?? 0) === 0 && is.processes > 0;
  }
  return isUp(is) && (was === null || !isUp(was));
}

function isUp({ state }: Pick<Fact, "state">): boolean {
  return state === "starting" || state === "running";
}

function isMet(
  spec: NodeSpec,
  { condition }: Dependency,
  { state, ready, healthy, processes }: Fact,
): boolean {
  if (state === "completed") return true;
  switch (condition) {
    case "started":
      return spec.kind === "tree" ? isUp({ state }) : processes > 0;
    case "ready":
      return ready === true;
    case "healthy":
      return state === "running" && (healthy === true || spec.kind === "tree" || spec.health === null);
    case "completed":
      return false;
    case "exited":
      return state === "failed" || state === "stopped";
  }
}
