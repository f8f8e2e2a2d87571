/** Nothing starts before what it depends on has met its condition. PURE. */
import { type Dependency, nodeAt, type NodeId, type NodeSpec, specAt } from "../../config/plan.ts";
import type { Simulated } from "../simulate.ts";
import type { Fact } from "../trace.ts";
import { type Absence, isWatched } from "./absence.ts";
import { broken, type BrokenPromise } from "./broken.ts";

/**
 * The first start that came too early; null if none did. A supervisor that takes over hears of what has ended meanwhile after
 * it has taken its first decisions: those are passed over.
 */
export function brokenOrder(
  { plan, changes }: Simulated,
  away: readonly Absence[],
): BrokenPromise | null {
  const now = new Facts();
  for (const { atMs, path, fact } of changes) {
    const spec = nodeAt(plan, path)!;
    const isStart = starts(spec, now.last(path), fact);
    now.put(atMs, path, fact);
    if (!isStart || !isWatched(away, atMs, atMs)) continue;
    for (const dependency of spec.dependsOn) {
      const { on, condition } = dependency;
      if (now.within(atMs, on).some((one) => isMet(specAt(plan, on), dependency, one))) continue;
      return broken("nothing starts before what it depends on", path, atMs, `"${on}" is not ${condition}`);
    }
  }
  return null;
}

/** The facts of a time: within it, one may follow on another. */
class Facts {
  readonly #last = new Map<NodeId, Fact>();
  readonly #within = new Map<NodeId, readonly Fact[]>();
  #atMs = 0;

  put(atMs: number, path: NodeId, fact: Fact): void {
    if (atMs !== this.#atMs) this.#within.clear();
    this.#atMs = atMs;
    const before = this.#within.get(path) ?? this.#lastOf(path);
    this.#within.set(path, [...before, fact]);
    this.#last.set(path, fact);
  }

  last(path: NodeId): Fact | null {
    return this.#last.get(path) ?? null;
  }

  /** All that held within a time, the present one. */
  within(atMs: number, path: NodeId): readonly Fact[] {
    return (atMs === this.#atMs ? this.#within.get(path) : undefined) ?? this.#lastOf(path);
  }

  #lastOf(path: NodeId): readonly Fact[] {
    const last = this.#last.get(path);
    return last === undefined ? [] : [last];
  }
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
