/**
 * The course of things if an actor goes on failing as it has: computed by the core itself, from the state as it is, with everything
 * else going well. PURE.
 */
import { type Instant, NEVER } from "../base/instant.ts";
import type { Signal } from "../base/signals.ts";
import { type NodeId, ROOT } from "../config/plan.ts";
import { CoreLoop } from "../simulation/core_loop.ts";
import type { Calendar } from "../supervision/calendar.ts";
import type { Effect, RunEffect } from "../supervision/effect.ts";
import type { Exit } from "../supervision/exit.ts";
import type { Entry } from "../supervision/journal_entry.ts";
import type { FailReason } from "../supervision/reason.ts";
import type { Outcome, RunId, State } from "../supervision/state.ts";
import { glanceAt, type VisibleState } from "../supervision/view.ts";

/** How an actor fails. */
export type Failing =
  | { readonly how: "exits"; readonly exit: Exit }
  | { readonly how: "cannot_start"; readonly message: string }
  /** It is never ready, and its start takes too long. */
  | { readonly how: "never_ready" }
  /** It never works, as its checks find. */
  | { readonly how: "unhealthy"; readonly why: string };

/** A restart that follows. Times are in milliseconds from now. */
export interface Retry {
  readonly atMs: number;
  /** The pause before it. */
  readonly delayMs: number;
  /** How many more would be granted then; null for any number. */
  readonly left: number | null;
}

/** Somebody else who is something else for it in the end. */
export interface Consequence {
  readonly path: NodeId;
  readonly state: VisibleState;
  /** When it has come to that. */
  readonly atMs: number;
}

/** See the module. */
export interface Forecast {
  readonly failing: Failing;
  /** Whether it has failed already, and does so again. */
  readonly isAgain: boolean;
  readonly retries: readonly Retry[];
  /** When the actor is given up; null if it never is. */
  readonly end:
    | {
      readonly atMs: number;
      readonly state: VisibleState;
      readonly reason: FailReason | null;
      /** Whether its schedule runs it again all the same. */
      readonly isScheduled: boolean;
    }
    | null;
  /** The trees above it that give up with it, the nearest first. */
  readonly escalated: readonly NodeId[];
  readonly consequences: readonly Consequence[];
  /** How the whole tree ends for it; null if it goes on. */
  readonly outcome: Outcome["kind"] | null;
}

/** An actor that is restarted as often has pauses of the same length for ever. */
const MOST_RETRIES = 60;
const MOST_STEPS = 5_000;
/** More consequences are not told. */
const MOST_CONSEQUENCES = 100;

/** The forecast for an actor that fails in some way from now on, at once if it runs well. */
export function forecast(
  state: State,
  id: NodeId,
  failing: Failing,
  { now, date, nextDate }: {
    readonly now: Instant;
    readonly date: number;
    readonly nextDate?: Calendar["next"];
  },
): Forecast {
  return new Forecaster(state, id, failing, now, date, nextDate).run();
}

class Forecaster {
  readonly #id: NodeId;
  readonly #failing: Failing;
  readonly #loop: CoreLoop;
  readonly #begin: Instant;
  readonly #before: State;
  readonly #alive = new Set<RunId>();
  readonly #retries: Retry[] = [];
  readonly #escalated: NodeId[] = [];
  readonly #changedAt = new Map<NodeId, number>();
  #pids = 1;

  constructor(
    state: State,
    id: NodeId,
    failing: Failing,
    now: Instant,
    date: number,
    nextDate: Calendar["next"] | undefined,
  ) {
    this.#id = id;
    this.#failing = failing;
    this.#begin = now;
    this.#before = state;
    this.#loop = new CoreLoop({
      state,
      now,
      date0: date - now,
      ...(nextDate === undefined ? {} : { nextDate }),
      perform: (effects) => {
        for (const effect of effects) this.#perform(effect);
      },
      onStep: (before, _event, _now, { state: after }) => this.#watch(before, after),
    });
    for (const { phase } of state.nodes.values()) {
      if ("run" in phase && phase.pid !== null) this.#alive.add(phase.run);
    }
  }

  run(): Forecast {
    this.#settle();
    this.#fail();
    for (let steps = 0; steps < MOST_STEPS && !this.#isDecided(); steps++) {
      const { due } = this.#loop;
      if (due === NEVER) break;
      this.#loop.advanceTo(due > this.#loop.now ? due : this.#loop.now);
    }
    return this.#told();
  }

  /** Others answer well to the questions that they have been asked already. */
  #settle(): void {
    for (const { id, phase } of this.#before.nodes.values()) {
      if (phase.at !== "starting") continue;
      const { run, pid, unanswered, hook } = phase;
      if (hook !== null) this.#endHook(id, run, hook, "pre_start");
      else if (phase.isSpawned && pid === null) this.#spawn(id, run);
      else if (id !== this.#id) { for (const { attempt } of unanswered) this.#answer(id, run, attempt); }
    }
  }

  /** The present run fails, unless it is on its way to that by itself. */
  #fail(): void {
    const { phase } = this.#loop.state.nodes.get(this.#id)!;
    if (phase.at === "running") {
      if (this.#failing.how === "exits") this.#exits(phase.run, this.#failing.exit);
      else if (this.#failing.how !== "unhealthy") this.#exits(phase.run, { how: "exited", code: 1 });
      else if (phase.health?.isAsked === true) this.#answer(this.#id, phase.run, phase.attempt);
    } else if (phase.at === "starting" && phase.pid !== null && this.#failing.how === "exits") {
      this.#exits(phase.run, this.#failing.exit);
    }
  }

  #isDecided(): boolean {
    const { outcome, nodes } = this.#loop.state;
    if (outcome !== null || this.#retries.length >= MOST_RETRIES) return true;
    const { phase } = nodes.get(this.#id)!;
    const isOver = phase.at === "failed" || phase.at === "completed" || phase.at === "stopped" ||
      phase.at === "scheduled";
    return isOver && this.#ancestorsAreAtWork();
  }

  #ancestorsAreAtWork(): boolean {
    const { topology, nodes } = this.#loop.state;
    return topology.byId.get(this.#id)!.ancestors.every((tree) => {
      const { phase } = nodes.get(tree)!;
      return phase.at !== "stopping" && phase.at !== "backing_off" && phase.at !== "regrouping";
    });
  }

  #told(): Forecast {
    const { state } = this.#loop;
    const node = state.nodes.get(this.#id)!;
    const glance = glanceAt(state, node).state;
    const isEnd = this.#retries.length < MOST_RETRIES &&
      (glance === "failed" || glance === "stopped" || glance === "completed");
    const consequences = [...state.nodes.values()].flatMap((other): readonly Consequence[] => {
      if (other.id === this.#id || other.id === ROOT) return [];
      const before = this.#before.nodes.get(other.id);
      const now = glanceAt(state, other).state;
      const isOver = now === "failed" || now === "stopped";
      const isNew = before === undefined || glanceAt(this.#before, before).state !== now;
      return isOver && isNew
        ? [{ path: other.id, state: now, atMs: this.#changedAt.get(other.id) ?? 0 }]
        : [];
    });
    return {
      failing: this.#failing,
      isAgain: isFailingIn(this.#before, this.#id),
      retries: this.#retries,
      end: isEnd
        ? {
          atMs: this.#changedAt.get(this.#id) ?? 0,
          state: glance,
          reason: node.phase.at === "failed" ? node.phase.reason : null,
          isScheduled: node.phase.at === "scheduled",
        }
        : null,
      escalated: this.#escalated,
      consequences: consequences.slice(0, MOST_CONSEQUENCES),
      outcome: state.outcome?.kind ?? null,
    };
  }

  #watch(before: State, after: State): void {
    for (const { id } of before.nodes.changedIn(after.nodes)) {
      const was = before.nodes.get(id);
      const is = after.nodes.get(id)!;
      if (was === undefined || was.phase.at !== is.phase.at) this.#changedAt.set(id, this.#sinceBegin());
    }
  }

  #sinceBegin(): number {
    return this.#loop.now - this.#begin;
  }

  #record(entry: Entry): void {
    if (entry.event === "restarted" && entry.node === this.#id) {
      const { delayMs, left } = entry.data;
      this.#retries.push({ atMs: this.#sinceBegin() + delayMs, delayMs, left });
    } else if (entry.event === "escalated" && !this.#escalated.includes(entry.node)) {
      this.#escalated.push(entry.node);
    }
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "record":
        return this.#record(effect.entry);
      case "open_tree":
      case "close_tree":
      case "let_go":
      case "reply":
      case "finish":
        return;
      default:
        return this.#performOnRun(effect);
    }
  }

  #performOnRun(effect: RunEffect): void {
    const { node, run } = effect;
    switch (effect.type) {
      case "spawn":
        return this.#spawn(node, run);
      case "hook":
        return this.#endHook(node, run, effect.hookRun, effect.hook);
      case "probe":
        return this.#answer(node, run, effect.attempt);
      case "stop_command":
        return this.#loop.send({ type: "stop_command_ended", node, run });
      case "cancel":
      case "signal":
        return this.#exits(run, { how: "signalled", signal: signalOf(effect) }, node);
      case "end_rest":
      case "leave_rest":
        return this.#loop.send({ type: "cleared", node, run });
      case "kill_all":
        this.#exits(run, { how: "signalled", signal: "SIGKILL" }, node);
        return this.#loop.send({ type: "cleared", node, run });
      case "look":
        return this.#loop.send({ type: "looked", node, run, rest: { found: "ending" } });
      case "abort_spawn":
        return this.#loop.send({ type: "spawn_failed", node, run, message: "called off", isFinal: false });
      case "adopt":
      case "end_hook":
      case "tell":
      case "close_run":
        return;
    }
  }

  #spawn(node: NodeId, run: RunId): void {
    if (node === this.#id && this.#failing.how === "cannot_start") {
      const { message } = this.#failing;
      return this.#loop.send({ type: "spawn_failed", node, run, message, isFinal: false });
    }
    this.#spawned(node, run);
    if (node === this.#id) {
      if (this.#failing.how === "exits") this.#exits(run, this.#failing.exit, node);
      return;
    }
    const spec = this.#loop.state.topology.byId.get(node)?.spec;
    if (spec !== undefined && spec.kind !== "tree" && !spec.daemon) {
      this.#exits(run, { how: "exited", code: spec.successExitCodes[0] ?? 0 }, node);
    }
  }

  #spawned(node: NodeId, run: RunId): void {
    this.#alive.add(run);
    this.#loop.send({ type: "spawned", node, run, pid: this.#pids++ });
  }

  /** Others are ready when they are asked; of one that is, no check is answered, because nothing follows from it. */
  #answer(node: NodeId, run: RunId, attempt: number): void {
    const { at } = this.#loop.state.nodes.get(node)!.phase;
    if (node !== this.#id) {
      if (at === "starting") {
        this.#loop.send({ type: "probed", node, run, attempt, answer: { says: "ready" } });
      }
      return;
    }
    if (this.#failing.how === "unhealthy") {
      const { why } = this.#failing;
      const answer = at === "running" ? { says: "not_ready", why } as const : { says: "ready" } as const;
      this.#loop.send({ type: "probed", node, run, attempt, answer });
    } else if (at === "starting") {
      this.#loop.send({ type: "probed", node, run, attempt, answer: { says: "not_ready", why: "" } });
    }
  }

  #exits(run: RunId, exit: Exit, node: NodeId = this.#id): void {
    if (!this.#alive.delete(run)) return;
    this.#loop.send({ type: "exited", node, run, exit, error: null });
  }

  #endHook(
    node: NodeId,
    run: RunId,
    hookRun: RunId,
    hook: "pre_start" | "post_start" | "pre_stop" | "post_stop",
  ): void {
    this.#loop.send({ type: "hook_ended", node, run, hookRun, hook, end: { how: "exited", code: 0 } });
  }
}

function isFailingIn({ nodes }: State, id: NodeId): boolean {
  const node = nodes.get(id)!;
  const { phase } = node;
  return node.streak > 0 || phase.at === "backing_off" ||
    (phase.at === "running" && phase.health !== null && phase.health.lastError !== null);
}

function signalOf(effect: RunEffect & { readonly type: "cancel" | "signal" }): Signal {
  return effect.type === "signal" ? effect.stop.signal : "SIGTERM";
}
