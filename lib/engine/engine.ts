/**
 * The shell around the supervision core: one loop that takes an event, asks the core, and performs what it says.
 *
 * Everything that happens enters the one inbox, so that its order is decided once. A performed effect decides nothing, and
 * its result comes back as an event. The loop and everything that it starts are tasks of one run: a nursery for each tree, in
 * the nursery of the tree around it, and in it a task for each run of an actor.
 *
 * Invariants:
 * 1. No task of the engine outlives `run`, and no process that it started does, also if the loop itself fails.
 * 2. `perform` has no ifs about policy.
 * 3. Listeners are told the decisions of the core, in the same order.
 */
import { type Masker, maskerFor } from "../config/mask.ts";
import { maskEvent } from "./mask_event.ts";
import { type GroupLimits, type NodeId, type Plan, ROOT } from "../config/plan.ts";
import { isDead, presentRow } from "../host/alive.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessId, ProcessRow, ReapedOrphan } from "../host/ports/processes.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { Event } from "../sync/event.ts";
import { CancelScope } from "../scope/cancel_scope.ts";
import { openNursery } from "../scope/nursery.ts";
import { checkpoint } from "../scope/park.ts";
import { sleepForever } from "../scope/sleep.ts";
import { NO_CALENDAR } from "../supervision/calendar.ts";
import type { Effect } from "../supervision/effect.ts";
import type { Entry, EntryData } from "../supervision/journal_entry.ts";
import type { Noted, PlanGiven, RequestEvent, TreeEvent } from "../supervision/event.ts";
import type { Refusal } from "../supervision/reason.ts";
import type { Outcome, RunId, State } from "../supervision/state.ts";
import { initialState } from "../supervision/initial_state.ts";
import { nextDeadline, step } from "../supervision/step.ts";
import type { Stepped } from "../supervision/turn.ts";
import { Alerts } from "./alerts/alerts.ts";
import { loadCronDates, type NextDate } from "./cron_dates.ts";
import { DateKeeper } from "./date_keeper.ts";
import { limitErrorOf } from "../base/limit_error.ts";
import { Containment } from "./containment/containment.ts";
import { FileWatch } from "./watching/file_watch.ts";
import { ExitWatch } from "./survival/exit_watch.ts";
import { Isolators, type IsolatorsOptions } from "./isolator/isolators.ts";
import { endUnheard } from "./isolator/end_unheard.ts";
import { Errands } from "./run/errands.ts";
import { Guests } from "./run/guests.ts";
import { Environments } from "./environment.ts";
import { Inbox } from "./inbox.ts";
import { HeldCrashes } from "./run/held_crashes.ts";
import type { HeldSockets } from "./run/held_sockets.ts";
import { survivorOf, sweepAll, untilNone } from "./containment/final_sweep.ts";
import { compilePatterns, type LinePattern, type ReadyPatterns } from "./run/ready_patterns.ts";
import { openAccount, type StopAccount } from "./containment/account.ts";
import type { Layer, LayerName } from "./containment/layer.ts";
import { controllersFor, describeUnkept } from "./limits/actor_limits.ts";
import { unkeptOf } from "./limits/keep_limits.ts";
import { type Counts, Ledger, type ReceiptLine, type Survivor } from "./containment/ledger.ts";
import { lookOut } from "./containment/lookout.ts";
import type { MainProcess } from "./run/main_process.ts";
import type { JoinPoint } from "./run/membership.ts";
import { Orphanage } from "./containment/orphanage.ts";
import { Performer } from "./performer.ts";
import type { LogLine } from "./logs/log_format.ts";
import { readTail } from "./logs/log_tail.ts";
import { logFileOf } from "./state_folder.ts";
import type { JournalEntry } from "./journal/journal.ts";
import { type Listener, Recorder } from "./journal/recorder.ts";
import type { ResumedTree } from "./survival/resumed_tree.ts";
import { RunPipes } from "./survival/run_pipes.ts";
import type { Survival } from "./survival/survival.ts";

/** How long those may take to reap who are to tell us of deaths. */
const REAPING_MS = 5_000;

/** How many events are taken until others have their turn. */
const MOST_IN_A_ROW = 64;

const TIME_PASSED: TreeEvent = { type: "time_passed" };

/** The parts of this program that isolators need. */
export type Isolation = Pick<IsolatorsOptions, "system" | "runtime" | "selfCommand" | "openFilesLimit">;

/** The parts and settings of an engine. */
export interface EngineOptions {
  /** The plan that a tree begins with; from then on the plan is in the state of the tree. */
  readonly plan: Plan;
  readonly host: Host;
  /** Where logs and the journal go. */
  readonly folder: string;
  /** The sockets that actors listen at, open. */
  readonly sockets: HeldSockets;
  /** The environment that actors inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The mark of a run. */
  readonly markOf: (run: RunId) => string;
  /** The control socket, for the actors to find; null if there is none. */
  readonly socket: string | null;
  /** Where what speaks the protocol of actors joins; null for nowhere. */
  readonly joinPoint: JoinPoint | null;
  /** The parts that isolators are made of. */
  readonly isolation: Isolation;
  /** How the processes of a run are held together. */
  readonly layer: Layer;
  /** The processes of supervise beside this one. */
  readonly company: readonly ProcessId[];
  /** A folder of the tree's own that goes with it. */
  readonly runFolder: string;
  /** Says the reason of an entry in words, for those who are told of it. */
  readonly worded: (entry: JournalEntry) => JournalEntry;
  /** The patterns that lines of actors are compared with. */
  readonly patterns: ReadyPatterns;
  /** When the cron expressions of the plan come. */
  readonly nextDate: NextDate;
  /** Null if nothing of the tree is to outlive its supervisor. */
  readonly survival: Survival | null;
  /** The tree that an earlier supervisor has left; null for a tree that begins. */
  readonly resumed: ResumedTree | null;
  /** Told when all that an earlier supervisor has left is in its hands. */
  readonly onBegun?: () => void;
  /** Told of each step, before its effects are performed. */
  readonly onStep?: (before: State, stepped: Stepped) => void;
}

/** The result of a request. */
export interface EngineReply {
  readonly ok: boolean;
  /** Why it was not even tried; null if it was. */
  readonly refusal: Refusal | null;
}

/** The end of a tree. */
export interface EngineEnd {
  readonly outcome: Outcome;
  /** The latest of the processes that were seen: a thousand at most. */
  readonly processes: readonly ReceiptLine[];
  /** How many were seen, and how they ended. */
  readonly counts: Counts;
  /** The processes that could not be ended. */
  readonly survivors: readonly Survivor[];
  /** The processes that were left running on purpose. */
  readonly leftOnPurpose: readonly Survivor[];
  /** The layer that contained its processes. */
  readonly containment: LayerName;
}

/** A request without the number that its answer is known by. */
export type EngineRequest = {
  [Type in AskedEvent["type"]]: Omit<Extract<AskedEvent, { type: Type }>, "request">;
}[AskedEvent["type"]];

type AskedEvent = RequestEvent | PlanGiven;

/** See the module. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #inbox: Inbox<TreeEvent>;
  readonly #masker: Masker;
  readonly #environments: Environments;
  readonly #ledger: Ledger;
  readonly #containment: Containment;
  readonly #recorder: Recorder;
  /** The commands that clients run beside actors. */
  readonly guests: Guests;
  /** Where the actors of the tree have their crashes held. */
  readonly crashes: HeldCrashes;
  readonly #answers = new Map<number, (reply: EngineReply) => void>();
  #state: State;
  readonly #exits: ExitWatch;
  readonly #pipes: RunPipes;
  readonly #isolators: Isolators;
  readonly #files: FileWatch;
  readonly #alerts: Alerts;
  readonly #errands: Errands;
  /** Those of all plans so far. */
  readonly #patterns: Map<string, LinePattern>;
  #nextDate: NextDate;
  readonly #dates: DateKeeper;
  /** Null before the tree has begun. */
  #performer: Performer | null = null;
  #hasLetGo = false;
  #requests = 0;
  #planTaken = new Event();
  /** Events that do nothing, and who waits until all before them is taken. */
  readonly #marks = new WeakMap<TreeEvent, Event>();
  #death = new Event();

  constructor(options: EngineOptions) {
    const { plan, host, folder } = options;
    this.#options = options;
    this.#inbox = new Inbox(host.clock);
    this.#patterns = new Map(options.patterns);
    this.#nextDate = options.nextDate;
    this.#masker = maskerFor(plan);
    this.#ledger = new Ledger(this.#masker.text);
    const { layer, resumed } = options;
    this.#state = resumed?.state ?? initialState(plan, host.randomSeed());
    this.#exits = new ExitWatch(host);
    this.#pipes = new RunPipes(host, options.runFolder);
    this.#isolators = new Isolators({
      ...options.isolation,
      exitOf: (process) => this.#exits.exitOf(process),
      onDeath: (death) => this.reapedElsewhere(death),
      endUnheard: (marker, path) =>
        endUnheard(
          { host, containment: this.#containment, nextDeath: () => this.#death },
          marker,
          path,
        ),
      onStart: (node, process) => this.#onIsolator(node, process),
    });
    this.#files = new FileWatch({
      watching: host.watching,
      onChange: (node, files) => this.post({ type: "files_changed", node, files }),
      onRefused: (path, folder, why, hint) => this.#note(path, "unwatched", { folder, why, hint }),
    });
    this.#environments = new Environments(options.environment, options.socket);
    const orphanage = new Orphanage(host.processes, resumed?.orphanage);
    this.#containment = new Containment(host, this.#ledger, layer, orphanage);
    this.guests = new Guests({ host, containment: this.#containment });
    const { markOf } = options;
    this.#errands = new Errands({ host, containment: this.#containment, ledger: this.#ledger, markOf });
    this.#alerts = new Alerts({
      host,
      errands: this.#errands,
      plan: () => this.#state.plan,
      environments: this.#environments,
      folder: options.runFolder,
      worded: options.worded,
      onFailed: (command, why) => this.#note(null, "alert_failed", { command, why }),
    });
    this.crashes = new HeldCrashes({
      state: () => this.#state,
      post: (event) => this.post(event),
    });
    this.#dates = new DateKeeper({
      files: host.files,
      folder,
      onFailure: (why) => this.#note(null, "state_unwritten", { why }),
    });
    this.#recorder = new Recorder({
      host,
      folder,
      onLost: (path, why) => this.#note(path, "lines_dropped", { why }),
      onRemade: (path, file) => this.#note(path, "remade", { file }),
    });
    this.#recorder.place(this.#state.plan);
  }

  /** The dates of the cron expressions of the plan. */
  get nextDate(): NextDate {
    return this.#nextDate;
  }

  /** The present state of every node. */
  get state(): State {
    return this.#state;
  }

  /** The process that the actors of a tree are children of; null if it is this one, or there is none now. */
  isolatorOf(tree: NodeId): number | null {
    return this.#isolators.pidOf(tree);
  }

  /** The living processes of an actor; none if it has no run, or they cannot be looked up now. */
  processesOf(id: NodeId): readonly ProcessRow[] {
    const phase = this.#state.nodes.get(id)?.phase;
    if (phase === undefined || !("run" in phase)) return [];
    try {
      return this.#containment.processesOf(phase.run);
    } catch (error) {
      if (limitErrorOf(error) === null) throw error;
      return [];
    }
  }

  /** The layer that contains the processes. */
  get layer(): LayerName {
    return this.#containment.layer;
  }

  /** Which of the limits of an actor are not kept, and why; null if all are. */
  unkept(limits: GroupLimits): string | null {
    const unkept = unkeptOf(this.#options.layer, limits);
    return unkept.length === 0 ? null : describeUnkept(unkept);
  }

  /** Waits until everything that listeners were told of is in the files; gives the stamp of the last line. */
  async sync(): Promise<number> {
    return await this.#recorder.sync();
  }

  /** The last lines of an actor that are in its log, without secrets. */
  async tail(path: NodeId, count: number): Promise<readonly LogLine[]> {
    const { host, folder } = this.#options;
    await this.#recorder.sync();
    return await fromPromise(readTail(host.files, folder, { path, count, mask: this.#masker.text }));
  }

  /** The file of an actor's log. */
  logFileOf(path: NodeId): string {
    return logFileOf(this.#options.folder, path);
  }

  /** A text without secrets. */
  mask(text: string): string {
    return this.#masker.text(text);
  }

  /** Lets go of the files of all logs and opens them anew: they may have been moved away. */
  reopenLogs(): void {
    this.#recorder.reopen();
  }

  /** Lets something happen. May be called from anywhere, and at any time. */
  post(event: TreeEvent): void {
    this.#inbox.put(maskEvent(event, this.#masker));
  }

  /** Asks for something and resolves when it is done, or cannot be. */
  ask(asked: EngineRequest): Promise<EngineReply> {
    const request = ++this.#requests;
    return new Promise((resolve) => {
      if (this.#state.outcome !== null) return resolve({ ok: false, refusal: { kind: "tree_ended" } });
      this.#answers.set(request, resolve);
      this.post({ ...asked, request } as TreeEvent);
    });
  }

  /** Waits until all that was posted before is taken. */
  async untilTaken(): Promise<void> {
    if (this.#state.outcome !== null) return;
    const mark = { ...TIME_PASSED };
    const taken = new Event();
    this.#marks.set(mark, taken);
    this.#inbox.put(mark);
    await taken.wait();
  }

  /**
   * Goes on under another plan. Everything that the plan needs is made ready before, or nothing is done. Returns when the
   * plan was taken, or is refused; `reply` says when all is done.
   *
   * @param rolling Whether replicas are restarted one after the other.
   * @param by Who has asked for it, and how.
   * @throws {UserError} `config/bad-pattern`, `sockets/not-available`
   */
  async apply(
    plan: Plan,
    rolling: boolean,
    by: Pick<PlanGiven, "verb" | "asker"> = {},
  ): Promise<{ readonly reply: Promise<EngineReply> }> {
    const { sockets, layer, company } = this.#options;
    const patterns = await fromPromise(compilePatterns(plan));
    const nextDate = await fromPromise(loadCronDates(plan));
    sockets.open(plan);
    // One that was loaded reckons any expression, also those of the plan before.
    if (nextDate !== NO_CALENDAR.next) this.#nextDate = nextDate;
    for (const [text, pattern] of patterns) this.#patterns.set(text, pattern);
    layer.prepare(controllersFor(plan), company);
    this.#masker.learn(plan);
    const taken = this.#planTaken;
    const reply = this.ask({ type: "plan_given", plan, rolling, ...by });
    reply.then(() => taken.set());
    await taken.wait();
    return { reply };
  }

  /**
   * Finds out whether a plan would be refused, without making anything ready.
   *
   * @throws {UserError} As `apply` does.
   */
  async check(plan: Plan): Promise<void> {
    await fromPromise(compilePatterns(plan));
    this.#options.sockets.check(plan);
  }

  /** Waits until it is told how those processes of some actors have ended that are dead. */
  async untilReaped(nodes: readonly NodeId[]): Promise<void> {
    const { host } = this.#options;
    const paths = new Set<string>(nodes);
    const isUntold = (process: ProcessId) => {
      const row = presentRow(host.processes, process);
      return row !== null && isDead(row) && this.#containment.willTellOf(row);
    };
    const nextDeath = () => this.#death;
    await untilNone(
      { host, nextDeath },
      REAPING_MS,
      () => this.#ledger.pending(paths).filter(isUntold).length,
    );
  }

  /** Keeps account of what becomes of the processes of some actors; the returned function closes it. */
  account(nodes: readonly NodeId[]): () => StopAccount {
    const { host } = this.#options;
    return openAccount({ host, containment: this.#containment, ledger: this.#ledger, paths: new Set(nodes) });
  }

  /** Tells somebody of every line and every decision, until the returned function is called. */
  listen(listener: Listener): () => void {
    return this.#recorder.listen(listener);
  }

  /** A parent of processes of the tree other than this process has reaped one of them. */
  reapedElsewhere(orphan: ReapedOrphan): void {
    const isMain = this.#exits.ended(orphan.row, orphan.status);
    if (!isMain && this.#ledger.pathOf(orphan.row) !== undefined) this.#onOrphan(orphan);
  }

  /** Has the end of the tree wait for nothing that is no actor's: it is forced. */
  hurryEnd(): void {
    this.#alerts.hurry();
  }

  /** A process that we have started and that is no actor's; nobody ends it but itself. */
  addHelper(pid: number): void {
    this.#containment.addHelper(pid);
  }

  /**
   * Takes no step any more, and reads nothing that actors print: another supervisor goes on from what is written down. Returns
   * when all that was read is in the files. Nothing of the tree is touched, and nothing of this engine goes on.
   */
  async letGo(): Promise<void> {
    this.#hasLetGo = true;
    this.#performer?.letGoOfOutputs();
    await this.sync();
  }

  /** Runs the tree to its end. Everything that it started is over when this returns, or is named in the result. */
  async run(): Promise<EngineEnd> {
    const { host, layer, survival, resumed, company } = this.#options;
    layer.prepare(controllersFor(this.#state.plan), company);
    host.processes.adoptOrphans((orphan) => {
      if (!this.#exits.ended(orphan.row, orphan.status)) this.#onOrphan(orphan);
    }, layer.name !== "group");
    host.processes.tellOfLacks(({ message }) =>
      this.post({ type: "noted", node: ROOT, event: "not_looked_up", data: { why: message } })
    );
    if (survival !== null) host.processes.foretellDeaths(({ row, status }) => survival.died(row, status));
    this.#takePipesOver();
    survival?.begin(this.#state, resumed?.runs ?? []);
    let end: EngineEnd | undefined;
    await openNursery(async (nursery) => {
      nursery.startSoon(() => this.#recorder.run(), { name: "recorder" });
      const lookout = new CancelScope();
      nursery.startSoon(() => lookout.run(() => this.#lookOut()), { name: "lookout" });
      nursery.startSoon(() => this.#alerts.run(), { name: "alerts" });
      try {
        await openNursery(async (trees) => {
          const performer = new Performer(this.#performerOptions(), trees);
          this.#performer = performer;
          // Before whatever was asked for in the same breath.
          this.#take(resumed?.event ?? { type: "begun" }, performer);
          this.#options.onBegun?.();
          await this.#takeAll(performer, () => this.#state.outcome !== null);
          trees.startSoon(() => this.#finishAlerts(), { name: "last alerts" });
          await this.#takeAll(performer, () => this.#alerts.isOver && this.#inbox.isEmpty);
        });
        end = await this.#finish();
      } finally {
        this.#inbox.close();
        lookout.cancel("the tree is over");
        this.#exits.close();
        this.#recorder.close();
      }
    }, { collapse: true });
    return end!;
  }

  /** The results of the last alerts are journaled: their ends are taken as any other event. */
  async #finishAlerts(): Promise<void> {
    await this.#alerts.finish();
    this.post(TIME_PASSED);
  }

  #takePipesOver(): void {
    const runs = this.#options.resumed?.runs.map(({ run }) => run) ?? [];
    this.#pipes.keepOnly(runs);
    for (const run of runs) this.#options.survival?.hold(this.#pipes.of(run));
  }

  /** Looks for what nobody tells us of. */
  async #lookOut(): Promise<void> {
    await openNursery((nursery) => {
      nursery.startSoon(() => lookOut(this.#containment), { name: "descendants" });
      nursery.startSoon(() => this.#files.run(), { name: "files" });
    });
  }

  /** Takes what happens until something is over. A deadline that has come goes before events that wait. */
  async #takeAll(performer: Performer, isOver: () => boolean): Promise<void> {
    const { clock } = this.#options.host;
    for (let taken = 1; !isOver(); taken++) {
      if (this.#hasLetGo) await sleepForever();
      const due = nextDeadline(this.#state);
      const event = clock.now() >= due ? TIME_PASSED : this.#inbox.take();
      if (event !== undefined) {
        this.#take(event, performer);
        this.#marks.get(event)?.set();
      } else await this.#inbox.wait(due);
      // Events that follow from one event at once must not keep all else waiting, nor keep a cancel from coming through.
      if (taken % MOST_IN_A_ROW === 0) await checkpoint();
    }
  }

  #take(event: TreeEvent, performer: Performer): void {
    const { host } = this.#options;
    const at = { now: host.clock.now(), date: host.wallClock() };
    const calendar = { date: at.date, next: this.#nextDate, kept: this.#dates.dates };
    const before = this.#state;
    const stepped = step(before, event, at.now, calendar);
    const { state, effects } = stepped;
    this.#dates.changed(state, at);
    this.#options.survival?.changed(before, state);
    this.#state = state;
    this.#options.onStep?.(before, stepped);
    performer.prepare(effects);
    for (const effect of effects) this.#perform(effect, performer);
    const { sockets } = this.#options;
    const isTaken = event.type === "plan_given";
    if (isTaken) this.#recorder.place(state.plan);
    const hasLeft = sockets.hasSpare && effects.some(({ type }) => type === "close_run");
    if (isTaken || hasLeft) sockets.closeSpare(state);
    if (isTaken || event.type === "begun" || event.type === "resumed") this.#files.set(state.plan);
    if (!isTaken) return;
    this.#planTaken.set();
    this.#planTaken = new Event();
  }

  /** Masks an entry, too: some of its words come from the plan itself, and so were in no event that is masked. */
  #record(entry: Entry): void {
    const data = this.#masker.data(entry.data);
    const masked = data === entry.data ? entry : { ...entry, data } as Entry;
    this.#alerts.hear(this.#recorder.entry(masked));
  }

  #perform(effect: Effect, performer: Performer): void {
    switch (effect.type) {
      case "record":
        return this.#record(effect.entry);
      case "reply":
        this.#answers.get(effect.request)?.({ ok: effect.ok, refusal: effect.refusal });
        this.#answers.delete(effect.request);
        return;
      case "open_tree":
        return performer.openTree(effect);
      case "close_tree":
        return performer.closeTree(effect.node);
      case "let_go":
        return this.crashes.letGo(effect.crash);
      case "finish":
        return;
      default:
        return performer.perform(effect);
    }
  }

  async #finish(): Promise<EngineEnd> {
    const { host, layer } = this.#options;
    const survivors = await sweepAll({
      host,
      containment: this.#containment,
      ledger: this.#ledger,
      nextDeath: () => this.#death,
    });
    const left = this.#containment.leftOnPurpose().map((row) => survivorOf(host, row, "left on purpose"));
    this.#containment.close();
    this.#options.survival?.end();
    this.#pipes.keepOnly([]);
    for (const answer of this.#answers.values()) answer({ ok: false, refusal: { kind: "tree_ended" } });
    return {
      outcome: this.#state.outcome!,
      processes: this.#ledger.lines(),
      counts: this.#ledger.counts(),
      survivors,
      leftOnPurpose: left,
      containment: layer.name,
    };
  }

  #onOrphan(orphan: ReapedOrphan): void {
    const { row, status } = orphan;
    const path = this.#containment.orphanEnded(orphan);
    this.#ledger.see(row, path, `[${row.name}]`, true);
    this.#ledger.ended(row, status);
    const node = this.#nodeOf(path);
    this.post({ type: "noted", node, event: "orphan_reaped", data: { pid: row.pid, name: row.name } });
    this.#death.set();
    this.#death = new Event();
  }

  #onIsolator(node: NodeId, isolator: ProcessId): () => void {
    const forget = this.#containment.addKeeper(isolator);
    this.post({ type: "noted", node, event: "isolated", data: { pid: isolator.pid } });
    return forget;
  }

  /** Tells of something about an actor, or, with null, about the tree. */
  #note<Event extends Noted["event"]>(path: string | null, event: Event, data: EntryData[Event]): void {
    this.post({ type: "noted", node: this.#nodeOf(path), event, data } as Noted);
  }

  /** A path that is not known as a node of the tree stands for the root. */
  #nodeOf(path: string | null): NodeId {
    return this.#state.nodes.get(path as NodeId)?.id ?? ROOT;
  }

  #inherited(run: RunId): MainProcess {
    const { pid, startTime, fileBefore, status } = this.#options.resumed!.runs.find((saved) =>
      saved.run === run
    )!;
    const exited = status === null ? this.#exits.exitOf({ pid, startTime }) : Promise.resolve(status);
    return { pid, startTime, ...this.#pipes.open(run), exited, fileBefore, home: null };
  }

  #performerOptions() {
    const { host, folder, sockets, markOf, joinPoint, survival } = this.#options;
    return {
      host,
      tree: () => this.#state.plan.name,
      sockets,
      environments: this.#environments,
      markOf,
      joinPoint,
      folder,
      pipes: this.#pipes,
      isolators: this.#isolators,
      survival,
      inherited: (run: RunId) => this.#inherited(run),
      exitOf: (process: ProcessId) => this.#exits.exitOf(process),
      guests: this.guests,
      errands: this.#errands,
      patterns: this.#patterns,
      mask: this.#masker.text,
      containment: this.#containment,
      ledger: this.#ledger,
      recorder: this.#recorder,
      post: (event: TreeEvent) => this.post(event),
    };
  }
}
