/**
 * Where the crashes of a supervised tree are held: the supervision is told of each, offers one at a time, and says if one is
 * not to be held. That an actor lets go of its crash is seen here by the cancel of the call by which it holds it.
 */
import type { CrashKeeper, HeldCrash } from "../../actor/debug/crash_desk.ts";
import type { NodeId } from "../../config/plan.ts";
import type { Crash, CrashId } from "../../supervision/crash.ts";
import type { TreeEvent } from "../../supervision/event.ts";
import type { RunId, State } from "../../supervision/state.ts";
import { Event } from "../../sync/event.ts";

/** How much is kept of a crash: the journal has it, and every status that is asked for. */
const MOST_REPORT_CHARS = 16_384;
const MOST_NAME_CHARS = 1_024;

/** The parts that hold crashes. */
export interface HeldCrashesOptions {
  /** The present state of every node. */
  readonly state: () => State;
  readonly post: (event: TreeEvent) => void;
}

/** See the module. */
export class HeldCrashes implements CrashKeeper {
  readonly #options: HeldCrashesOptions;
  readonly #held = new Map<CrashId, Event>();
  #last: CrashId = 0;

  constructor(options: HeldCrashesOptions) {
    this.#options = options;
  }

  /** Holds a crash until the caller is cancelled, or it is not to be held. One of no run of the tree never is. */
  async hold(crash: HeldCrash): Promise<void> {
    const { state, post } = this.#options;
    const about = runAround(state(), crash.actor);
    if (about === null) return;
    const id = ++this.#last;
    const letGo = new Event();
    this.#held.set(id, letGo);
    post({ type: "held", ...about, crash: this.#kept(id, crash) });
    try {
      await letGo.wait();
    } finally {
      this.#held.delete(id);
      post({ type: "released", ...about, crash: id });
    }
  }

  /** Lets a crash go on. */
  letGo(id: CrashId): void {
    this.#held.get(id)?.set();
  }

  #kept(id: CrashId, { actor, pid, name, report, inspector }: HeldCrash): Crash {
    return {
      id,
      pid,
      actor: cut(actor, MOST_NAME_CHARS),
      name: cut(name, MOST_NAME_CHARS),
      report: cut(report, MOST_REPORT_CHARS),
      inspector: cut(inspector, MOST_NAME_CHARS),
    };
  }
}

/** The run of the actor in which one with this path was started, or which has it; null if there is none. */
function runAround(
  { nodes }: State,
  path: string,
): { readonly node: NodeId; readonly run: RunId } | null {
  for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) {
    const node = nodes.get(at as NodeId);
    if (node?.kind === "actor") return "run" in node.phase ? { node: node.id, run: node.phase.run } : null;
  }
  return null;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}...`;
}
