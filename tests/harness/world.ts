/**
 * A world for the pure core to act in: it performs effects on processes that exist as data only, and moves time by hand.
 * Every process does what its script says; by default it starts, is ready, and ends when it is told to.
 */
import assert from "node:assert/strict";
import type { Signal } from "../../lib/base/signals.ts";
import { type HookName, nodeAt, type NodeId, type Plan } from "../../lib/config/plan.ts";
import type { ActorError } from "../../lib/supervision/actor_error.ts";
import type { CrashId } from "../../lib/supervision/crash.ts";
import type { Effect, RunEffect } from "../../lib/supervision/effect.ts";
import type { PlanGiven, ProbeAnswer, RequestEvent, TreeEvent } from "../../lib/supervision/event.ts";
import type { Refusal, TeardownCause } from "../../lib/supervision/reason.ts";
import type { HookEnd } from "../../lib/supervision/hook.ts";
import type { Rest } from "../../lib/supervision/rest.ts";
import type { ActorState, Outcome, RunId } from "../../lib/supervision/state.ts";
import type { Told } from "../../lib/supervision/run_word.ts";
import { initialState } from "../../lib/supervision/initial_state.ts";
import { resumedState } from "../../lib/supervision/resumed_state.ts";
import {
  changeBetween,
  decodeChange,
  encodeChange,
  foldChanges,
  wholeOf,
} from "../../lib/supervision/state_change.ts";
import { CoreLoop, type CoreLoopOptions } from "../../lib/simulation/core_loop.ts";
import { nextDate } from "./cron.ts";

/** How the processes of an actor behave. */
export interface Script {
  /** What a spawn comes to: a process, one that has yet to become its program, an error with this text, or nothing until the test says so, and perhaps why. */
  spawn: "ok" | "silent" | "made" | { readonly lack: string; readonly isLasting: boolean } | {
    readonly error: string;
    readonly isFinal?: boolean;
  };
  /** What each probe says: null for ready; "silent" leaves it open. */
  probe: string | null | "silent";
  /** Whether the stop signal ends it. */
  obeys: boolean;
  /** Whether it speaks the protocol of actors, and then whether a cancel ends it. */
  joins: "never" | "obeys" | "ignores";
  /** Whether it leaves descendants behind that only SIGKILL ends; "immortal": not even that; "lost": their ends are not told. */
  leaves: "nothing" | "stubborn" | "immortal" | "lost";
  /** What each hook comes to: an exit code, or nothing until it is ended. */
  hook: number | "silent";
}

interface Process {
  readonly node: NodeId;
  readonly run: RunId;
  alive: boolean;
  cleared: boolean;
}

/** One question to a run. */
export interface Question {
  readonly node: NodeId;
  readonly run: RunId;
  readonly attempt: number;
}

/** See the module. */
export class World extends CoreLoop {
  plan: Plan;
  /** Everything that happened, one line each: effects and journal entries by path. */
  readonly log: string[] = [];
  readonly replies = new Map<number, { ok: boolean; refusal: Refusal | null }>();
  outcome: Outcome | null = null;
  readonly processes: Process[] = [];
  /** Told of every step. */
  onStep: NonNullable<CoreLoopOptions["onStep"]> = () => {};
  /** Crashes that stand still. */
  readonly held = new Map<CrashId, { readonly node: NodeId; readonly run: RunId }>();
  /** How many runs have begun. */
  begun = 0;
  /** Hooks that go on. */
  readonly hooks = new Map<RunId, { readonly node: NodeId; readonly run: RunId; readonly hook: HookName }>();
  /** All that was asked of runs. */
  readonly questions: Question[] = [];
  readonly #scripts = new Map<NodeId, Script>();
  /** What a later supervisor would find. */
  #written: string[];
  #nextRequest = 1;
  #nextCrash = 1;
  #lastRun = 0;

  constructor(plan: Plan, seed = 1) {
    super({
      state: initialState(plan, seed),
      nextDate,
      onStep: (before, event, now, stepped, calendar) => {
        this.onStep(before, event, now, stepped, calendar);
        const change = changeBetween(before, stepped.state);
        if (change !== null) this.#written.push(encodeChange(change));
      },
      perform: (effects) => {
        for (const effect of effects) this.#note(effect);
        for (const effect of effects) this.#perform(effect);
      },
    });
    this.plan = plan;
    this.#written = [encodeChange(wholeOf(this.state))];
  }

  /** The node at `path`, which there must be. */
  id(path: string): NodeId {
    const isKnown = this.state.nodes.has(path as NodeId) || nodeAt(this.plan, path as NodeId) !== undefined;
    assert.ok(isKnown, `no node ${path}`);
    return path as NodeId;
  }

  /** Changes how an actor's processes behave from now on. */
  script(path: string, changes: Partial<Script>): void {
    Object.assign(this.#scriptOf(this.id(path)), changes);
  }

  begin(): this {
    this.send({ type: "begun" });
    return this;
  }

  /** The process of an actor ends by itself, and may have said what its code has failed with. */
  exits(path: string, how: number | Signal = 0, error: ActorError | null = null): void {
    const process = this.processOf(path);
    assert.ok(process, `${path} has no process`);
    this.#end(process, how, error);
  }

  /** The connection to an actor's process is lost. */
  parts(path: string): void {
    const { node, run } = this.processOf(path)!;
    this.send({ type: "parted", node, run });
  }

  /** The state of an actor. */
  actor(path: string): ActorState {
    const node = this.state.nodes.get(this.id(path));
    assert.ok(node?.kind === "actor");
    return node;
  }

  /** The process of an actor tells something of itself. */
  tells(path: string, told: Told): void {
    const { node, run } = this.processOf(path)!;
    this.send({ type: "told", node, run, told });
  }

  /** The last question that the script kept silent about is answered. */
  answers(path: string, answer: ProbeAnswer): void {
    const { phase } = this.actor(path);
    assert.ok(phase.at === "running" && phase.health !== null);
    this.send({ type: "probed", node: this.id(path), run: phase.run, attempt: phase.attempt, answer });
  }

  /** A question is answered, in time, late or once more. */
  answersTo(question: Question, answer: ProbeAnswer): void {
    this.send({ type: "probed", ...question, answer });
  }

  /** Files have changed that an actor may watch. */
  changes(path: string, ...files: readonly string[]): void {
    this.send({ type: "files_changed", node: path as NodeId, files });
  }

  /**
   * The supervisor is killed, and a new one goes on with what the last has written, where there is anything to go on with.
   * Processes may have ended meanwhile: `end` says how, or null. `isOutdated`: the plan has another actor by now. What
   * another plan has no more is ended before.
   */
  resume({ plan = this.plan, end = () => null, isOutdated = () => false, changed = [] }: {
    readonly plan?: Plan;
    readonly end?: (process: Process) => number | Signal | null;
    readonly isOutdated?: (process: Process) => boolean;
    readonly changed?: readonly string[];
  } = {}): boolean {
    const written = [...this.#written, encodeChange(wholeOf(this.state)).slice(0, 20)];
    const folded = foldChanges(written.map(decodeChange).filter((change) => change !== null))!;
    const state = resumedState(plan, folded, this.now);
    if (state === null) return false;
    const decided = foldChanges([decodeChange(encodeChange(wholeOf(this.state)))!])!;
    assert.deepEqual([...folded.nodes], [...decided.nodes], "what is written is what was decided");
    this.held.clear();
    this.hooks.clear();
    this.questions.length = 0;
    // What was yet to be spawned was waiting in the supervisor that is gone, and so was what comes after all.
    for (const { id: node, phase } of this.state.nodes.values()) {
      if (!("run" in phase)) continue;
      const { run } = phase;
      const isThere = this.processes.some((process) => process.run === run && !process.cleared);
      const known = state.nodes.get(node)?.phase;
      const goesOn = phase.at === "stopping" && known !== undefined && "run" in known && known.run === run;
      if (!isThere && !goesOn) this.log.push(`close_run ${node}`);
    }
    this.state = state;
    this.plan = plan;
    for (const process of this.processes) {
      const node = state.nodes.get(process.node);
      if (process.cleared || (node !== undefined && "run" in node.phase && node.phase.run === process.run)) {
        continue;
      }
      Object.assign(process, { alive: false, cleared: true });
      this.log.push(`close_run ${process.node}`);
    }
    this.#written = [encodeChange(wholeOf(state))];
    const known = this.processes.filter((process) => !process.cleared);
    const adopted = new Map(known.map(({ run }) => [run, 1_000 + run]));
    const outdated = new Set(known.filter(isOutdated).map(({ run }) => run));
    this.send({ type: "resumed", adopted, outdated, changed: new Set(changed.map((path) => this.id(path))) });
    for (const process of known) {
      const how = process.alive ? end(process) : null;
      if (how !== null) this.#end(process, how);
    }
    return true;
  }

  /** The tree goes on under another plan. */
  replan(plan: Plan): void {
    this.send({ type: "plan_given", request: null, plan, rolling: false });
    this.plan = this.state.plan;
  }

  /** The same, and somebody waits until it is done. @param rolling Whether replicas go one after the other. */
  apply(plan: Plan, rolling = false): number {
    const request = this.#request({ type: "plan_given", request: null, plan, rolling });
    this.plan = this.state.plan;
    return request;
  }

  start(paths: readonly string[], deps = true): number {
    return this.#request({ type: "start_requested", request: null, nodes: this.ids(paths), deps });
  }

  stop(...paths: readonly string[]): number {
    return this.#request({ type: "stop_requested", request: null, nodes: this.ids(paths) });
  }

  restart(...paths: readonly string[]): number {
    return this.#request({ type: "restart_requested", request: null, nodes: this.ids(paths) });
  }

  restartRolling(...paths: readonly string[]): number {
    return this.#request({ type: "rolling_restart_requested", request: null, nodes: this.ids(paths) });
  }

  halt(...paths: readonly string[]): number {
    return this.#request({ type: "halt_requested", request: null, nodes: this.ids(paths) });
  }

  reset(...paths: readonly string[]): number {
    return this.#request({ type: "reset_requested", request: null, nodes: this.ids(paths) });
  }

  signal(paths: readonly string[], signal: Signal, toAll = false): number {
    const nodes = this.ids(paths);
    return this.#request({ type: "signal_requested", request: null, nodes, signal, toAll });
  }

  exec(path: string): number {
    return this.#request({ type: "exec_requested", request: null, nodes: this.ids([path]), command: "ls" });
  }

  awaitReady(...paths: readonly string[]): number {
    return this.#request({ type: "ready_awaited", request: 0, nodes: this.ids(paths) });
  }

  down(cause: TeardownCause = "down", withinMs: number | null = null): void {
    this.send({ type: "down_requested", request: null, cause, withinMs });
  }

  /** A crash of an actor, or of one below it, is to be held; returns its number. */
  holds(path: string, report = "RangeError: no\n    at f (/a.ts:1:1)", below = ""): CrashId {
    const { node, run } = this.processOf(path)!;
    const id = this.#nextCrash++;
    this.held.set(id, { node, run });
    const actor = `${path}${below}`;
    const crash = { id, actor, pid: 1_000 + run, name: "f", report, inspector: "ws://x" };
    this.send({ type: "held", node, run, crash });
    return id;
  }

  /** A crash is let go; nothing if it is not held any more. */
  letGo(crash: CrashId): void {
    const about = this.held.get(crash);
    if (about === undefined) return;
    this.held.delete(crash);
    this.send({ type: "released", ...about, crash });
  }

  /** Moves time on from deadline to deadline until there is none. */
  override exhaust(): boolean {
    assert.ok(super.exhaust(), "time never comes to rest");
    return true;
  }

  /** What every node is doing. */
  phases(): Record<string, string> {
    return Object.fromEntries(
      [...this.state.nodes.values()].slice(1).map(({ id, phase }) => [id, phase.at]),
    );
  }

  phase(path: string): string {
    return this.state.nodes.get(this.id(path))!.phase.at;
  }

  /** The lines since the last call that speak of one of `kinds`. */
  take(...kinds: readonly string[]): string[] {
    const lines = this.log.splice(0);
    return kinds.length === 0 ? lines : lines.filter((line) => kinds.includes(line.split(" ")[0]!));
  }

  processOf(path: string): Process | undefined {
    const id = this.id(path);
    return this.processes.find((process) => process.node === id && process.alive);
  }

  ids(paths: readonly string[]): readonly NodeId[] {
    return paths.map((path) => this.id(path));
  }

  #request(event: (RequestEvent | PlanGiven) & { request: number | null }): number {
    const request = this.#nextRequest++;
    this.send({ ...event, request } as TreeEvent);
    return request;
  }

  #scriptOf(node: NodeId): Script {
    const known = this.#scripts.get(node);
    if (known !== undefined) return known;
    const script: Script = {
      spawn: "ok",
      probe: null,
      obeys: true,
      joins: "never",
      leaves: "nothing",
      hook: 0,
    };
    this.#scripts.set(node, script);
    return script;
  }

  #note(effect: Effect): void {
    if (effect.type === "record") {
      this.log.push(`#${effect.entry.event} ${effect.entry.node}`);
    } else if ("node" in effect) this.log.push(`${effect.type} ${effect.node}`);
    else this.log.push(effect.type);
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "record":
      case "open_tree":
      case "close_tree":
        return;
      case "reply":
        this.replies.set(effect.request, { ok: effect.ok, refusal: effect.refusal });
        return;
      case "finish":
        this.outcome = effect.outcome;
        return;
      case "let_go":
        return this.letGo(effect.crash);
      default:
        return this.#performOnRun(effect);
    }
  }

  #performOnRun(effect: RunEffect): void {
    const { node, run } = effect;
    const script = this.#scriptOf(node);
    const process = this.processes.find((process) => process.run === run);
    const isHeld = [...this.held.values()].some((held) => held.run === run);
    const isStop = !["spawn", "probe", "hook", "end_hook", "tell", "close_run"].includes(effect.type);
    assert.ok(!isStop || !isHeld, `${effect.type} of a run that is held`);
    if (run > this.#lastRun) this.begun += 1;
    this.#lastRun = Math.max(this.#lastRun, run);
    switch (effect.type) {
      case "hook": {
        const { hook, hookRun } = effect;
        this.hooks.set(hookRun, { node, run, hook });
        this.log.push(`${hook} ${node}`);
        if (script.hook !== "silent") this.hookEnds(hookRun, { how: "exited", code: script.hook });
        return;
      }
      case "end_hook":
        return this.hookEnds(effect.hookRun, { how: "signalled", signal: "SIGTERM" });
      case "spawn":
        if (script.spawn === "ok") return this.spawned(node, run);
        this.log.push(`unspawned ${node}`);
        if (script.spawn === "silent") return;
        if (script.spawn === "made") return this.send({ type: "made", node, run });
        if ("lack" in script.spawn) {
          const { lack: message, isLasting } = script.spawn;
          return this.send({ type: "lacked", node, run, message, isLasting });
        }
        return this.send({
          type: "spawn_failed",
          node,
          run,
          message: script.spawn.error,
          isFinal: script.spawn.isFinal ?? false,
        });
      case "adopt":
        assert.ok(process !== undefined && !process.cleared, "what is adopted is known");
        assert.equal(effect.isOver, !process.alive, "an end is told once");
        return;
      case "abort_spawn":
        if (process !== undefined) return;
        return this.send({ type: "spawn_failed", node, run, message: "called off", isFinal: false });
      case "probe":
        this.questions.push({ node, run, attempt: effect.attempt });
        if (script.probe === "silent") return;
        return this.send({
          type: "probed",
          node,
          run,
          attempt: effect.attempt,
          answer: answerOf(script.probe),
        });
      case "stop_command":
        return this.send({ type: "stop_command_ended", node, run });
      case "cancel":
        assert.ok(effect.withinMs >= 0 && process !== undefined, "a cancel has its time, and a process");
        if (script.joins === "obeys" && process.alive) this.#end(process, 0);
        return;
      case "signal":
        if (script.obeys && process?.alive) this.#end(process, "SIGTERM");
        return;
      case "end_rest":
        if (script.leaves === "nothing") this.#clear(process!);
        return;
      case "leave_rest":
        return this.#clear(process!);
      case "kill_all":
        if (script.leaves === "immortal" || script.leaves === "lost") return;
        if (process?.alive) this.#end(process, "SIGKILL");
        if (process !== undefined) this.#clear(process);
        return;
      case "look":
        return this.send({ type: "looked", node, run, rest: this.#restOf(process, script) });
      case "close_run":
        if (process !== undefined) process.cleared = true;
    }
  }

  /** A hook ends; nothing if it has. */
  hookEnds(hookRun: RunId, end: HookEnd): void {
    const about = this.hooks.get(hookRun);
    if (about === undefined) return;
    this.hooks.delete(hookRun);
    this.send({ type: "hook_ended", ...about, hookRun, end });
  }

  /** The runs that wait for a process, as far as the script keeps silent about them. */
  toBeSpawned(): readonly { readonly node: NodeId; readonly run: RunId }[] {
    return [...this.state.nodes.values()].flatMap(({ id, phase }) =>
      phase.at === "starting" && phase.isSpawned && phase.pid === null ? [{ node: id, run: phase.run }] : []
    );
  }

  #restOf(process: Process | undefined, { leaves }: Script): Rest {
    if (process === undefined || process.cleared || leaves !== "immortal") return { found: "ending" };
    return { found: "survivors", processes: [{ pid: 1_000 + process.run, how: "outlived" }] };
  }

  /** A spawn that the script kept silent about succeeds. */
  spawned(node: NodeId, run: RunId): void {
    this.processes.push({ node, run, alive: true, cleared: false });
    this.send({ type: "spawned", node, run, pid: 1_000 + run });
    if (this.#scriptOf(node).joins !== "never") this.send({ type: "joined", node, run });
  }

  #end(process: Process, how: number | Signal, error: ActorError | null = null): void {
    process.alive = false;
    const held = [...this.held].filter(([, { run }]) => run === process.run).map(([crash]) => crash);
    for (const crash of held) this.held.delete(crash);
    const exit = typeof how === "number"
      ? { how: "exited", code: how } as const
      : { how: "signalled", signal: how } as const;
    const { node, run } = process;
    this.send({ type: "exited", node, run, exit, error });
    for (const crash of held) this.send({ type: "released", node, run, crash });
  }

  #clear(process: Process): void {
    if (process.cleared) return;
    process.cleared = true;
    this.send({ type: "cleared", node: process.node, run: process.run });
  }
}

function answerOf(said: string | null): ProbeAnswer {
  return said === null ? { says: "ready" } : { says: "not_ready", why: said };
}
