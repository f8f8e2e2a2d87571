/**
 * Chaos on a running tree: acts that are drawn by a seed, one after the other, while the tree is held to its promises.
 *
 *     look (rows, process table, journal) -> promises -> acts that are over -> if all is well: the next act -> look ...
 *
 * Nothing is hit that the last look has not shown to be the tree's: by the supervisor's word, and by the process table.
 */
import { nameSome } from "../base/name_some.ts";
import { UserError } from "../base/user_error.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { ancestorsOf, nodeAt, type NodeId, type Plan, treeAt } from "../config/plan.ts";
import type { StatusRow } from "../control/protocol.ts";
import type { JournalEntry } from "../supervision/journal_entry.ts";
import { isAlive, isSame } from "../host/alive.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import type { Program } from "../host/ports/program.ts";
import { type Nursery, openNursery } from "../scope/nursery.ts";
import { sleep } from "../scope/sleep.ts";
import { moveOnAfter } from "../scope/timeouts.ts";
import { Course, judge, type Judged } from "../simulation/expect/judge.ts";
import type { Expectation } from "../simulation/expect/expectation.ts";
import type { Event } from "../sync/event.ts";
import { type Act, type ActKind, isOwnAct, type OwnAct } from "./act.ts";
import { computedRecovery, type Durations, durationsIn } from "./computed.ts";
import { WatchedCourse } from "./course.ts";
import { type Candidate, drawAct, type Drawing, drawingOf, drawPause } from "./draw.ts";
import type { Holds } from "./holds.ts";
import type { BrokenPromise, PromiseName } from "./promise_watch.ts";
import { fallenWith, type Reach } from "./reach.ts";
import type { ChaosReport, DoneAct, WhyOver } from "./report.ts";
import type { Sighting } from "./sighting.ts";
import type { Look, WatchedTree } from "./watched_tree.ts";
import { baseOf, downOf, hasRestartsLeft, isWell, recoveryDeadline } from "./wellness.ts";

/** The bounds of a chaos. */
export interface ChaosLimits {
  /** How long acts are drawn; null for as many as there are to be. */
  readonly forMs: number | null;
  /** How many acts are drawn; null for as many as there is time for. */
  readonly acts: number | null;
  /** How many actors may be down at a time. */
  readonly maxDown: number;
  /** How long a tree may take until it is well again; null for as long as its file allows. */
  readonly withinMs: number | null;
}

/** Told of what happens while it happens. */
export interface ChaosTelling {
  onAct(act: Act, number: number, atMs: number): Promise<void>;
  onDone(done: DoneAct): Promise<void>;
  onBroken(broken: BrokenPromise): Promise<void>;
}

/** See the module. */
export interface ChaosOptions {
  readonly host: Host;
  readonly program: Pick<Program, "selfCommand" | "environment">;
  readonly plan: Plan;
  readonly watched: WatchedTree;
  readonly reach: Reach;
  readonly limits: ChaosLimits;
  readonly seed: number;
  readonly expectations: readonly Expectation[];
  /** The command line that does the same again. */
  readonly command: readonly string[];
  readonly holds: Holds;
  /** Set when somebody wants it to end. */
  readonly interrupted: Event;
  readonly telling: ChaosTelling;
}

/** An act that is not over. */
interface OpenAct {
  readonly act: Act;
  readonly number: number;
  readonly atMs: number;
  readonly deadlineMs: number;
  /** From when on nothing more is done to its target. */
  doneMs: number | null;
  /** The last entry that told of a start, or of a process that is well again. */
  wellMs: number | null;
  readonly computedMs: number | null;
}

/** The pause between two looks. */
const LOOK_EVERY_MS = 50;
/** The parts of a slowness: stopped, and let go. */
const SLICE_MS = 50;
/** How long something may take to be noticed that need not be noticed at all. */
const SETTLE_MS = 500;
/** How long the processes of supervise may take to come back, or to go. */
const OWN_DEADLINE_MS = 30_000;

/** Events by which it is known when something was well again. */
const WELL_EVENTS: ReadonlySet<JournalEntry["event"]> = new Set(["started", "ready", "healthy", "completed"]);

/** See the module. */
export class Chaos {
  readonly #options: ChaosOptions;
  readonly #course: WatchedCourse;
  readonly #kinds: readonly ActKind[];
  readonly #broken: BrokenPromise[] = [];
  readonly #done: DoneAct[] = [];
  readonly #open = new Set<OpenAct>();
  /** How long the runs of an actor have lived that were killed in a row. */
  readonly #lives = new Map<NodeId, readonly number[]>();
  readonly #durations: Durations;
  readonly #base: ReadonlySet<string>;
  #drawing: Drawing;
  #acts = 0;
  #nextActMs = 0;
  /** Null as long as acts are drawn. */
  #why: WhyOver | null = null;

  /** @param first The first look at the tree. */
  constructor(options: ChaosOptions, first: Look) {
    const { plan, watched, reach, seed } = options;
    this.#options = options;
    this.#course = new WatchedCourse(plan, watched.date);
    this.#durations = durationsIn(plan, watched.history);
    this.#base = baseOf(plan, first.rows);
    const own = reach.endsWithSupervisor ? [] : reach.own;
    this.#kinds = [...new Set([...reach.actors.flatMap(({ kinds }) => kinds), ...own])];
    this.#drawing = drawingOf(seed);
    this.#course.observe(0, first.rows, watched.mainsIn(first.sighting));
  }

  /** Goes on until a limit is reached, somebody interrupts it, or the tree has ended. */
  async run(): Promise<ChaosReport> {
    const { holds } = this.#options;
    try {
      await openNursery(async (nursery) => {
        try {
          await this.#loop(nursery);
        } finally {
          holds.letAllGo();
          nursery.cancelScope.cancel("chaos is over");
        }
      }, { collapse: true });
    } finally {
      await holds.close();
    }
    return this.#report();
  }

  async #loop(nursery: Nursery): Promise<void> {
    const { interrupted, reach } = this.#options;
    while (true) {
      const look = await this.#look();
      if (look === null) return;
      await this.#conclude(look);
      if (interrupted.isSet) {
        this.#end("interrupted");
        return await this.#leaveOpen();
      }
      if (this.#why === null) this.#checkLimits();
      if (this.#why === null) await this.#mayAct(nursery, look);
      if (this.#why !== null && this.#open.size === 0) break;
      await moveOnAfter(LOOK_EVERY_MS, () => interrupted.wait());
    }
    if (this.#why === "not-well" || !reach.endsWithSupervisor || reach.own.length === 0) return;
    await this.#endTree();
  }

  #end(why: WhyOver): void {
    this.#why ??= why;
  }

  #checkLimits(): void {
    const { watched, limits: { forMs, acts } } = this.#options;
    if (acts !== null && this.#acts >= acts) this.#end("acts");
    else if (forMs !== null && watched.nowMs >= forMs) this.#end("minutes");
  }

  /** @returns Null if the tree is over. */
  async #look(): Promise<Look | null> {
    const { watched } = this.#options;
    try {
      const look = await watched.look();
      for (const entry of look.entries) this.#take(entry);
      // Of another plan nothing is known here: what becomes of the acts under it is no recovery.
      if (this.#why === "planned") await this.#leaveOpen();
      this.#course.observe(look.atMs, look.rows, watched.mainsIn(look.sighting));
      for (const broken of look.broken) await this.#break(broken);
      return look;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (error.code !== "control/lost" && error.code !== "control/handed-over") throw error;
      if (await watched.reconnect()) return await this.#look();
      await this.#concludeLost();
      return null;
    }
  }

  #take(entry: JournalEntry): void {
    const { watched } = this.#options;
    this.#course.tell(entry);
    if (entry.event === "planned") this.#end("planned");
    if (!WELL_EVENTS.has(entry.event)) return;
    const atMs = Date.parse(entry.at) - watched.date;
    for (const open of this.#open) {
      if (atMs >= open.atMs - 1 && this.#scopeOf(open.act).includes(entry.path)) open.wellMs = atMs;
    }
  }

  /** The actors by which it is told whether what an act has touched is well: with one down at a time, all of them. */
  #scopeOf({ path }: Act): readonly NodeId[] {
    const { plan, limits } = this.#options;
    if (path !== null && limits.maxDown > 1) return fallenWith(plan, path);
    return plan.nodes.filter(({ kind }) => kind !== "tree").map((node) => node.path);
  }

  /** Closes the acts that are over, well or not. */
  async #conclude(look: Look): Promise<void> {
    for (const open of [...this.#open]) {
      if (open.doneMs === null || isOwnAct(open.act.kind)) continue;
      const isOver = this.#isWellAgain(open, look);
      if (!isOver && look.atMs < open.deadlineMs) continue;
      this.#open.delete(open);
      await this.#closeAct(open, isOver, look.rows);
    }
  }

  #isWellAgain({ act, doneMs }: OpenAct, { atMs, rows, sighting }: Look): boolean {
    const { plan, watched } = this.#options;
    if (act.kind !== "kill" && atMs < doneMs! + SETTLE_MS) return false;
    const scope = new Set<string>(this.#scopeOf(act));
    const base = new Set([...this.#base].filter((path) => scope.has(path)));
    if (downOf(plan, base, rows).length > 0) return false;
    const row = rows.find(({ path }) => path === act.path);
    if (row === undefined || !isWell(row)) return false;
    // Somebody may have stopped it meanwhile.
    if (row.state !== "running") return true;
    const main = watched.mainOf(row, sighting);
    return main !== null && (act.kind !== "kill" || !isSame(main, act.target));
  }

  async #closeAct(
    { act, number, atMs, wellMs, computedMs }: OpenAct,
    isOver: boolean,
    rows: readonly StatusRow[],
  ): Promise<void> {
    const { watched, telling } = this.#options;
    const recoveryMs = !isOver || wellMs === null ? null : Math.max(0, Math.round(wellMs - atMs));
    const cameTo = !isOver ? "not-well" : recoveryMs === null ? "nothing" : "well";
    const done: DoneAct = { number, act, atMs, recoveryMs, computedMs, overMs: watched.nowMs, cameTo };
    this.#done.push(done);
    await telling.onDone(done);
    if (!isOver) {
      const bad = rows.filter((row) => this.#base.has(row.path) && !isWell(row))
        .map(({ path, state, ready }) => `${path} is ${state}${ready === false ? ", not ready" : ""}`);
      await this.#break({
        promise: "recovery",
        path: act.path,
        atMs: watched.nowMs,
        seen: `act ${number} was ${Math.round(watched.nowMs - atMs)} ms ago: ${
          nameSome(bad) || "its process is not there"
        }`,
      });
      this.#end("not-well");
    }
    this.#pause();
  }

  /** Closes the acts that are not over when chaos ends: nobody waits for what comes of them. */
  async #leaveOpen(): Promise<void> {
    const { watched, telling } = this.#options;
    for (const { act, number, atMs, computedMs } of this.#open) {
      const overMs = watched.nowMs;
      const done: DoneAct = { number, act, atMs, recoveryMs: null, computedMs, overMs, cameTo: "unknown" };
      this.#done.push(done);
      await telling.onDone(done);
    }
    this.#open.clear();
  }

  #pause(): void {
    const { ms, next } = drawPause(this.#drawing);
    this.#drawing = next;
    this.#nextActMs = this.#options.watched.nowMs + ms;
  }

  async #mayAct(nursery: Nursery, look: Look): Promise<void> {
    const { plan, watched, limits } = this.#options;
    if (watched.nowMs < this.#nextActMs) return;
    const busy = new Set([
      ...downOf(plan, this.#base, look.rows),
      ...[...this.#open].flatMap(({ act }) => act.path ?? []),
    ]);
    if (busy.size >= limits.maxDown || [...this.#open].some(({ act }) => act.path === null)) return;
    const actors = this.#candidates(look, busy);
    const own = busy.size > 0 ? [] : this.#ownCandidates();
    const { act, next } = drawAct(this.#drawing, this.#kinds, { actors, own });
    if (act === null) return;
    this.#drawing = next;
    if (isOwnAct(act.kind)) await this.#hitOwn(act, look);
    else await this.#hit(nursery, act, look);
  }

  #candidates({ rows, sighting, atMs }: Look, busy: ReadonlySet<NodeId>): readonly Candidate[] {
    const { plan, watched, reach, limits, host } = this.#options;
    return reach.actors.flatMap(({ path, kinds }): readonly Candidate[] => {
      const row = rows.find((row) => row.path === path);
      const main = row === undefined || !isWell(row) ? null : watched.mainOf(row, sighting);
      const fallen = fallenWith(plan, path);
      const isFree = new Set([...busy, ...fallen]).size <= limits.maxDown && !busy.has(path);
      if (main === null || !isFree || !hasRestartsLeft(plan, path, watched.restarts, atMs)) return [];
      const ofRun = sighting.seen.filter((one) => one.run === main.run && !one.isGuest);
      const others = ofRun.filter(({ pid }) => pid !== main.pid);
      const isConnected = kinds.includes("cut") && ofRun.some((one) => host.connections.countOf(one) > 0);
      return [{ path, kinds, main, others, isConnected }];
    });
  }

  #ownCandidates(): readonly { readonly kind: OwnAct; readonly process: ProcessId }[] {
    const { watched, reach } = this.#options;
    if (reach.endsWithSupervisor) return [];
    const { supervisor, guardian } = watched.ownByName();
    // Neither is hit while the other is not there: only together do they promise anything.
    if (supervisor === null || guardian === null) return [];
    return [
      { kind: "kill-supervisor" as const, process: supervisor },
      { kind: "kill-guardian" as const, process: guardian },
    ].filter(({ kind }) => reach.own.includes(kind));
  }

  async #hit(nursery: Nursery, act: Act, { sighting }: Look): Promise<void> {
    const { plan, watched, limits, telling } = this.#options;
    const path = act.path!;
    const number = ++this.#acts;
    const atMs = watched.nowMs;
    const deadlineMs = atMs + (act.forMs ?? 0) + (limits.withinMs ?? recoveryDeadline(plan, path, null));
    const open: OpenAct = {
      act,
      number,
      atMs,
      deadlineMs,
      doneMs: null,
      wellMs: null,
      computedMs: act.kind === "kill" ? this.#compute(act, sighting) : null,
    };
    this.#open.add(open);
    const toldAt = telling.onAct(act, number, atMs);
    if (act.forMs === null) {
      this.#strike(act, sighting);
      open.doneMs = watched.nowMs;
    } else nursery.startSoon(() => this.#strikeFor(open), { name: act.kind });
    await fromPromise(toldAt);
    if (limits.maxDown > 1) this.#pause();
  }

  /** Does at once what is done at once. */
  #strike({ kind, path, target }: Act, { seen }: Sighting): void {
    const { host } = this.#options;
    if (kind === "kill" || kind === "kill-descendant") host.processes.signal(target, "SIGKILL");
    if (kind !== "cut") return;
    const main = seen.find((one) => isSame(one, target));
    for (const one of seen) {
      if (one.path === path && one.run === main?.run && !one.isGuest) host.connections.cut(one);
    }
  }

  /** Does what lasts. */
  async #strikeFor(open: OpenAct): Promise<void> {
    const { holds, watched } = this.#options;
    const { kind, target, forMs } = open.act;
    const endMs = watched.nowMs + forMs!;
    try {
      while (watched.nowMs < endMs) {
        if (!holds.stop(target)) break;
        await sleep(kind === "stop" ? forMs! : SLICE_MS);
        holds.letGo(target);
        if (kind === "slow") await sleep(SLICE_MS);
      }
    } finally {
      holds.letGo(target);
      open.doneMs = watched.nowMs;
    }
  }

  #compute({ path, target }: Act, { seen }: Sighting): number | null {
    const { plan, host } = this.#options;
    const spec = nodeAt(plan, path!);
    if (spec === undefined || spec.kind === "tree" || !seen.some((one) => isSame(one, target))) return null;
    const lifeMs = Math.max(0, host.boot().uptimeMs - target.startTime * TICK_MS);
    const earlier = lifeMs >= spec.backoff.resetAfterMs ? [] : this.#lives.get(path!) ?? [];
    const livesMs = [...earlier, lifeMs];
    this.#lives.set(path!, livesMs);
    return computedRecovery(plan, this.#durations, this.#base, { path: path!, livesMs });
  }

  async #break(broken: BrokenPromise): Promise<void> {
    this.#broken.push(broken);
    await this.#options.telling.onBroken(broken);
  }

  async #breakOf(promise: PromiseName, path: NodeId | null, seen: string): Promise<void> {
    await this.#break({ promise, path, atMs: this.#options.watched.nowMs, seen });
  }

  /** Kills supervisor or guardian of a tree that survives that, and sees to it that it does. */
  async #hitOwn(act: Act, look: Look): Promise<void> {
    const { host, watched, telling } = this.#options;
    const number = ++this.#acts;
    const atMs = watched.nowMs;
    const mains = this.#keptMains(look);
    await telling.onAct(act, number, atMs);
    host.processes.signal(act.target, "SIGKILL");
    await this.#until(OWN_DEADLINE_MS, () => !isAlive(host.processes, act.target));
    if (act.kind === "kill-supervisor") await this.#comeBack();
    const isBack = await this.#until(OWN_DEADLINE_MS, () => watched.own().length === 2);
    if (!isBack) await this.#breakOf("kept", null, `there is no other ${nameOf(act.kind)}`);
    for (const { path, main } of mains) {
      if (!isAlive(host.processes, main)) {
        await this.#breakOf("kept", path, `process ${main.pid} has ended with the ${nameOf(act.kind)}`);
      }
    }
    const isAllWell = isBack && await this.#untilWell();
    const recoveryMs = isAllWell ? Math.round(watched.nowMs - atMs) : null;
    const cameTo = isAllWell ? "well" : "not-well";
    const done: DoneAct = { number, act, atMs, recoveryMs, computedMs: null, overMs: watched.nowMs, cameTo };
    this.#done.push(done);
    await telling.onDone(done);
    if (!isAllWell && isBack) await this.#breakOf("recovery", null, `act ${number}: not all is well again`);
    if (!isAllWell) this.#end("not-well");
    this.#pause();
  }

  /** The main processes that are to outlive a supervisor. */
  #keptMains({ rows, sighting }: Look): readonly { readonly path: NodeId; readonly main: ProcessId }[] {
    const { plan, watched } = this.#options;
    return rows.flatMap((row) => {
      const spec = nodeAt(plan, row.path as NodeId);
      if (spec === undefined || spec.kind === "tree" || spec.kind === "module" || !spec.daemon) return [];
      const [parent] = ancestorsOf(plan, spec.path);
      if (treeAt(plan, parent!).onSupervisorDeath !== "survive") return [];
      const main = watched.mainOf(row, sighting);
      return main === null ? [] : [{ path: spec.path, main }];
    });
  }

  /** Starts the next supervisor, as somebody would by hand. */
  async #comeBack(): Promise<void> {
    const { host, plan, program, watched } = this.#options;
    const env = Object.fromEntries(
      Object.entries(program.environment).filter((entry): entry is [string, string] =>
        entry[1] !== undefined
      ),
    );
    const child = host.processes.spawn({
      argv: [...program.selfCommand, "up", "-d", "--keep", plan.file],
      env,
      cwd: plan.dir,
      stdin: null,
      output: "null",
    });
    await fromPromise(child.exited);
    await watched.reconnect();
  }

  /** How long the tree may take after a process of supervise was killed: some actors start anew then. */
  #ownDeadline(): number {
    const { plan, reach, limits } = this.#options;
    const longest = Math.max(
      OWN_DEADLINE_MS,
      ...reach.actors.map(({ path }) => recoveryDeadline(plan, path, null)),
    );
    return limits.withinMs ?? longest;
  }

  async #untilWell(): Promise<boolean> {
    const { plan } = this.#options;
    let isAllWell = false;
    await this.#until(this.#ownDeadline(), async () => {
      const look = await this.#look();
      if (look === null) return true;
      isAllWell = downOf(plan, this.#base, look.rows).length === 0;
      return isAllWell;
    });
    return isAllWell;
  }

  /** Kills supervisor or guardian of a tree that is to end with them, and sees to it that nothing is left. */
  async #endTree(): Promise<void> {
    const { host, watched, reach, telling } = this.#options;
    const kind = reach.own[this.#drawing.chance % reach.own.length]!;
    const { supervisor, guardian } = watched.ownByName();
    const target = kind === "kill-supervisor" ? supervisor : guardian;
    if (target === null) return;
    const number = ++this.#acts;
    const atMs = watched.nowMs;
    const act: Act = { kind, path: null, target, forMs: null };
    await telling.onAct(act, number, atMs);
    host.processes.signal(target, "SIGKILL");
    const isGone = await this.#untilGone();
    const recoveryMs = isGone ? Math.round(watched.nowMs - atMs) : null;
    const cameTo = isGone ? "gone" : "not-well";
    const done: DoneAct = { number, act, atMs, recoveryMs, computedMs: null, overMs: watched.nowMs, cameTo };
    this.#done.push(done);
    await telling.onDone(done);
  }

  /** The supervisor has gone, and nobody of chaos has killed it. */
  async #concludeLost(): Promise<void> {
    const { watched } = this.#options;
    await this.#untilGone();
    const outcome = watched.outcome();
    const isWanted = outcome === "cancelled" || outcome === "completed";
    if (outcome === null) {
      await this.#breakOf("kept", null, "the supervisor has died, and chaos has not killed it");
    } else if (!isWanted) await this.#breakOf("recovery", null, `the tree has ended: ${outcome}`);
    for (const { act, number, atMs, computedMs } of this.#open) {
      const overMs = watched.nowMs;
      const cameTo = isWanted ? "gone" : "not-well";
      this.#done.push({ number, act, atMs, recoveryMs: null, computedMs, overMs, cameTo });
    }
    this.#open.clear();
    this.#why = "ended";
  }

  /** Waits until nothing of the tree is alive. @returns Whether that came about. */
  async #untilGone(): Promise<boolean> {
    const { watched } = this.#options;
    let left = "";
    const isGone = await this.#until(OWN_DEADLINE_MS, () => {
      const { seen } = watched.sight();
      const own = watched.own();
      left = nameSome([
        ...seen.map(({ path, pid }) => `${path} (${pid})`),
        ...own.map(({ pid }) => `supervise (${pid})`),
      ]);
      return left === "";
    });
    if (!isGone) await this.#breakOf("nothing-left", null, `still alive: ${left}`);
    return isGone;
  }

  async #until(ms: number, isSo: () => boolean | Promise<boolean>): Promise<boolean> {
    const { watched } = this.#options;
    const endMs = watched.nowMs + ms;
    while (!await isSo()) {
      if (watched.nowMs >= endMs) return false;
      await sleep(LOOK_EVERY_MS);
    }
    return true;
  }

  #report(): ChaosReport {
    const { watched, seed, command } = this.#options;
    return {
      why: this.#why ?? "interrupted",
      seed,
      command,
      lastedMs: Math.round(watched.nowMs),
      looks: watched.looks,
      acts: this.#done,
      broken: this.#broken,
      judged: this.#judged(),
    };
  }

  #judged(): readonly Judged[] {
    const { watched, expectations } = this.#options;
    const course = new Course(this.#course.trace(watched.nowMs, null), false);
    return expectations.map((expectation) => ({ expectation, verdict: judge(expectation, course) }));
  }
}

function nameOf(kind: ActKind): string {
  return kind === "kill-supervisor" ? "supervisor" : "guardian";
}

/** The unit of start times in the process table. */
const TICK_MS = 10;
