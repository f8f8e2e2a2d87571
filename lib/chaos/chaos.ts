/**
 * Chaos on a running tree: acts that are drawn by a seed, one after the other, while the tree is held to its promises.
 *
 *     look (rows, process table, journal) -> promises -> acts that are over -> if all is well: the next act -> look ...
 *
 * Nothing is hit that the last look has not shown to be the tree's: by the supervisor's word, and by the process table.
 */
import { UserError } from "../base/user_error.ts";
import { type Nursery, openNursery } from "../scope/nursery.ts";
import { moveOnAfter } from "../scope/timeouts.ts";
import { Course, judge, type Judged } from "../simulation/expect/judge.ts";
import { type ActKind, isOwnAct } from "./act.ts";
import { candidatesIn, ownCandidatesIn } from "./candidates.ts";
import { ChaosLog } from "./chaos_log.ts";
import { WatchedCourse } from "./course.ts";
import { drawAct, type Drawing, drawingOf, drawPause } from "./draw.ts";
import { ExpectedRecovery } from "./expected_recovery.ts";
import { OpenActs } from "./open_acts.ts";
import type { ChaosOptions } from "./options.ts";
import { OwnActs } from "./own_acts.ts";
import type { ChaosReport } from "./report.ts";
import { Strikes } from "./strikes.ts";
import { concludeLost, endTree } from "./tree_gone.ts";
import { LOOK_EVERY_MS } from "./until.ts";
import type { Look } from "./watched_tree.ts";
import { baseOf, downOf, longestBudgetMs } from "./wellness.ts";

/** How long nothing can be hit, when no budget is spent any more, until nothing is waited for. */
const IDLE_MS = 30_000;

/** See the module. */
export class Chaos {
  readonly #options: ChaosOptions;
  readonly #course: WatchedCourse;
  readonly #kinds: readonly ActKind[];
  readonly #base: ReadonlySet<string>;
  readonly #log: ChaosLog;
  readonly #open: OpenActs;
  readonly #strikes: Strikes;
  readonly #ownActs: OwnActs;
  #drawing: Drawing;
  #nextActMs = 0;
  /** Since when all is well and nothing can be hit; null if that is not so. */
  #idleSinceMs: number | null = null;

  /** @param first The first look at the tree. */
  constructor(options: ChaosOptions, first: Look) {
    const { plan, watched, reach, seed } = options;
    this.#options = options;
    this.#course = new WatchedCourse(plan, watched.date);
    this.#base = baseOf(plan, first.rows);
    const own = reach.endsWithSupervisor ? [] : reach.own;
    this.#kinds = [...new Set([...reach.actors.flatMap(({ kinds }) => kinds), ...own])];
    this.#drawing = drawingOf(seed);
    this.#log = new ChaosLog(options);
    this.#open = new OpenActs(options, this.#log, this.#base);
    const expected = new ExpectedRecovery(options, this.#base);
    this.#strikes = new Strikes(options, { log: this.#log, open: this.#open, expected });
    this.#ownActs = new OwnActs(options, this.#log, this.#base, () => this.#look());
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
    const log = this.#log;
    while (true) {
      const look = await this.#look();
      if (look === null) return;
      const closed = await this.#open.conclude(look);
      for (let count = 0; count < closed; count++) this.#pause();
      if (interrupted.isSet) {
        log.end("interrupted");
        return await this.#open.closeAll("unknown");
      }
      if (log.why === null) this.#checkLimits();
      if (log.why === null) await this.#mayAct(nursery, look);
      if (log.why !== null && this.#open.size === 0) break;
      await moveOnAfter(LOOK_EVERY_MS, () => interrupted.wait());
    }
    if (log.why === "not-well" || !reach.endsWithSupervisor || reach.own.length === 0) return;
    await endTree(this.#options, log, reach.own[this.#drawing.chance % reach.own.length]!);
  }

  #checkLimits(): void {
    const { watched, limits: { forMs, acts } } = this.#options;
    if (acts !== null && this.#log.begun >= acts) this.#log.end("acts");
    else if (forMs !== null && watched.nowMs >= forMs) this.#log.end("minutes");
  }

  /** @returns Null if the tree is over. */
  async #look(): Promise<Look | null> {
    const { watched } = this.#options;
    try {
      const look = await watched.look();
      await this.#take(look);
      return look;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (error.code === "control/no-answer") return await this.#giveUp(error);
      if (error.code !== "control/lost" && error.code !== "control/handed-over") throw error;
      if (await watched.reconnect()) return await this.#look();
      await concludeLost(watched, this.#log, this.#open);
      return null;
    }
  }

  /** The supervisor is there and does not answer: nothing more is done to its tree. */
  async #giveUp({ message }: UserError): Promise<null> {
    await this.#log.break("recovery", null, message.charAt(0).toLowerCase() + message.slice(1));
    this.#log.end("not-well");
    await this.#open.closeAll("not-well");
    return null;
  }

  async #take({ atMs, rows, sighting, entries, broken }: Look): Promise<void> {
    for (const entry of entries) {
      this.#course.tell(entry);
      this.#open.take(entry);
    }
    if (entries.some(({ event }) => event === "planned")) {
      // Of another plan nothing is known here: what becomes of the acts under it is no recovery.
      this.#log.end("planned");
      await this.#open.closeAll("unknown");
    }
    this.#course.observe(atMs, rows, this.#options.watched.mainsIn(sighting));
    for (const one of broken) await this.#log.add(one);
  }

  #pause(): void {
    const { ms, next } = drawPause(this.#drawing);
    this.#drawing = next;
    this.#nextActMs = this.#options.watched.nowMs + ms;
  }

  /** Begins the next act, if it is time and somebody can be hit. */
  async #mayAct(nursery: Nursery, look: Look): Promise<void> {
    const { plan, watched, limits } = this.#options;
    if (watched.nowMs < this.#nextActMs) return;
    const busy = new Set([...downOf(plan, this.#base, look.rows), ...this.#open.paths]);
    if (busy.size >= limits.maxDown) return;
    const actors = candidatesIn(this.#options, look, busy);
    const own = busy.size > 0 ? [] : ownCandidatesIn(this.#options);
    const { act, next } = drawAct(this.#drawing, this.#kinds, { actors, own });
    if (act === null) return this.#idle(busy.size);
    this.#idleSinceMs = null;
    this.#drawing = next;
    if (isOwnAct(act.kind)) await this.#ownActs.hit(act, look);
    else await this.#strikes.begin(nursery, act, look.sighting);
    if (isOwnAct(act.kind) || limits.maxDown > 1) this.#pause();
  }

  /** A chaos that has no time to end at does not wait for ever. @param busy How many actors something is done to. */
  #idle(busy: number): void {
    const { plan, watched, limits } = this.#options;
    if (busy > 0 || limits.forMs !== null) return;
    this.#idleSinceMs ??= watched.nowMs;
    if (watched.nowMs - this.#idleSinceMs >= IDLE_MS + longestBudgetMs(plan)) this.#log.end("nothing-to-hit");
  }

  #report(): ChaosReport {
    const { watched, seed, command } = this.#options;
    return {
      why: this.#log.why ?? "interrupted",
      seed,
      command,
      lastedMs: Math.round(watched.nowMs),
      looks: watched.looks,
      acts: this.#log.done,
      broken: this.#log.broken,
      judged: this.#judged(),
    };
  }

  #judged(): readonly Judged[] {
    const { watched, expectations } = this.#options;
    const course = new Course(this.#course.trace(watched.nowMs, null), false);
    return expectations.map((expectation) => ({ expectation, verdict: judge(expectation, course) }));
  }
}
