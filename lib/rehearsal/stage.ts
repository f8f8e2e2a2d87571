/**
 * The stage on which a tree is rehearsed: a fake machine whose time is moved by hand, the very engine in a process of it, and
 * a cast that does what a script says.
 */
import { after, type Instant, instant } from "../base/instant.ts";
import type { NodeId, Plan } from "../config/plan.ts";
import { chooseLayer } from "../engine/containment/choose_layer.ts";
import type { NextDate } from "../engine/cron_dates.ts";
import type { Engine } from "../engine/engine.ts";
import type { ReadyPatterns } from "../engine/run/ready_patterns.ts";
import type { ResumedTree } from "../engine/survival/resumed_tree.ts";
import type { FakeMachine } from "../host/fake/fake_machine.ts";
import type { FakeProcess } from "../host/fake/fake_process.ts";
import type { Puppet } from "../host/fake/puppet.ts";
import type { Host } from "../host/ports/host.ts";
import { run } from "../scope/run.ts";
import { Facts } from "../simulation/facts.ts";
import { requestEvent } from "../simulation/request_event.ts";
import { isRunLine, type ScriptLine, type ScriptRequest } from "../simulation/script.ts";
import { tooLong } from "../simulation/simulate.ts";
import type { TimedEntry } from "../simulation/trace.ts";
import { initialState } from "../supervision/initial_state.ts";
import type { Entry } from "../supervision/journal_entry.ts";
import { NodeMap } from "../supervision/node_map.ts";
import type { State } from "../supervision/state.ts";
import type { Stepped } from "../supervision/turn.ts";
import type { VirtualClock } from "../testing/virtual_clock.ts";
import { isAtRest } from "./at_rest.ts";
import { Cast } from "./cast.ts";
import { GuardianPart } from "./guardian_part.ts";
import { actorStartedBy, PROGRAMS } from "./puppet_commands.ts";
import { StageNetwork } from "./stage_network.ts";
import { RUN_FOLDER, stagedEngine, STATE_FOLDER } from "./staged_engine.ts";
import type { StagedPlan } from "./staged_plan.ts";

/** The parts of a stage. */
export interface StageOptions {
  readonly clock: VirtualClock;
  readonly machine: FakeMachine;
  /** The plan as its user has it. */
  readonly plan: Plan;
  readonly staged: StagedPlan;
  readonly script: readonly ScriptLine[];
  /** Draws the jitter of backoffs. */
  readonly seed: number;
  /** The date at which the tree begins, in milliseconds since 1970. */
  readonly date: number;
  readonly nextDate: NextDate;
  readonly patterns: ReadyPatterns;
  /** How many entries the course may have. */
  readonly mostEntries: number;
}

/** The programs of the tree: all but the supervisor. */
const OF_TREE: ReadonlySet<string> = new Set(
  Object.values(PROGRAMS).filter((path) => path !== PROGRAMS.supervisor),
);

/** See the module. */
export class Stage {
  readonly #options: StageOptions;
  readonly #cast: Cast;
  readonly #guardian: GuardianPart;
  readonly #alive = new Map<NodeId, number>();
  readonly #facts: Facts = new Facts(this.#alive);
  readonly #entries: TimedEntry[] = [];
  /** How often actors were started under supervisors that had nothing to go on with. */
  readonly #earlier = new Map<NodeId, number>();
  /** The requests that were not answered yet. */
  readonly #open = new Map<number, ScriptRequest>();
  /** Things of the script that have yet to come. */
  #awaited = 0;
  #requests = 0;
  /** How many supervisors there were that had nothing to go on with. */
  #lives = 0;
  /** How many entries there were of trees before the present one. */
  #entriesBefore = 0;
  #state: State;
  /** The process of the supervisor. */
  #supervisor: FakeProcess | null = null;
  /** Null while there is no supervisor. */
  #engine: Engine | null = null;
  #isOver = false;

  constructor(options: StageOptions) {
    const { machine, plan, staged, script, seed } = options;
    this.#options = options;
    this.#state = initialState(staged.plan, seed);
    this.#facts.seeAll(this.#state, this.now);
    for (const folder of [STATE_FOLDER, RUN_FOLDER]) machine.disk.makeFolder(folder, 0o700);
    machine.kernel.onCreate = (created) => this.#appeared(created);
    this.#cast = new Cast({
      machine,
      plan,
      staged: staged.plan,
      script,
      startsOf: (path) => this.startsOf(path),
      schedule: (at, callback) => this.#at(at, callback),
    });
    this.#guardian = new GuardianPart(
      machine,
      staged.plan,
      (orphan) => this.#engine?.reapedElsewhere(orphan),
    );
  }

  get now(): Instant {
    return this.#options.clock.now();
  }

  /** The state of the tree, as its supervisor has it, or the last one had it. */
  get state(): State {
    return this.#state;
  }

  /** That state, as it would be off the stage. */
  get unstagedState(): State {
    const { plan, staged: { unstaged } } = this.#options;
    const { topology, nodes, outcome } = this.#state;
    return {
      ...this.#state,
      plan,
      nodes: NodeMap.of(topology, (id) => withTexts(nodes.get(id)!, unstaged)),
      outcome: withTexts(outcome, unstaged),
    };
  }

  get changes(): Facts["changes"] {
    return this.#facts.changes;
  }

  get entries(): readonly TimedEntry[] {
    return this.#entries;
  }

  /** Whether the supervisor has ended its tree, and itself. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether nothing more would happen by itself. */
  get isAtRest(): boolean {
    if (this.#state.outcome !== null) return true;
    if (this.#awaited > 0 || this.#engine === null || this.#hasUntold()) return false;
    return isAtRest(this.#state, (path) => this.#cast.isWell(path));
  }

  begin(): void {
    this.#startSupervisor(null);
    for (const line of this.#options.script) {
      if (!isRunLine(line)) this.#at(instant(line.atMs), () => this.#befall(line));
    }
  }

  /** How often an actor was started, with the present time: by this its runs are told apart. */
  startsOf(path: NodeId): number {
    return (this.#earlier.get(path) ?? 0) + this.#state.nodes.get(path)!.starts;
  }

  /** The requests that were not answered so far. Those whose supervisor was killed are not among them. */
  unanswered(): readonly ScriptRequest[] {
    return [...this.#open.values()];
  }

  /** Fails if a program of the stage has. */
  assertSound(): void {
    const [error] = this.#options.machine.programErrors;
    if (error !== undefined) throw error;
  }

  /** Calls back at an instant that is worth waiting for; the returned function revokes it. */
  #at(at: Instant, callback: () => void): () => void {
    this.#awaited += 1;
    const revoke = this.#options.clock.schedule(at, () => {
      this.#awaited -= 1;
      callback();
    });
    return () => {
      this.#awaited -= 1;
      revoke();
    };
  }

  #befall(line: Exclude<ScriptLine, { readonly path: NodeId }>): void {
    if (line.kind === "kill_supervisor") return this.#killSupervisor(line.forMs);
    const engine = this.#engine;
    if (engine === null) return;
    const number = ++this.#requests;
    this.#open.set(number, line.request);
    void engine.ask(requestEvent(line.request, number)).then(() => this.#open.delete(number));
  }

  #startSupervisor(resumed: ResumedTree | null): void {
    const { machine } = this.#options;
    machine.install(PROGRAMS.supervisor, (self) => this.#supervise(self, resumed));
    const { pid } = machine.host.processes.spawn({
      argv: [PROGRAMS.supervisor],
      env: {},
      cwd: "/",
      stdin: null,
      output: "inherit",
    });
    this.#supervisor = machine.kernel.find(pid)!;
  }

  async #supervise(self: Puppet, resumed: ResumedTree | null): Promise<void> {
    const { staged: { plan }, seed, nextDate, patterns } = this.#options;
    const host = this.#hostOf(self);
    const instance = `stage-${this.#lives}`;
    const { engine, runtime } = stagedEngine({
      plan,
      host: { ...host, randomSeed: () => seed },
      layer: chooseLayer(host, instance, "subreaper"),
      markOf: (run) => `${instance}.${run}`,
      company: [],
      patterns,
      nextDate,
      resumed,
      survival: this.#guardian.survivalOn(host, instance),
      onStep: (before, stepped) => this.#stepped(before, stepped),
    });
    this.#engine = engine;
    this.#state = engine.state;
    this.#facts.seeAll(this.#state, this.now);
    await run(() => runtime.run(() => engine.run()), { clock: host.clock, name: "supervisor" });
    this.#isOver = true;
  }

  /** The machine as a supervisor sees it, at the date of the tree. */
  #hostOf(self: Puppet): Host {
    const { machine, clock, date } = this.#options;
    return {
      ...machine.hostOf(self),
      wallClock: () => date + clock.now(),
      network: new StageNetwork(machine.network, (question) => this.#cast.answer(question)),
    };
  }

  #stepped(before: State, { state, effects }: Stepped): void {
    const { now } = this;
    this.#state = state;
    this.#facts.stepped(before, state, now, effects);
    for (const effect of effects) if (effect.type === "record") this.#record(effect.entry, now);
    if (this.#entries.length > this.#options.mostEntries) throw tooLong(this);
  }

  #record({ seq, cause, ...entry }: Entry, atMs: number): void {
    const { unstaged } = this.#options.staged;
    const before = this.#entriesBefore;
    this.#entries.push({
      ...entry,
      data: withTexts(entry.data, unstaged),
      seq: seq + before,
      cause: cause === null ? null : cause + before,
      atMs,
    } as TimedEntry);
  }

  #killSupervisor(forMs: number): void {
    if (this.#engine === null || this.#state.outcome !== null) return;
    this.#engine = null;
    this.#open.clear();
    this.#options.machine.kernel.end(this.#supervisor!, { how: "signalled", signal: "SIGKILL" });
    this.#guardian.supervisorDied(OF_TREE);
    this.#at(after(this.now, forMs), () => this.#comeBack());
  }

  /** Another supervisor goes on, or begins anew where nothing was to be kept. */
  #comeBack(): void {
    const resumed = this.#guardian.resumed();
    if (resumed === null) {
      for (const { id, starts } of this.#state.nodes.values()) {
        this.#earlier.set(id, (this.#earlier.get(id) ?? 0) + starts);
      }
      this.#lives += 1;
      this.#entriesBefore += this.#state.seq;
    }
    this.#startSupervisor(resumed);
  }

  /** Counts the main processes of actors. */
  #appeared({ image, onEnd }: FakeProcess): void {
    const path = actorStartedBy(image.argv);
    if (path === null) return;
    const count = (by: number) => this.#alive.set(path, (this.#alive.get(path) ?? 0) + by);
    count(1);
    if (this.#alive.get(path)! > 1) this.#facts.see(this.#state, path, this.now);
    onEnd.add(() => {
      count(-1);
      if (this.#engine === null) this.#facts.see(this.#state, path, this.now);
    });
  }

  /** Whether a process of an actor has ended, and the supervisor has yet to hear of it. */
  #hasUntold(): boolean {
    for (const { kind, id, phase } of this.#state.nodes.values()) {
      if (kind === "actor" && phase.at === "running" && (this.#alive.get(id) ?? 0) === 0) return true;
    }
    return false;
  }
}

/** Data with other texts in it. */
function withTexts<Data>(data: Data, text: (text: string) => string): Data {
  if (typeof data === "string") return text(data) as Data;
  if (Array.isArray(data)) return data.map((part) => withTexts(part, text)) as Data;
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, part]) => [name, withTexts(part, text)]),
  ) as Data;
}
