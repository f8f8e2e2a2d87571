/**
 * The time of a program that owes others their time: limits that it holds them to. A clock of the machine goes on while the
 * program itself does not, because its loop is busy, or it was stopped, or the machine had no time for it. Timers that were due
 * meanwhile would then be judged before anything was seen that came in time. So this clock stands still while the loop is
 * late:
 *
 * 1. Of a turn of the loop no more than `LENIENCE_MS` pass, and a wait that ends too late by more than that has gone on until
 *    just before the next timer is due.
 * 2. After that it stands for as long as the loop was late, a second at most: events that came meanwhile are seen to first. Then
 *    whatever is due is, so that nothing is put off for ever.
 *
 * It never goes faster than the machine's, so that nothing is due too early.
 */
import { after, earliest, type Instant, latest, NEVER } from "../base/instant.ts";
import type { Clock } from "../scope/clock.ts";
import { TimerQueue } from "../base/timer_queue.ts";

/** How late a loop is that is not called late. */
export const LENIENCE_MS = 100;

/** For how long it stands at most once the loop goes on. */
export const MOST_CATCHING_UP_MS = 1_000;

/** So long before it is due nothing is. */
export const MOMENT_MS = 1;

/** More than what is lost when instants of two clocks are added up. */
const ROUNDING_MS = 0.001;

/** See the module. */
export class PatientClock implements Clock {
  readonly #machine: Clock;
  readonly #timers = new TimerQueue();
  /** By how much this one is behind the machine's. */
  #behindMs = 0;
  /** When the present turn of the loop began; null if nobody has asked for the time in it. */
  #turnedAt: Instant | null = null;
  /** The last instant that it has shown. */
  #shown: Instant;
  /** Until when it stands, by the machine's; null while it goes. */
  #standing: Instant | null = null;
  /** The least that it shows after that. */
  #bound: Instant;
  #armed: { readonly at: Instant; readonly revoke: () => void } | null = null;

  /** @param machine The clock of the machine. */
  constructor(machine: Clock) {
    this.#machine = machine;
    this.#shown = machine.now();
    this.#bound = this.#shown;
  }

  now(): Instant {
    if (this.#standing === null) {
      this.#turnedAt ??= this.#beginTurn();
      // The turn may have begun too late.
      if (this.#standing === null) {
        this.#shown = latest(this.#shown, earliest(this.#reached(), after(this.#turnedAt, LENIENCE_MS)));
      }
    }
    return this.#shown;
  }

  schedule(at: Instant, callback: () => void): () => void {
    // A timer that was due before it was asked for is not late for that.
    const timer = this.#timers.add(latest(at, this.now()), callback);
    this.#arm();
    return () => {
      this.#timers.revoke(timer);
      this.#arm();
    };
  }

  turn(callback: () => void): void {
    this.#machine.turn(callback);
  }

  /** Where it would be if it did not stand from now on. */
  #reached(): Instant {
    return after(this.#machine.now(), -this.#behindMs);
  }

  #beginTurn(): Instant {
    this.#machine.turn(() => this.#endTurn());
    const now = this.#reached();
    // Nothing has kept it waiting for longer than until the next timer, which is not due before what has come is seen to.
    const next = this.#timers.next();
    this.#standIfLate(after(next, LENIENCE_MS), after(next, -MOMENT_MS));
    return now;
  }

  #endTurn(): void {
    const began = this.#turnedAt;
    this.#turnedAt = null;
    if (began !== null && this.#standing === null) this.#standIfLate(after(began, LENIENCE_MS));
  }

  /** @param shown What it shows meanwhile. */
  #standIfLate(bound: Instant, shown: Instant = bound): void {
    const lateMs = this.#reached() - bound;
    if (!(lateMs > 0)) return;
    this.#shown = latest(this.#shown, shown);
    this.#bound = bound;
    this.#standing = after(this.#machine.now(), Math.min(lateMs, MOST_CATCHING_UP_MS));
    this.#arm();
  }

  #arm(): void {
    const next = this.#timers.next();
    const at = this.#standing ?? (next === NEVER ? NEVER : after(next, this.#behindMs));
    if (this.#armed?.at === at) return;
    this.#armed?.revoke();
    this.#armed = at === NEVER ? null : { at, revoke: this.#machine.schedule(at, () => this.#fire()) };
  }

  #fire(): void {
    this.#armed = null;
    if (this.#standing !== null) this.#goOn();
    // A turn that is still going on has taken this long: where it is waited for its end here, that would never come.
    if (this.#timers.next() > this.now() + ROUNDING_MS) this.#endTurn();
    if (this.#standing === null) {
      // A sum and its difference are not always the same number: what was waited for has come.
      const next = this.#timers.next();
      if (next <= this.#shown + ROUNDING_MS) this.#shown = latest(this.#shown, next);
      const now = this.#shown;
      for (let call = this.#timers.takeDue(now); call !== null; call = this.#timers.takeDue(now)) call();
    }
    this.#arm();
  }

  /** However late this comes: what was due when it stood still is due now. */
  #goOn(): void {
    this.#standing = null;
    this.#shown = latest(this.#shown, this.#bound);
    this.#behindMs = this.#machine.now() - this.#shown;
    this.#turnedAt = this.#shown;
    this.#machine.turn(() => this.#endTurn());
  }
}
