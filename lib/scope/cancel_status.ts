/**
 * The tree of what is cancelled, and who waits where. No time, no asynchrony: `CancelScope` is its public face.
 *
 * Each status keeps the cause that is in force for it: the one that it sees from above, else its own. A change is pushed
 * down at once, so that a checkpoint costs O(1) at any depth.
 */
import { type Instant, NEVER } from "../base/instant.ts";
import { type CancelCause, Cancelled } from "./cancelled.ts";

/** A task that waits, as far as a cancel needs to know it. */
export interface Waiter {
  /** Ends the wait with `error`. */
  abort(error: Cancelled): void;
}

/** See the module. */
export class CancelStatus {
  /** When it will be cancelled by time; kept here because the inside sees the earliest of all around it. */
  deadline: Instant = NEVER;
  readonly #parent: CancelStatus | null;
  #shield: boolean;
  #closed = false;
  #cause: CancelCause | null = null;
  #inForce: CancelCause | null = null;
  readonly #inner = new Set<CancelStatus>();
  readonly #waiters = new Set<Waiter>();

  constructor(parent: CancelStatus | null, shield: boolean) {
    this.#parent = parent;
    this.#shield = shield;
    if (parent !== null) parent.#inner.add(this);
    this.#refresh();
  }

  /** The cause that checkpoints inside must raise now, or null. */
  get inForce(): CancelCause | null {
    return this.#inForce;
  }

  /** Whether a cancel from outside is in force here: what is raised inside is then for an outer scope to absorb. */
  get isCancelledFromAbove(): boolean {
    return this.#fromAbove() !== null;
  }

  /** Whether nothing may be opened inside any more. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** How many scopes inside are open. */
  get openInside(): number {
    return this.#inner.size;
  }

  /** Earliest deadline that the inside can see; -Infinity if it is cancelled already. */
  get effectiveDeadline(): Instant {
    if (this.#inForce !== null) return -Infinity as Instant;
    let deadline = this.deadline;
    for (let status = this.#seenAbove; status !== null; status = status.#seenAbove) {
      if (status.deadline < deadline) deadline = status.deadline;
    }
    return deadline;
  }

  set shield(hidden: boolean) {
    this.#shield = hidden;
    this.#refresh();
  }

  /** Cancels it; the first cause is kept. */
  cancel(cause: CancelCause): void {
    if (this.#cause !== null) return;
    this.#cause = cause;
    this.#refresh();
  }

  /** Takes it out of the tree. */
  close(): void {
    this.#closed = true;
    if (this.#parent !== null) this.#parent.#inner.delete(this);
  }

  addWaiter(waiter: Waiter): void {
    this.#waiters.add(waiter);
  }

  removeWaiter(waiter: Waiter): void {
    this.#waiters.delete(waiter);
  }

  get #seenAbove(): CancelStatus | null {
    return this.#shield ? null : this.#parent;
  }

  #fromAbove(): CancelCause | null {
    const above = this.#seenAbove;
    return above === null ? null : above.#inForce;
  }

  /** Pushes a change of cause or shield down, and wakes the waiters of every scope that a cancel newly reaches. */
  #refresh(): void {
    const pending: CancelStatus[] = [this];
    while (pending.length > 0) {
      const status = pending.pop()!;
      const before = status.#inForce;
      const now = status.#fromAbove() ?? status.#cause;
      if (now === before) continue;
      status.#inForce = now;
      for (const inner of status.#inner) pending.push(inner);
      if (before === null && now !== null) status.#abortWaiters(now);
    }
  }

  #abortWaiters(cause: CancelCause): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.abort(new Cancelled(cause));
  }
}
