import { NEVER } from "../base/instant.ts";
import type { NodeSpec, Plan } from "../config/plan.ts";
import { NodeMap } from "./node_map.ts";
import { NO_FAILURES } from "./no_failures.ts";
import { EMPTY_WINDOW } from "./restart_window.ts";
import type { NodeState, State } from "./state.ts";
import { booksOf } from "./write_books.ts";
import { topologyOf } from "./topology.ts";

/** The state of a tree of which nothing has been started. `seed` draws the jitter of backoffs. */
export function initialState(plan: Plan, seed: number): State {
  const topology = topologyOf(plan);
  const nodes = NodeMap.of(topology, (id) => freshNode(topology.byId.get(id)!.spec));
  return {
    plan,
    revision: 0,
    topology,
    nodes,
    books: booksOf(topology, nodes, NEVER),
    seq: 0,
    runs: 0,
    chance: seed >>> 0,
    requests: [],
    rollouts: [],
    holding: null,
    cancelled: null,
    outcome: null,
  };
}

/** A node of which nothing has been started. */
export function freshNode({ path, kind }: NodeSpec): NodeState {
  const base = {
    id: path,
    restarts: 0,
    ...NO_FAILURES,
    cause: 0,
    starts: 0,
    phase: { at: "inactive" },
  } as const;
  return kind === "tree" ? { ...base, kind: "tree", window: EMPTY_WINDOW, regroupAt: null } : {
    ...base,
    kind: "actor",
    doom: null,
    skipDeps: false,
    filesChanged: null,
    lastExit: null,
    appointment: null,
    isOwed: false,
  };
}
