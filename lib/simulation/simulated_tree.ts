/**
 * A tree whose processes are data: they do what a script says, on a clock that is moved by hand, and the core decides about
 * them as it does in production. PURE.
 */
import { after, type Instant, instant, latest, NEVER } from "../base/instant.ts";
import { TimerQueue } from "../base/timer_queue.ts";
import { type ActorSpec, type NodeId, outlivesSupervisor, type Plan } from "../config/plan.ts";
import type { Signal } from "../base/signals.ts";
import type { Calendar } from "../supervision/calendar.ts";
import type { Effect, RunEffect } from "../supervision/effect.ts";
import type { TreeEvent } from "../supervision/event.ts";
import type { Exit } from "../supervision/exit.ts";
import { initialState } from "../supervision/initial_state.ts";
import { resumedState } from "../supervision/resumed_state.ts";
import type { ActorState, RunId, State } from "../supervision/state.ts";
import { decodeChange, encodeChange, foldChanges, wholeOf } from "../supervision/state_change.ts";
import { Answers } from "./answers.ts";
import { type Behaviour, Behaviours, heeds, ORPHANED } from "./behaviour.ts";
import { CoreLoop } from "./core_loop.ts";
import { Facts } from "./facts.ts";
import { Hooks } from "./hooks.ts";
import { Ports, portsOf } from "./ports.ts";
import type { Puppet } from "./puppet.ts";
import { asRecorded, isOnCourse, OFF_COURSE_MS, wasKilledAfterwards } from "./recorded/on_course.ts";
import type { Recording } from "./recorded/recording.ts";
import { type RecordedTick, RecordedTicks } from "./recorded/recorded_ticks.ts";
import { Redraw } from "./recorded/redraw.ts";
import { CANNOT_START, takenPort } from "./refusals.ts";
import { requestEvent } from "./request_event.ts";
import { exitOf, isRunLine, type ScriptLine, type ScriptRequest } from "./script.ts";
import type { TimedEntry, Trace } from "./trace.ts";

/** The beginning of a simulation. */
export interface SimulatedTreeOptions {
  readonly plan: Plan;
  readonly script: readonly ScriptLine[];
  /** Draws the jitter of backoffs. @default 1 */
  readonly seed?: number;
  /** The date at which the tree begins, in milliseconds since 1970. @default 2026-01-01, UTC */
  readonly date?: number;
  readonly nextDate?: Calendar["next"];
  /** A life that goes on as it went, as long as the plan has it so: its runs take the place of what the script says. */
  readonly recording?: Recording;
  /** Whether each check of health is answered for itself, which costs more and comes to the same. */
  readonly answersAll?: boolean;
}

/** A run whose process is on its way. */
interface Spawning {
  readonly effect: Extract<RunEffect, { type: "spawn" }>;
  readonly behaviour: Behaviour;
}

/** Numbers of processes that do not look like those of a real machine. */
const FIRST_PID = 1_000;

/** See the module. */
export class SimulatedTree {
  readonly #loop: CoreLoop;
  readonly #queue = new TimerQueue();
  readonly #behaviours: Behaviours;
  readonly #processes = new Map<RunId, Puppet>();
  readonly #alive = new Map<NodeId, number>();
  /** How often actors were started under supervisors that had nothing to go on with. */
  readonly #earlier = new Map<NodeId, number>();
  readonly #hooks: Hooks;
  readonly #answers: Answers;
  readonly #ports = new Ports();
  readonly #ticks: RecordedTicks | null;
  /** Processes that have ended without a supervisor, whose end the next one is yet to hear of. */
  readonly #toTell: Puppet[] = [];
  /** Those of them that are made as soon as all that has happened is taken. */
  readonly #toSpawn: RunId[] = [];
  /** Runs whose process is on its way. */
  readonly #spawning = new Map<RunId, Spawning>();
  readonly #entries: TimedEntry[] = [];
  readonly #facts: Facts = new Facts(this.#alive);
  #pids = FIRST_PID;
  #requests = 0;
  /** The requests that were not answered yet. */
  readonly #open = new Map<number, ScriptRequest>();
  #isDown = false;
  /** When the present supervisor came, if there was one before. */
  #cameAt: Instant = instant(0);
  #seed: number;

  constructor(
    { plan, script, seed = 1, date, nextDate, recording, answersAll = false }: SimulatedTreeOptions,
  ) {
    this.#behaviours = new Behaviours(script, recording?.runs);
    const redraw = recording === undefined ? null : new Redraw(recording.delays);
    const now = () => this.now;
    const send = (event: TreeEvent) => this.#send(event);
    const at = (at: Instant, callback: () => void) => this.#at(at, callback);
    this.#hooks = new Hooks({
      now,
      send,
      at,
      actIfDue: () => {
        if (!this.#isDown && this.#loop.due <= this.now) this.#loop.send({ type: "time_passed" });
      },
    });
    this.#answers = new Answers({
      now,
      cameAt: () => this.#cameAt,
      ports: this.#ports,
      answersAll,
      recordedToMs: recording?.entries.at(-1)?.atMs ?? 0,
      actor: (id) => this.#actor(id),
      send,
      whileAlive: (puppet, at, callback) => this.#whileAlive(puppet, at, callback),
    });
    this.#seed = seed;
    this.#loop = new CoreLoop({
      state: initialState(plan, seed),
      ...(date === undefined ? {} : { date0: date }),
      ...(redraw === null ? {} : { redraw: (before, stepped) => redraw.of(before, stepped) }),
      ...(nextDate === undefined ? {} : { nextDate }),
      dueFirst: recording === undefined,
      perform: (effects) => {
        for (const effect of effects) this.#perform(effect);
      },
      onTaken: () => this.#goOn(),
      onStep: (before, _event, now, { state, effects }) => this.#facts.stepped(before, state, now, effects),
    });
    this.#facts.seeAll(this.state, this.now);
    for (const line of script) {
      if (!isRunLine(line)) this.#at(instant(line.atMs), () => this.#befall(line));
    }
    this.#ticks = recording === undefined ? null : new RecordedTicks(plan, recording.entries);
    for (const tick of this.#ticks?.all ?? []) this.#at(instant(tick.atMs), () => this.#strike(tick));
    for (const { atMs, event } of recording?.asked ?? []) this.#at(instant(atMs), () => this.#send(event));
    for (const { atMs, forMs } of recording?.deaths ?? []) {
      this.#at(instant(atMs), () => this.#befall({ kind: "kill_supervisor", atMs, forMs }));
    }
  }

  get state(): State {
    return this.#loop.state;
  }

  get now(): Instant {
    return this.#loop.now;
  }

  /** The date now, in milliseconds since 1970. */
  get date(): number {
    return this.#loop.date;
  }

  /** When anything happens next; `NEVER` if nothing does. */
  get due(): Instant {
    const queued = this.#queue.next();
    if (this.#isDown) return queued;
    const { due } = this.#loop;
    return instant(Math.min(queued, this.#ticks?.timeFor(this.state, due, this.now) ?? due));
  }

  /** The decisions so far. */
  get entries(): readonly TimedEntry[] {
    return this.#entries;
  }

  /** How many main processes of an actor are alive. */
  processesOf(path: NodeId): number {
    return this.#alive.get(path) ?? 0;
  }

  /** How often an actor was started, with the present time: by this its runs are told apart. */
  startsOf(path: NodeId): number {
    return (this.#earlier.get(path) ?? 0) + this.#actor(path).starts;
  }

  begin(): void {
    this.#loop.send({ type: "begun" });
  }

  /** Moves time to the next thing that happens, if that is not after `until`. @returns Whether there was one. */
  next(until: Instant): boolean {
    const { due } = this;
    if (due > until || due === NEVER) return false;
    if (due > this.#loop.now) this.#loop.now = due;
    const callback = this.#queue.takeDue(due);
    if (callback !== null) callback();
    else this.#loop.send({ type: "time_passed" });
    return true;
  }

  /** Moves time to `until`. */
  advanceTo(until: Instant): void {
    while (this.next(until));
    this.#loop.now = until;
  }

  /** Somebody asks for something; nobody does while there is no supervisor. */
  request(request: ScriptRequest): void {
    if (this.#isDown) return;
    const number = ++this.#requests;
    this.#open.set(number, request);
    this.#loop.send(requestEvent(request, number));
  }

  /** The requests that were not answered so far. Those whose supervisor was killed are not among them. */
  unanswered(): readonly ScriptRequest[] {
    return [...this.#open.values()];
  }

  /** The course of the tree so far. */
  trace(): Trace {
    return {
      plan: this.state.plan,
      changes: this.#facts.changes,
      entries: this.#entries,
      untilMs: this.now,
      outcome: this.state.outcome,
    };
  }

  /** Acts upon a limit when it was acted upon. */
  #strike(tick: RecordedTick): void {
    const due = this.#isDown ? null : this.#ticks!.dueAt(tick, this.state, this.now);
    if (due === null) return;
    this.#loop.now = latest(this.now, due);
    this.#loop.send({ type: "time_passed" });
  }

  #befall(line: Exclude<ScriptLine, { readonly path: NodeId }>): void {
    if (line.kind === "request") return this.request(line.request);
    if (this.#isDown || this.state.outcome !== null) return;
    this.#isDown = true;
    this.#open.clear();
    for (const puppet of this.#processes.values()) {
      if (!puppet.survives) this.#end(puppet, { how: "signalled", signal: "SIGKILL" });
      else if (puppet.spec.kind === "module") this.#orphan(puppet);
    }
    this.#hooks.clear();
    this.#spawning.clear();
    this.#toSpawn.length = 0;
    this.#at(after(this.now, line.forMs), () => this.#comeBack());
  }

  /** A module ends with the supervisor that it has joined. */
  #orphan(puppet: Puppet): void {
    if (puppet.behaviour.recorded !== null) return;
    this.#stop(puppet, null);
    this.#whileAlive(puppet, after(this.now, ORPHANED.ms), () => this.#end(puppet, exitOf(ORPHANED.how)));
  }

  /** Another supervisor goes on, or begins anew where nothing was to be kept: then it ends what is left first. */
  #comeBack(): void {
    const { state } = this;
    const saved = foldChanges([decodeChange(encodeChange(wholeOf(state)))!])!;
    const resumed = outlivesSupervisor(state.plan) ? resumedState(state.plan, saved, this.now) : null;
    const places = new Map([...state.nodes.keys()].map((id, index) => [id, index]));
    const known = [...this.#processes.values()].filter(({ survives }) => survives)
      .toSorted((one, other) => places.get(one.node)! - places.get(other.node)!);
    for (const { run, survives } of this.#processes.values()) if (!survives) this.#processes.delete(run);
    if (resumed === null) {
      for (const puppet of known) {
        this.#end(puppet, { how: "signalled", signal: "SIGKILL" });
        this.#processes.delete(puppet.run);
      }
      this.#isDown = false;
      for (const { id, starts } of state.nodes.values()) {
        this.#earlier.set(id, (this.#earlier.get(id) ?? 0) + starts);
      }
      this.#replace({ ...initialState(state.plan, this.#seed), seq: state.seq, runs: state.runs });
      return this.begin();
    }
    this.#isDown = false;
    this.#cameAt = this.now;
    this.#replace(resumed);
    for (const puppet of known) puppet.healthChanges = this.#healthChangesOf(puppet);
    const adopted = new Map(known.map(({ run, pid }) => [run, pid]));
    this.#toTell.push(...known.filter(({ exit, isToldOf }) => exit !== null && !isToldOf));
    this.#loop.send({ type: "resumed", adopted, outdated: new Set(), changed: new Set() });
  }

  /** How many there have been by now, whether anybody has seen them or not. */
  #healthChangesOf({ behaviour: { recorded } }: Puppet): number {
    return recorded === null ? 0 : recorded.health.filter(({ atMs }) => atMs < this.now).length;
  }

  #replace(state: State): void {
    this.#loop.state = state;
    this.#facts.seeAll(state, this.now);
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "record":
        this.#entries.push({ ...effect.entry, atMs: this.now });
        return;
      case "open_tree":
      case "close_tree":
      case "let_go":
      case "finish":
        return;
      case "reply":
        this.#open.delete(effect.request);
        return;
      default:
        return this.#performOnRun(effect);
    }
  }

  #performOnRun(effect: RunEffect): void {
    const { node, run } = effect;
    const puppet = this.#processes.get(run);
    switch (effect.type) {
      case "spawn":
        return this.#spawn(effect);
      case "hook":
        return this.#hooks.run(effect, this.#behaviours.of(effect.spec, this.startsOf(node)));
      case "end_hook":
        return this.#hooks.end(effect.hookRun, { how: "signalled", signal: "SIGTERM" });
      case "adopt":
        return;
      case "abort_spawn":
        if (puppet === undefined) this.#abort(node, run);
        return;
      case "probe":
        if (puppet !== undefined) this.#answers.ask(puppet, effect);
        return;
      case "stop_command":
        this.#send({ type: "stop_command_ended", node, run });
        return this.#stop(puppet, effect.stop.signal);
      case "cancel":
        return this.#stop(puppet, null);
      case "signal":
        return this.#stop(puppet, effect.stop.signal);
      case "tell":
        if (puppet !== undefined && heeds(puppet.spec, effect.signal)) this.#stop(puppet, effect.signal);
        return;
      case "end_rest":
      case "leave_rest":
        if (!wasKilledAfterwards(puppet?.behaviour.recorded ?? null)) this.#clear(node, run);
        return;
      case "kill_all":
        if (puppet !== undefined) this.#kill(puppet);
        return this.#clear(node, run);
      case "look":
        return this.#look(node, run, puppet);
      case "close_run":
        this.#processes.delete(run);
        return;
    }
  }

  #spawn(effect: Spawning["effect"]): void {
    const { node, run, spec } = effect;
    const spawning = { effect, behaviour: this.#behaviours.of(spec, this.startsOf(node)) };
    const { recorded } = spawning.behaviour;
    this.#spawning.set(run, spawning);
    if (recorded === null) return void this.#toSpawn.push(run);
    const at = recorded.startedAt ?? recorded.failure?.atMs ?? null;
    // Nothing came of it as long as anybody looked.
    if (at === null) return;
    this.#at(asRecorded(this.now, at), () => {
      if (this.#spawning.delete(run)) this.#bringForth(spawning);
    });
  }

  /**
   * All that has happened is taken. Processes are made then: one that is called off by then never is. After those, the ends
   * are told that nobody has heard of who was there before: last words go before.
   */
  #goOn(): boolean {
    const runs = this.#toSpawn.splice(0);
    const spawnings = runs.flatMap((run) => this.#spawning.get(run) ?? []);
    for (const run of runs) this.#spawning.delete(run);
    // A refusal is heard of after those that were made in the same breath.
    const failures = spawnings.map((spawning) => this.#make(spawning));
    for (const failure of failures) if (failure !== null) this.#send(failure);
    if (runs.length > 0) return true;
    const ended = this.#toTell.splice(0);
    for (const puppet of ended) this.#tellEnd(puppet);
    return ended.length > 0;
  }

  /** A process that is there already, because it came too late to be called off, is told of. */
  #abort(node: NodeId, run: RunId): void {
    const spawning = this.#spawning.get(run);
    this.#spawning.delete(run);
    const recorded = spawning?.behaviour.recorded ?? null;
    const cameTooLate = recorded !== null && recorded.exit !== null;
    if (spawning !== undefined && cameTooLate) return this.#bringForth(spawning);
    const clearedAt = recorded?.clearedAt ?? null;
    const ms = clearedAt === null ? 0 : Math.max(0, clearedAt - (recorded!.askedAt ?? clearedAt));
    this.#at(asRecorded(after(this.now, ms), clearedAt), () => {
      this.#send({ type: "spawn_failed", node, run, message: "called off", isFinal: false });
    });
  }

  #bringForth(spawning: Spawning): void {
    const failure = this.#make(spawning);
    if (failure !== null) this.#send(failure);
  }

  /** Makes a process. @returns The failure, if that cannot be. */
  #make({ effect: { node, run, spec, survives }, behaviour }: Spawning): TreeEvent | null {
    const failure = this.#whyNot(spec, behaviour);
    if (failure !== null) return { type: "spawn_failed", node, run, ...failure };
    const { own, asked } = portsOf(this.state.plan);
    const since = this.now;
    const puppet: Puppet = {
      node,
      run,
      pid: this.#pids++,
      spec,
      behaviour,
      since,
      survives,
      port: own.get(node) ?? null,
      asks: asked.get(node) ?? null,
      exit: null,
      endedAt: NEVER,
      error: null,
      isToldOf: false,
      isStopping: false,
      isToClear: false,
      healthChanges: 0,
      timers: new Set(),
    };
    this.#processes.set(run, puppet);
    this.#alive.set(node, this.processesOf(node) + 1);
    if (this.processesOf(node) > 1) this.#facts.see(this.state, node, this.now);
    this.#send({ type: "spawned", node, run, pid: puppet.pid });
    if (behaviour.recorded?.hadJoined ?? spec.kind === "module") this.#send({ type: "joined", node, run });
    this.#live(puppet);
    return null;
  }

  /** Why a process cannot be started; null if it can. */
  #whyNot(
    spec: ActorSpec,
    { isMissing, recorded }: Behaviour,
  ): { readonly message: string; readonly isFinal: boolean } | null {
    if (recorded !== null) return recorded.failure;
    const port = portsOf(this.state.plan).own.get(spec.path) ?? null;
    const isTaken = port !== null && this.#ports.isTaken(port);
    if (!isTaken && !isMissing) return null;
    const { file, line } = spec.at;
    return { message: `${isTaken ? takenPort(spec) : CANNOT_START} (${file}:${line})`, isFinal: false };
  }

  #live(puppet: Puppet): void {
    const { behaviour, since, port } = puppet;
    if (port !== null && behaviour.readyMs < behaviour.hangMs) {
      this.#whileAlive(puppet, after(since, behaviour.readyMs), () => this.#listen(puppet, port));
    }
    const { end } = behaviour;
    if (end !== null && end.atMs < behaviour.hangMs) {
      const at = asRecorded(after(since, end.atMs), behaviour.recorded?.exit?.atMs ?? null);
      this.#whileAlive(puppet, at, () => this.#end(puppet, exitOf(end.how)));
    }
    if (behaviour.recorded === null) this.#answers.feedWatchdog(puppet);
    else if (puppet.spec.health?.probe === null) this.#answers.tellHealth(puppet, behaviour.recorded);
  }

  #listen(puppet: Puppet, port: number): void {
    if (this.#ports.isTaken(port)) this.#end(puppet, { how: "exited", code: 1 });
    else this.#ports.listen(port, puppet.run);
  }

  #actor(id: NodeId): ActorState {
    return this.state.nodes.get(id) as ActorState;
  }

  #stop(puppet: Puppet | undefined, signal: Signal | null): void {
    if (puppet === undefined || puppet.exit !== null) return;
    const { behaviour: { stop, hangMs, recorded }, since } = puppet;
    if (signal === "SIGKILL" && recorded === null) return this.#end(puppet, { how: "signalled", signal });
    if (puppet.isStopping || stop.ms === Infinity || this.now - since >= hangMs) return;
    puppet.isStopping = true;
    const how = stop.how ?? signal ?? 0;
    const at = asRecorded(after(this.now, stop.ms), recorded?.exit?.atMs ?? null);
    this.#whileAlive(puppet, at, () => this.#end(puppet, exitOf(how)));
  }

  #kill(puppet: Puppet): void {
    const { recorded } = puppet.behaviour;
    const killed = recorded?.killedAt ?? null;
    const at = killed === null || recorded!.exit === null
      ? this.now
      : asRecorded(after(this.now, recorded!.exit.atMs - killed), recorded!.exit.atMs);
    this.#whileAlive(puppet, at, () => this.#end(puppet, { how: "signalled", signal: "SIGKILL" }));
  }

  /** Looks at a run that was killed, and finds what was found then. */
  #look(node: NodeId, run: RunId, puppet: Puppet | undefined): void {
    const found = puppet?.behaviour.recorded?.looks.find(({ atMs }) => atMs >= this.now - OFF_COURSE_MS);
    if (found === undefined) return this.#send({ type: "looked", node, run, rest: { found: "ending" } });
    this.#at(instant(found.atMs), () => {
      this.#send({ type: "looked", node, run, rest: found.rest });
    });
  }

  #end(puppet: Puppet, exit: Exit): void {
    if (puppet.exit !== null) return;
    const { recorded } = puppet.behaviour;
    const known = recorded?.exit ?? null;
    const isKnown = known !== null && isOnCourse(known.atMs, this.now);
    puppet.exit = isKnown ? known.exit : exit;
    puppet.endedAt = this.now;
    puppet.error = isKnown ? known.error : null;
    for (const timer of puppet.timers) this.#queue.revoke(timer);
    this.#alive.set(puppet.node, this.processesOf(puppet.node) - 1);
    this.#ports.leave(puppet.run);
    if (this.#isDown) this.#facts.see(this.state, puppet.node, this.now);
    else this.#tellEnd(puppet);
  }

  #tellEnd(puppet: Puppet): void {
    const { node, run, exit, error, isToClear } = puppet;
    puppet.isToldOf = true;
    this.#send({ type: "exited", node, run, exit: exit!, error });
    if (isToClear) this.#send({ type: "cleared", node, run });
  }

  #clear(node: NodeId, run: RunId): void {
    const puppet = this.#processes.get(run);
    if (puppet === undefined) return;
    const recorded = puppet.behaviour.recorded;
    if (recorded === null) {
      if (this.#toTell.includes(puppet)) puppet.isToClear = true;
      else this.#send({ type: "cleared", node, run });
      return;
    }
    const { clearedAt, looks } = recorded;
    // Something has survived, as far as anybody could see.
    if (clearedAt === null && looks.length > 0) return;
    const endedAt = Math.max(recorded.exit?.atMs ?? 0, recorded.killedAt ?? 0);
    const due = clearedAt === null ? this.now : after(this.now, Math.max(0, clearedAt - endedAt));
    this.#at(asRecorded(due, clearedAt), () => this.#tellClear(puppet));
  }

  #tellClear(puppet: Puppet): void {
    if (puppet.exit === null) puppet.isToClear = true;
    else this.#send({ type: "cleared", node: puppet.node, run: puppet.run });
  }

  /** An event of the machine; nobody hears it while there is no supervisor. */
  #send(event: TreeEvent): void {
    if (!this.#isDown) this.#loop.send(event);
  }

  #at(at: Instant, callback: () => void): void {
    this.#queue.add(at, callback);
  }

  /** Calls back at once if it is time. Events that were recorded keep their order. */
  #whileAlive(puppet: Puppet, at: Instant, callback: () => void): void {
    if (at <= this.now && puppet.behaviour.recorded === null) return callback();
    if (at === NEVER) return;
    const timer = this.#queue.add(at, () => {
      puppet.timers.delete(timer);
      callback();
    });
    puppet.timers.add(timer);
  }
}
