/** Counts restarts from outside, by the journal alone, and holds them to what the plan of the moment grants. */
import assert from "node:assert/strict";
import type { Instant } from "../../lib/base/instant.ts";
import type { Intensity, NodeId } from "../../lib/config/plan.ts";
import type { TreeEvent } from "../../lib/supervision/event.ts";
import type { State } from "../../lib/supervision/state.ts";
import type { Stepped } from "../../lib/supervision/turn.ts";

type Restarts = Map<NodeId, readonly Instant[]>;

/** See the module. */
export class BudgetAuditor {
  /** Of children that are counted by themselves. */
  readonly #own: Restarts = new Map();
  /** Of all children of trees together. */
  readonly #together: Restarts = new Map();

  /** Looks at one step. */
  check(event: TreeEvent, now: Instant, { state, effects }: Stepped): void {
    const specOf = (id: NodeId) => state.topology.byId.get(id)?.spec;
    this.#forget(event, state);
    for (const effect of effects) {
      if (effect.type !== "record") continue;
      const { node, event: what } = effect.entry;
      const spec = specOf(node);
      // It is over, and another plan has it no more.
      if (spec === undefined) continue;
      if (what === "started" && spec.kind === "tree") {
        this.#together.delete(node);
        for (const child of spec.children) this.#own.delete(child);
      } else if (what === "escalated") {
        assert.ok(spec.kind === "tree" && spec.onFailure !== "fail_child", `${node} escalated`);
      } else if (what === "gave_up" || what === "restarted") {
        const tree = specOf(spec.parent!);
        assert.ok(tree?.kind === "tree");
        const isByItself = tree.onFailure === "fail_child";
        if (what === "gave_up") assert.ok(isByItself, `${node} gave up alone`);
        else if (!isByItself) count(this.#together, tree.path, now, tree.intensity);
        else {
          const own = spec.kind === "tree" ? null : spec.intensity;
          count(this.#own, node, now, own ?? tree.intensity);
        }
      }
    }
  }

  #forget({ type }: TreeEvent, { nodes, rollouts }: State): void {
    // A start, a reset or a restart by hand begins anew, with all that it may bring along.
    const isByHand = type === "start_requested" || type === "restart_requested" ||
      type === "reset_requested" || type === "rolling_restart_requested" || rollouts.length > 0;
    for (const restarts of [this.#own, this.#together]) {
      for (const id of restarts.keys()) if (isByHand || !nodes.has(id)) restarts.delete(id);
    }
  }
}

function count(restarts: Restarts, id: NodeId, now: Instant, intensity: Intensity): void {
  if (intensity === "unlimited") {
    restarts.delete(id);
    return;
  }
  const within = [...restarts.get(id) ?? [], now].filter((at) => now - at <= intensity.withinMs);
  restarts.set(id, within);
  assert.ok(
    within.length <= intensity.restarts,
    `${within.length} restarts of "${id}", ${intensity.restarts} granted`,
  );
}
