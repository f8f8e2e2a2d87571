/** Restarts are as many as the budget grants, and pauses before them as long as the backoff says. PURE. */
import { type Backoff, type NodeId, type Plan, specAt, treeAt } from "../../config/plan.ts";
import type { Simulated } from "../simulate.ts";
import type { TimedEntry } from "../trace.ts";
import { broken, type BrokenPromise } from "./broken.ts";

/** The first restart that should not have been, or not then; null if there is none. */
export function brokenBudget({ plan, entries }: Simulated): BrokenPromise | null {
  const ledger = new Ledger(plan);
  for (const entry of entries) {
    const wrong = ledger.hear(entry);
    if (wrong !== null) return wrong;
  }
  return null;
}

/** The counts of the reference by now. */
class Ledger {
  readonly #plan: Plan;
  /** Times of restarts, by the child or the tree that they are counted for. */
  readonly #granted = new Map<string, readonly number[]>();
  readonly #streaks = new Map<NodeId, number>();
  readonly #readyAt = new Map<NodeId, number>();
  readonly #notBefore = new Map<NodeId, number>();
  /** Whether somebody has asked for something since: which counts that has set back is not looked into. */
  #isUnsure = new Set<NodeId>();

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  hear(entry: TimedEntry): BrokenPromise | null {
    const { node, atMs } = entry;
    switch (entry.event) {
      case "requested":
        this.#granted.clear();
        this.#notBefore.clear();
        this.#isUnsure = new Set(this.#streaks.keys());
        return null;
      case "ready":
        this.#readyAt.set(node, atMs);
        return null;
      case "started":
        return this.#start(node, atMs);
      case "start_failed":
        this.#readyAt.delete(node);
        return null;
      case "hook_started":
        if (entry.data.hook === "pre_start") this.#readyAt.delete(node);
        return null;
      case "restarted":
        return this.#restart(node, atMs, entry.data.delayMs);
      default:
        return null;
    }
  }

  #start(node: NodeId, atMs: number): BrokenPromise | null {
    this.#readyAt.delete(node);
    const notBefore = this.#notBefore.get(node) ?? 0;
    this.#notBefore.delete(node);
    if (atMs < notBefore - ROUNDING_MS) {
      return broken("pauses before restarts are kept", node, atMs, `it starts before ${notBefore} ms`);
    }
    const spec = specAt(this.#plan, node);
    if (spec.kind !== "tree") return null;
    this.#granted.delete(together(node));
    for (const child of spec.children) {
      this.#granted.delete(alone(child));
      this.#streaks.delete(child);
      this.#notBefore.delete(child);
    }
    return null;
  }

  #restart(node: NodeId, atMs: number, delayMs: number): BrokenPromise | null {
    const { backoff, parent } = specAt(this.#plan, node);
    const { onFailure, strategy, intensity: shared } = treeAt(this.#plan, parent!);
    const isAlone = onFailure === "fail_child";
    const spec = specAt(this.#plan, node);
    const intensity = (isAlone && spec.kind !== "tree" ? spec.intensity : null) ?? shared;
    if (intensity !== "unlimited") {
      const { restarts, withinMs } = intensity;
      const counter = isAlone ? alone(node) : together(parent!);
      const recent = [...this.#granted.get(counter) ?? [], atMs].filter((at) => atMs - at <= withinMs);
      this.#granted.set(counter, recent);
      if (recent.length > restarts) {
        const what = `${recent.length} restarts within ${withinMs} ms, of ${restarts}`;
        return broken("no more restarts than the budget grants", node, atMs, what);
      }
    }
    if (strategy === "one_for_one") this.#notBefore.set(node, atMs + delayMs);
    return this.#pause(node, atMs, delayMs, backoff);
  }

  #pause(node: NodeId, atMs: number, delayMs: number, backoff: Backoff): BrokenPromise | null {
    const isReset = atMs - (this.#readyAt.get(node) ?? Infinity) >= backoff.resetAfterMs;
    const known = isReset ? 0 : this.#streaks.get(node) ?? 0;
    const isAnew = this.#isUnsure.delete(node) && isPause(delayMs, 0, backoff);
    const streak = isAnew ? 0 : known;
    this.#streaks.set(node, streak + 1);
    return isPause(delayMs, streak, backoff) ? null : broken(
      "pauses before restarts are kept",
      node,
      atMs,
      `it pauses for ${delayMs} ms before restart ${streak + 1} in a row`,
    );
  }
}

/** Times are rounded. */
const ROUNDING_MS = 1;

/** Whether a pause is as long as the backoff says, jitter considered. */
function isPause(delayMs: number, streak: number, { initialMs, factor, maxMs, jitter }: Backoff): boolean {
  if (streak === 0) return delayMs === 0;
  const plain = Math.min(maxMs, initialMs * factor ** (streak - 1));
  return delayMs >= Math.floor(plain * (1 - jitter)) &&
    delayMs <= Math.min(maxMs, Math.ceil(plain * (1 + jitter)));
}

function alone(child: NodeId): string {
  return `${child} alone`;
}

function together(tree: NodeId): string {
  return `children of ${tree}`;
}
