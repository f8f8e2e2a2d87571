/** The facts about each node of a tree, and their changes, as steps are taken and processes come and go. PURE. */
import type { Instant } from "../base/instant.ts";
import type { NodeId } from "../config/plan.ts";
import type { Effect } from "../supervision/effect.ts";
import type { State } from "../supervision/state.ts";
import { glanceAt } from "../supervision/view.ts";
import type { Change, Fact } from "./trace.ts";

/** The main processes that are alive, by their actors. */
export type Alive = ReadonlyMap<NodeId, number>;

/** See the module. */
export class Facts {
  readonly changes: Change[] = [];
  readonly #known = new Map<NodeId, Fact>();
  readonly #alive: Alive;

  /** @param alive As it is at each time. */
  constructor(alive: Alive) {
    this.#alive = alive;
  }

  /** Looks at all nodes. */
  seeAll(state: State, now: Instant): void {
    for (const id of state.nodes.keys()) this.see(state, id, now);
  }

  /** Looks at a node. */
  see(state: State, path: NodeId, now: Instant): void {
    this.#set(
      path,
      { ...glanceAt(state, state.nodes.get(path)!), processes: this.#alive.get(path) ?? 0 },
      now,
    );
  }

  /**
   * A step was taken: looks at what it has changed.
   *
   * @param effects Those of the step: a run that is restarted because it is unhealthy is stopping already when it is over.
   */
  stepped(before: State, after: State, now: Instant, effects: readonly Effect[] = []): void {
    for (const effect of effects) {
      if (effect.type === "record" && effect.entry.event === "unhealthy") {
        this.#fellIll(effect.entry.node, now);
      }
    }
    if (before.topology !== after.topology) return this.seeAll(after, now);
    const { byId } = after.topology;
    const trees = new Set<NodeId>();
    for (const { id } of before.nodes.changedIn(after.nodes)) {
      this.see(after, id, now);
      for (const tree of byId.get(id)!.ancestors) trees.add(tree);
    }
    for (const id of trees) this.see(after, id, now);
  }

  #fellIll(path: NodeId, now: Instant): void {
    const known = this.#known.get(path);
    if (known !== undefined) this.#set(path, { ...known, healthy: false }, now);
  }

  #set(path: NodeId, fact: Fact, now: Instant): void {
    const known = this.#known.get(path);
    if (known !== undefined && isSameFact(known, fact)) return;
    this.#known.set(path, fact);
    this.changes.push({ atMs: now, path, fact });
  }
}

function isSameFact(a: Fact, b: Fact): boolean {
  return a.state === b.state && a.ready === b.ready && a.healthy === b.healthy && a.processes === b.processes;
}
