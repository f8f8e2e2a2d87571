/**
 * Where the crashes of a supervised tree are held: the supervision is told of each, offers one at a time, and says if one is
 * not to be held. That an actor lets go of its crash is seen here by the cancel of the call by which it holds it.
 */
import type { CrashKeeper, HeldCrash } from "../../actor/debug/crash_desk.ts";
import type { ActorSpec, Plan } from "../../config/plan.ts";
import type { Crash, CrashId } from "../../supervision/crash.ts";
import type { TreeEvent } from "../../supervision/event.ts";
import type { RunId, State } from "../../supervision/state.ts";
import { Event } from "../../sync/event.ts";

/** What is kept of a crash: the journal has it, and every status that is asked for. */
const MOST_REPORT_CHARS = 16_384;
const MOST_NAME_CHARS = 1_024;

/** What holds crashes. */
export interface HeldCrashesOptions {
  readonly plan: Plan;
  /** What every node is doing now. */
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
    const { plan, state, post } = this.#options;
    const spec = actorAround(plan, crash.actor);
    const run = spec === null ? null : runOf(state(), spec);
    if (run === null) return;
    const about = { node: spec!.id, run };
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

/** The actor of the plan in which one with this path was started, or which has it. */
function actorAround({ nodes }: Plan, path: string): ActorSpec | null {
  const around = nodes.filter((node): node is ActorSpec =>
    node.kind !== "tree" && (path === node.path || path.startsWith(`${node.path}/`))
  );
  return around.reduce<ActorSpec | null>(
    (longest, one) => longest === null || one.path.length > longest.path.length ? one : longest,
    null,
  );
}

function runOf({ nodes }: State, { id }: ActorSpec): RunId | null {
  const { phase } = nodes[id]!;
  return "run" in phase ? phase.run : null;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}...`;
}
