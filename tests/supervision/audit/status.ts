/** What the rules of the reference say of nodes, by what each is seen to be doing. */
import type { Condition, NodeId } from "../../../lib/config/plan.ts";
import type { FailReason, StopReason } from "../../../lib/supervision/reason.ts";
import type { LastRun, NodeState, State } from "../../../lib/supervision/state.ts";
import type { Family } from "./family.ts";

/** What a node is seen to be doing. */
export interface Seen {
  readonly at: NodeState["phase"]["at"];
  readonly why?: StopReason;
  readonly reason?: FailReason;
  readonly pid?: number | null;
  readonly last?: LastRun | null;
  /** Null where nobody asks for it. */
  readonly health?: { readonly healthy: boolean | null } | null;
}

/** Nodes at one moment. */
export class Status {
  readonly #family: Family;
  readonly #nodes: State["nodes"];
  /** What has been said since. */
  readonly #said = new Map<NodeId, Seen>();

  constructor(family: Family, { nodes }: State) {
    this.#family = family;
    this.#nodes = nodes;
  }

  phase(id: NodeId): Seen {
    return this.#said.get(id) ?? this.#nodes.get(id)?.phase ?? { at: "inactive" };
  }

  /** The journal says what a node is doing by now. */
  say(id: NodeId, phase: Seen): void {
    this.#said.set(id, phase);
  }

  at(id: NodeId): Seen["at"] {
    return this.phase(id).at;
  }

  /** Ended, and nothing planned starts it again; a child that somebody stopped by hand lasts. */
  hasEnded(id: NodeId): boolean {
    const phase = this.phase(id);
    return phase.at === "completed" || phase.at === "failed" ||
      (phase.at === "stopped" && phase.why === "strategy");
  }

  /** An actor that is ready, or a tree in which all that was started is ready or has completed. */
  isReady(id: NodeId): boolean {
    const at = this.at(id);
    if (at !== "up") return at === "running";
    return this.#childrenOf(id).every((child) =>
      ["inactive", "scheduled", "stopped", "completed"].includes(this.at(child)) || this.isReady(child)
    );
  }

  /** A tree at work in which something has failed for good. */
  isSpoilt(id: NodeId): boolean {
    return this.at(id) === "up" &&
      this.#childrenOf(id).some((child) => this.at(child) === "failed" || this.isSpoilt(child));
  }

  isMet(on: NodeId, condition: Condition): boolean {
    const at = this.at(on);
    if (at === "completed") return true;
    if (at === "scheduled") {
      const { last } = this.phase(on);
      return last !== undefined && last !== null && (last.ok || condition === "exited");
    }
    switch (condition) {
      case "completed":
        return false;
      case "exited":
        return this.hasEnded(on);
      case "healthy": {
        const phase = this.phase(on);
        return phase.at === "running" && phase.health?.healthy !== false && phase.health?.healthy !== null;
      }
      case "ready":
        return this.isReady(on);
      case "started": {
        const phase = this.phase(on);
        return at === "up" || at === "running" || (phase.at === "starting" && typeof phase.pid === "number");
      }
    }
  }

  /** Whether a dependency cannot be met as long as what has failed stays so. */
  isImpossible(on: NodeId, condition: Condition): boolean {
    if (this.at(on) === "completed") return false;
    if (this.hasEnded(on)) return condition !== "exited";
    return condition === "ready" && this.isSpoilt(on) && !this.isReady(on);
  }

  /** Nothing more to be done before the next in a sequence. */
  isSettled(id: NodeId): boolean {
    const at = this.at(id);
    if (at === "up") return this.isReady(id) || this.isSpoilt(id);
    return ["inactive", "scheduled", "stopped", "completed", "failed", "running"].includes(at);
  }

  /** On its way to being ready. */
  isStarting(id: NodeId): boolean {
    const at = this.at(id);
    return at === "starting" || (at === "up" && !this.isReady(id) && !this.isSpoilt(id));
  }

  /** The children that decide that a tree is over by its own rules; null if it is not. */
  decisive(tree: NodeId): readonly NodeId[] | null {
    const { autoShutdown } = this.#family.tree(tree);
    const children = this.#family.children(tree);
    const significant = children.filter((child) => this.#family.spec(child).significant);
    const ended = significant.filter((child) => this.hasEnded(child));
    if (autoShutdown === "any_significant" && ended.length > 0) return ended;
    if (autoShutdown === "all_significant" && ended.length > 0 && ended.length === significant.length) {
      return ended;
    }
    const started = children.filter((child) => this.at(child) !== "inactive");
    return started.length > 0 && started.every((child) => this.hasEnded(child)) ? started : null;
  }

  #childrenOf(id: NodeId): readonly NodeId[] {
    // Another plan may have an actor where a tree still is.
    const spec = this.#family.specs.get(id);
    const children = spec?.kind === "tree" ? spec.children : [];
    return children.filter((child) => this.#family.specs.has(child)).concat(
      [...this.#family.leaving].filter((left) =>
        this.#family.spec(left).parent === id && !children.includes(left)
      ),
    );
  }
}
