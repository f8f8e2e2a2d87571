import { after, type Instant, instant, NEVER } from "../base/instant.ts";
import { onNextTurn } from "../host/shared/turn.ts";
import type { Clock } from "../scope/clock.ts";
import { TimerQueue } from "../base/timer_queue.ts";

/** A clock that stands still until it is told to move. */
export class VirtualClock implements Clock {
  #now: Instant = instant(0);
  readonly #timers = new TimerQueue();
  #turns = 0;

  now(): Instant {
    return this.#now;
  }

  schedule(at: Instant, callback: () => void): () => void {
    const timer = this.#timers.add(at, callback);
    return () => this.#timers.revoke(timer);
  }

  /** Turns of the runtime are real: they take no time of this clock. */
  turn(callback: () => void): void {
    this.#turns += 1;
    onNextTurn(() => {
      this.#turns -= 1;
      callback();
    });
  }

  /** Whether somebody waits for a turn of the runtime: time must not move before that has come. */
  get isTurning(): boolean {
    return this.#turns > 0;
  }

  /** When the next timer is due; `NEVER` if none is set. */
  next(): Instant {
    return this.#timers.next();
  }

  /** Moves time to `at`, firing what is due on the way, in order. */
  moveTo(at: Instant): void {
    while (this.#timers.next() <= at) {
      this.#now = after(this.#timers.next(), 0) < this.#now ? this.#now : this.#timers.next();
      this.#timers.takeDue(this.#now)!();
    }
    if (at !== NEVER && at > this.#now) this.#now = at;
  }

  /** Moves time to the next timer, if there is one, and fires that one alone. */
  fireNext(): void {
    const at = this.#timers.next();
    if (at === NEVER) return;
    if (at > this.#now) this.#now = at;
    this.#timers.takeDue(this.#now)!();
  }

  /** Moves time by `ms` milliseconds. */
  advance(ms: number): void {
    this.moveTo(after(this.#now, ms));
  }
}
