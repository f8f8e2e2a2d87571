import { type Instant, instant, NEVER } from "../../base/instant.ts";
import type { Clock } from "../../scope/clock.ts";
import { TimerQueue } from "../../base/timer_queue.ts";
import { onNextTurn } from "./turn.ts";

/** The longest delay that a timer of the runtime takes; later instants are approached in several steps. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** The monotonic clock of the machine: it never jumps, whatever happens to the date. One runtime timer serves all. */
export class SystemClock implements Clock {
  readonly #timers = new TimerQueue();
  #armed: { readonly at: Instant; readonly timer: ReturnType<typeof setTimeout> } | null = null;

  now(): Instant {
    return instant(performance.now());
  }

  schedule(at: Instant, callback: () => void): () => void {
    const timer = this.#timers.add(at, callback);
    this.#arm();
    return () => {
      this.#timers.revoke(timer);
      this.#arm();
    };
  }

  turn(callback: () => void): void {
    onNextTurn(callback);
  }

  #arm(): void {
    const at = this.#timers.next();
    if (this.#armed?.at === at) return;
    if (this.#armed !== null) clearTimeout(this.#armed.timer);
    this.#armed = null;
    if (at === NEVER) return;
    const delay = Math.min(LONGEST_DELAY_MS, Math.max(0, Math.ceil(at - this.now())));
    this.#armed = { at, timer: setTimeout(() => this.#fire(), delay) };
  }

  #fire(): void {
    this.#armed = null;
    const now = this.now();
    for (let callback = this.#timers.takeDue(now); callback !== null; callback = this.#timers.takeDue(now)) {
      callback();
    }
    this.#arm();
  }
}
