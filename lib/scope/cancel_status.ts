/**
 * The tree of what is cancelled, and who waits where. No time, no asynchrony: `CancelScope` is its public face.
 *
 * Each status keeps the cause that is in force for it: the one that it sees from above, else its own. A change is pushed
 * down at once, so that a checkpoint costs O(1) at any depth.
 */
import { type Instant, NEVER } from "../base/instant.ts";
import { LinkedList, type ListNode } from "../base/linked_list.ts";
import { type CancelCause, type Cancelled, cancelledFor } from "./cancelled.ts";
import type { TaskInfo } from "./task_info.ts";

/** A wait, as far as a cancel needs to know it. */
export interface Waiter extends ListNode<Waiter> {
  /** The task that waits and what it waits for; null for what is no wait of a task, but is to be told of a cancel too. */
  readonly wait: { readonly task: TaskInfo; readonly what: string } | null;
  /** Ends the wait with `error`; it is no waiter any more. */
  abort(error: Cancelled): void;
}

/** See the module. */
export class CancelStatus implements ListNode<CancelStatus> {
  previous: CancelStatus | null = null;
  next: CancelStatus | null = null;
  /** When it will be cancelled by time; kept here because the inside sees the earliest of all around it. */
  deadline: Instant = NEVER;
  /** The tasks of the nursery that the status is of; null if it is of none. */
  tasks: Iterable<TaskInfo> | null = null;
  /** The task that opened it; null for the root. */
  readonly opener: TaskInfo | null;
  /** How many statuses are around it. */
  readonly depth: number;
  #parent: CancelStatus | null;
  #shield: boolean;
  /** Whether shields count no more. */
  #forced: boolean;
  #closed = false;
  #onEmpty: (() => void) | null = null;
  #cause: CancelCause | null = null;
  #inForce: CancelCause | null = null;
  /** Each is made when the first one comes: most scopes hold either others or waits. */
  #inner: LinkedList<CancelStatus> | null = null;
  #waiters: LinkedList<Waiter> | null = null;

  constructor(parent: CancelStatus | null, shield: boolean, opener: TaskInfo | null) {
    this.opener = opener;
    this.#parent = parent;
    this.#shield = shield;
    this.#forced = parent !== null && parent.#forced;
    this.depth = parent === null ? 0 : parent.depth + 1;
    if (parent !== null) {
      parent.#addInner(this);
      if (!shield || this.#forced) this.#inForce = parent.#inForce;
    }
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

  /** Earliest deadline that the inside can see; -Infinity if it is cancelled already. */
  get effectiveDeadline(): Instant {
    if (this.#inForce !== null) return -Infinity as Instant;
    let deadline = this.deadline;
    for (let status = this.#seenAbove; status !== null; status = status.#seenAbove) {
      if (status.deadline < deadline) deadline = status.deadline;
    }
    return deadline;
  }

  /** The waits directly inside, and the statuses inside: for listings. */
  get waiters(): Iterable<Waiter> {
    return this.#waiters ?? [];
  }

  get inner(): Iterable<CancelStatus> {
    return this.#inner ?? [];
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

  /** Makes shields inside count no more, those of the future included. */
  force(): void {
    const pending: CancelStatus[] = [this];
    while (pending.length > 0) {
      const status = pending.pop()!;
      status.#forced = true;
      for (const inner of status.inner) pending.push(inner);
      status.#refresh();
    }
  }

  /** Moves it, and all inside, under another parent. */
  moveTo(parent: CancelStatus): void {
    this.#leaveParent();
    this.#parent = parent;
    parent.#addInner(this);
    this.#refresh();
  }

  /** Whether anything waits or is open inside. */
  get isBusy(): boolean {
    return (this.#waiters !== null && this.#waiters.size > 0) || this.hasInner;
  }

  /** Whether a status inside is open. */
  get hasInner(): boolean {
    return this.#inner !== null && this.#inner.size > 0;
  }

  /** {@linkcode close} of one in which nothing waits or is open; false if something does. Most scopes end so. */
  closeIfIdle(): boolean {
    const inner = this.#inner;
    const waiters = this.#waiters;
    if ((inner !== null && inner.size > 0) || (waiters !== null && waiters.size > 0)) return false;
    if (!this.#closed) {
      this.#closed = true;
      this.#leaveParent();
    }
    return true;
  }

  /** Lets go of those who are told of a cancel and are no tasks that wait. */
  dropListeners(): void {
    if (this.#waiters === null) return;
    for (const waiter of this.#waiters) if (waiter.wait === null) this.#waiters.remove(waiter);
  }

  /** Resolves when no status inside is open any more. */
  whenEmpty(): Promise<void> {
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
      this.#checkEmpty();
    });
  }

  /**
   * Takes it out of the tree. Scopes that are still open inside go on under its parent, so that they miss no cancel of that. A
   * holder that is no task hears of no cancel any more. Idempotent.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#leaveParent();
    this.dropListeners();
    if (this.#parent !== null && this.#inner !== null) {
      for (const inner of this.#inner) inner.moveTo(this.#parent);
    }
  }

  addWaiter(waiter: Waiter): void {
    (this.#waiters ??= new LinkedList()).add(waiter);
  }

  /** Takes out one that was added. */
  removeWaiter(waiter: Waiter): void {
    this.#waiters!.remove(waiter);
  }

  #addInner(status: CancelStatus): void {
    (this.#inner ??= new LinkedList()).add(status);
  }

  #leaveParent(): void {
    if (this.#parent === null) return;
    this.#parent.#inner!.remove(this);
    if (this.#parent.#onEmpty !== null) this.#parent.#checkEmpty();
  }

  #checkEmpty(): void {
    if (!this.hasInner) this.#onEmpty?.();
  }

  get #seenAbove(): CancelStatus | null {
    return this.#shield && !this.#forced ? null : this.#parent;
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
      for (const inner of status.inner) pending.push(inner);
      if (before === null && now !== null) status.#abortWaiters(now);
    }
  }

  #abortWaiters(cause: CancelCause): void {
    const waiters = this.#waiters;
    if (waiters === null) return;
    for (let waiter = waiters.first; waiter !== null; waiter = waiters.first) {
      waiters.remove(waiter);
      waiter.abort(cancelledFor(cause));
    }
  }
}
