/**
 * The core on a clock that is moved by hand: takes the steps of a state one after the other, as the inbox of a real
 * supervisor has them taken, and hands their effects to a performer, who answers with events. PURE.
 */
import { after, type Instant, instant, NEVER } from "../base/instant.ts";
import { invariant } from "../base/invariant.ts";
import type { NodeId, Plan } from "../config/plan.ts";
import { type Calendar, type KeptDates, NO_CALENDAR } from "../supervision/calendar.ts";
import type { Effect } from "../supervision/effect.ts";
import type { TreeEvent } from "../supervision/event.ts";
import { keptDates } from "../supervision/kept_dates.ts";
import type { State } from "../supervision/state.ts";
import { nextDeadline, step } from "../supervision/step.ts";
import type { Stepped } from "../supervision/turn.ts";

/** How often a deadline may be due in a row without being acted on: more would be an endless loop. */
const MOST_STANDSTILLS = 10;

/** The date at the instant 0, in milliseconds since 1970, where nobody gives another. */
export const FIRST_DATE: number = Date.UTC(2026, 0, 1);

const TIME_PASSED: TreeEvent = { type: "time_passed" };

/** The events that no deadline goes before. */
const FIRST: ReadonlySet<TreeEvent["type"]> = new Set(["begun", "resumed", "time_passed"]);

/** The parts of a loop. */
export interface CoreLoopOptions {
  readonly state: State;
  /** @default 0 */
  readonly now?: Instant;
  /** The date at the instant 0, in milliseconds since 1970. @default 2026-01-01, UTC */
  readonly date0?: number;
  /** The dates of cron expressions. @default None ever comes. */
  readonly nextDate?: Calendar["next"];
  /** Performs the effects of a step, once it is taken; what comes of them at once is sent. */
  readonly perform: (effects: readonly Effect[]) => void;
  /** Told whenever all that was sent is taken. @returns Whether anything was sent since. */
  readonly onTaken?: () => boolean;
  /** Whether a deadline that has come goes before events that wait, and before all else, as in the loop of a supervisor. @default false */
  readonly dueFirst?: boolean;
  /** Gives the state from which a step is to be taken in place of another, where it came out wrong by chance; null if it did not. */
  readonly redraw?: (before: State, stepped: Stepped) => State | null;
  /** Told of every step before its effects are performed. */
  readonly onStep?: (
    before: State,
    event: TreeEvent,
    now: Instant,
    stepped: Stepped,
    calendar: Calendar,
  ) => void;
}

/** See the module. */
export class CoreLoop {
  state: State;
  now: Instant;
  /** Moves when the date jumps. */
  date0: number;
  /** The dates that a supervisor of a later life of the tree finds. */
  kept: KeptDates = new Map();
  readonly #nextDate: Calendar["next"];
  readonly #perform: CoreLoopOptions["perform"];
  readonly #onTaken: NonNullable<CoreLoopOptions["onTaken"]>;
  readonly #dueFirst: boolean;
  readonly #redraw: NonNullable<CoreLoopOptions["redraw"]>;
  readonly #onStep: NonNullable<CoreLoopOptions["onStep"]>;
  readonly #inbox: TreeEvent[] = [];
  #isTaking = false;
  #catchersOf: Plan | null = null;
  #catchers: readonly NodeId[] = [];

  constructor(options: CoreLoopOptions) {
    this.state = options.state;
    this.now = options.now ?? instant(0);
    this.date0 = options.date0 ?? FIRST_DATE;
    this.#nextDate = options.nextDate ?? NO_CALENDAR.next;
    this.#perform = options.perform;
    this.#onTaken = options.onTaken ?? (() => false);
    this.#dueFirst = options.dueFirst ?? false;
    this.#redraw = options.redraw ?? (() => null);
    this.#onStep = options.onStep ?? (() => {});
  }

  /** The date now, in milliseconds since 1970. */
  get date(): number {
    return this.date0 + this.now;
  }

  /** When the core has something to do by itself; `NEVER` if nothing is due. */
  get due(): Instant {
    return nextDeadline(this.state);
  }

  /** Takes a step for an event, and for all that follows from it, one after the other. */
  send(event: TreeEvent): void {
    this.#inbox.push(event);
    if (this.#isTaking) return;
    this.#isTaking = true;
    do this.#takeAll(); while (this.#onTaken());
    this.#isTaking = false;
  }

  /** Moves time to `until`, stopping at every deadline on the way. */
  advanceTo(until: Instant): void {
    let standstill = 0;
    for (let due = this.due; due <= until; due = this.due) {
      standstill = due > this.now ? 0 : standstill + 1;
      invariant(standstill < MOST_STANDSTILLS, "a deadline that is due is not acted on");
      if (due > this.now) this.now = due;
      this.send(TIME_PASSED);
    }
    this.now = until;
  }

  /** Moves time by `ms`. */
  advance(ms: number): void {
    this.advanceTo(after(this.now, ms));
  }

  /** Moves time on from deadline to deadline until there is none. @returns Whether it came to rest within `limit` of them. */
  exhaust(limit = 10_000): boolean {
    for (let due = this.due; due !== NEVER; due = this.due) {
      if (limit-- <= 0) return false;
      this.advanceTo(due > this.now ? due : this.now);
    }
    return true;
  }

  #takeAll(): void {
    let standstill = 0;
    while (true) {
      const next = this.#inbox[0];
      const isDue = this.#dueFirst && !(next !== undefined && FIRST.has(next.type)) && this.due <= this.now;
      if (next === undefined && !isDue) return;
      standstill = isDue ? standstill + 1 : 0;
      invariant(standstill < MOST_STANDSTILLS, "a deadline that is due is not acted on");
      this.#step(isDue ? TIME_PASSED : this.#inbox.shift()!);
    }
  }

  #step(event: TreeEvent): void {
    const calendar = { date: this.date, next: this.#nextDate, kept: this.kept };
    const before = this.state;
    const drawn = step(before, event, this.now, calendar);
    const redrawn = this.#redraw(before, drawn);
    const stepped = redrawn === null ? drawn : step(redrawn, event, this.now, calendar);
    this.state = stepped.state;
    this.#onStep(before, event, this.now, stepped, calendar);
    this.#keepDates();
    this.#perform(stepped.effects);
  }

  #keepDates(): void {
    const { plan } = this.state;
    if (this.#catchersOf !== plan) {
      this.#catchersOf = plan;
      this.#catchers = plan.nodes.filter((node) => node.kind !== "tree" && node.schedule?.catchUp === true)
        .map(({ path }) => path);
    }
    if (this.#catchers.length === 0 && this.kept.size === 0) return;
    this.kept = keptDates(this.state, this.#catchers, this.kept, { now: this.now, date: this.date });
  }
}
