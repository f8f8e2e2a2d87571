/** Hooks of simulated runs, which take their time and end as a script or a recording says. PURE. */
import { after, type Instant } from "../base/instant.ts";
import type { HookName, NodeId } from "../config/plan.ts";
import type { RunEffect } from "../supervision/effect.ts";
import type { TreeEvent } from "../supervision/event.ts";
import type { HookEnd } from "../supervision/hook.ts";
import type { RunId } from "../supervision/state.ts";
import type { Behaviour } from "./behaviour.ts";
import { asRecorded } from "./recorded/on_course.ts";
import type { RecordedHook } from "./recorded/recorded_run.ts";

/** The tree that they are of. */
export interface HookedTree {
  readonly now: () => Instant;
  readonly send: (event: TreeEvent) => void;
  readonly at: (at: Instant, callback: () => void) => void;
  /** Has the tree act upon a limit that is over, if there is one. */
  readonly actIfDue: () => void;
}

type HookEffect = Extract<RunEffect, { type: "hook" }>;

/** A hook that runs. */
interface Hooked {
  readonly node: NodeId;
  readonly run: RunId;
  readonly hook: HookName;
}

/** See the module. */
export class Hooks {
  readonly #tree: HookedTree;
  readonly #running = new Map<RunId, Hooked>();

  constructor(tree: HookedTree) {
    this.#tree = tree;
  }

  /** Those that run are lost with their supervisor. */
  clear(): void {
    this.#running.clear();
  }

  run({ node, run, hook, hookRun, timeoutMs }: HookEffect, { hooks, recorded }: Behaviour): void {
    const told = recorded?.hooks[hook];
    if (told !== undefined) return this.#runRecorded({ node, run, hook }, hookRun, told);
    const { ms, code } = hooks[hook] ?? { ms: 0, code: 0 };
    const isInTime = ms <= timeoutMs;
    this.#running.set(hookRun, { node, run, hook });
    this.#tree.at(after(this.#tree.now(), isInTime ? ms : timeoutMs), () => {
      // A limit of its run that is over in the same instant has it ended.
      this.#tree.actIfDue();
      this.end(hookRun, isInTime ? { how: "exited", code } : { how: "timed_out", afterMs: timeoutMs });
    });
  }

  #runRecorded(about: Hooked, hookRun: RunId, { begunAt, atMs, end }: RecordedHook): void {
    this.#running.set(hookRun, about);
    this.#tree.at(asRecorded(after(this.#tree.now(), atMs - begunAt), atMs), () => this.end(hookRun, end));
  }

  end(hookRun: RunId, end: HookEnd): void {
    const about = this.#running.get(hookRun);
    if (about === undefined) return;
    this.#running.delete(hookRun);
    this.#tree.send({ type: "hook_ended", ...about, hookRun, end });
  }
}
