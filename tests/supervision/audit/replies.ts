/** Answers are true: nothing of what was to stop is left, and what was to start is ready. */
import assert from "node:assert/strict";
import type { NodeId } from "../../../lib/config/plan.ts";
import type { RunId } from "../../../lib/supervision/state.ts";
import type { Scene } from "./auditor.ts";

interface Asked {
  /** `another`: each has come to another run, whatever has become of that since. */
  readonly goal: "ready" | "stopped" | "another";
  readonly nodes: readonly NodeId[];
  /** Runs that do not count, because they began before. */
  readonly runs: ReadonlyMap<NodeId, RunId>;
}

/** See the module. */
export class Replies {
  readonly #asked = new Map<number, Asked>();

  hear({ event, ledger, before, known }: Scene): void {
    if (!("request" in event) || event.request === null || !("nodes" in event)) return;
    // It waits for what it has started alone.
    if (event.type === "reset_requested") return;
    // They are answered at once, whatever comes of them.
    if (["signal_requested", "exec_requested", "halt_requested"].includes(event.type)) return;
    const isRolling = event.type === "rolling_restart_requested";
    const goal = event.type === "stop_requested" ? "stopped" : isRolling ? "another" : "ready";
    // Nobody waits for what the plan has no more to be ready.
    const isMeant = (id: NodeId) => before.nodes.has(id) && (goal === "stopped" || !known.leaving.has(id));
    const nodes = event.nodes.filter(isMeant);
    const runs = isRolling || event.type === "restart_requested"
      ? new Map(nodes.map((id) => [id, ledger.runs.get(id)?.run ?? 0]))
      : new Map<NodeId, RunId>();
    this.#asked.set(event.request, { goal, nodes, runs });
  }

  /** To be asked when a step is over. */
  audit({ effects, ledger, family, is }: Scene): void {
    for (const effect of effects) {
      if (effect.type !== "reply") continue;
      const asked = this.#asked.get(effect.request);
      this.#asked.delete(effect.request);
      if (asked === undefined || effect.refusal !== null || !effect.ok) continue;
      for (const id of asked.nodes.filter((id) => family.specs.has(id))) {
        const isTree = family.spec(id).kind === "tree";
        if (asked.goal === "stopped") {
          const left = family.within(id).filter((one) => ledger.runs.has(one));
          assert.deepEqual(left, [], `"${id}" is said to be stopped`);
        } else if (asked.goal === "another") {
          const run = ledger.runs.get(id)?.run ?? Infinity;
          const isLeft = ledger.stoppedByHand.has(id) || family.leaving.has(id) ||
            is.at(id) === "inactive" || is.at(id) === "scheduled" || isTree;
          assert.ok(isLeft || run > (asked.runs.get(id) ?? 0), `"${id}" is said to be restarted`);
        } else if (!isTree) {
          const run = ledger.runs.get(id);
          const isReady = run !== undefined && run.readyAt !== null && !ledger.isLeaving(id) &&
            run.run > (asked.runs.get(id) ?? 0);
          const isDone = is.at(id) === "completed" || is.at(id) === "scheduled";
          assert.ok(isReady || isDone, `"${id}" is said to be ready`);
        }
      }
    }
  }
}
