import type { Plan } from "../config/plan.ts";
import { EMPTY_WINDOW } from "./restart_window.ts";
import type { NodeState, State } from "./state.ts";
import { topologyOf } from "./topology.ts";

/** The state of a tree of which nothing has been started. `seed` draws the jitter of backoffs. */
export function initialState(plan: Plan, seed: number): State {
  return {
    plan,
    topology: topologyOf(plan),
    nodes: plan.nodes.map(({ id, kind }): NodeState => {
      const base = { id, restarts: 0, streak: 0, cause: 0, starts: 0, phase: { at: "inactive" } } as const;
      return kind === "tree"
        ? { ...base, kind: "tree", window: EMPTY_WINDOW, regroupAt: null }
        : { ...base, kind: "actor", doom: null, skipDeps: false, lastExit: null };
    }),
    seq: 0,
    runs: 0,
    chance: seed >>> 0,
    requests: [],
    holding: null,
    cancelled: null,
    outcome: null,
  };
}
