/**
 * Cancel scopes: the part of the program that a deadline or a `cancel()` reaches. Trio's semantics.
 *
 * Invariants:
 * 1. Level-triggered: while a scope is cancelled, every checkpoint inside raises {@linkcode Cancelled}.
 * 2. Attribution happens at the exit: a `Cancelled` is absorbed by the outermost cancelled scope that it can see through
 *    shields, and passes through all others.
 * 3. A shield hides the cancels of outer scopes only, never the scope's own, and may be toggled at any time.
 * 4. Scopes nest: one that exits while a scope inside of it is open is an error, never corruption.
 * 5. Nothing waits in a scope that has exited: what the body has left behind is cancelled.
 */
import { type Instant, NEVER } from "../base/instant.ts";
import { currentFrame, currentOpenFrame, type TaskFrame, tryCurrentFrame, withFrame } from "./ambient.ts";
import { CancelStatus } from "./cancel_status.ts";
import type { CancelCause } from "./cancelled.ts";
import { withoutCancelled } from "./without_cancelled.ts";

/** Scopes that are entered one inside the other are entered in one stretch, and every so many of them take a new stack. */
const SCOPES_PER_STACK = 128;

/** How a scope starts out. */
export interface CancelScopeOptions {
  /**
   * The instant at which it cancels itself.
   *
   * @default {NEVER}
   */
  readonly deadline?: Instant;
  /**
   * Whether cancels of outer scopes are hidden.
   *
   * @default {false}
   */
  readonly shield?: boolean;
}

/** See the module. A scope is entered once, with {@linkcode CancelScope.run}. */
export class CancelScope {
  /** The frame of the code inside; null before the entry. */
  #entered: TaskFrame | null = null;
  #deadline: Instant;
  #shield: boolean;
  #cause: CancelCause | null = null;
  #caught = false;
  #disarm: (() => void) | null = null;

  constructor(options: CancelScopeOptions = {}) {
    this.#deadline = checkedDeadline(options.deadline ?? NEVER);
    this.#shield = options.shield ?? false;
  }

  /** When the scope cancels itself; may be moved at any time, but not undo a cancel that has happened. */
  get deadline(): Instant {
    return this.#deadline;
  }

  set deadline(at: Instant) {
    this.#deadline = checkedDeadline(at);
    this.#arm();
  }

  /** Whether cancels of outer scopes are hidden from the inside. */
  get shield(): boolean {
    return this.#shield;
  }

  set shield(hidden: boolean) {
    this.#shield = hidden;
    if (this.#entered !== null) this.#entered.status.shield = hidden;
  }

  /** Whether the scope itself was cancelled, even if that had no effect. */
  get cancelCalled(): boolean {
    this.#cancelIfPast();
    return this.#cause !== null;
  }

  /** Whether a `Cancelled` reached this scope's exit and was absorbed there. */
  get cancelledCaught(): boolean {
    return this.#caught;
  }

  /** Cancels all inside. Idempotent: the first cause is kept. May be called from anywhere, also before the entry. */
  cancel(reason?: string): void {
    this.cancelFor({ source: "explicit", reason: reason ?? null, by: tryCurrentFrame()?.task.name ?? null });
  }

  /** @internal Cancels with a cause of the scheduler's own. */
  cancelFor(cause: CancelCause): void {
    if (this.#cause !== null) return;
    this.#cause = cause;
    this.#disarm?.();
    this.#entered?.status.cancel(cause);
  }

  /**
   * Runs `body` inside the scope.
   *
   * @returns The body's value; undefined if the scope absorbed a cancel.
   * @throws {TypeError} If the scope was entered before, or exits while a scope inside of it is open.
   */
  async run<T>(body: (scope: CancelScope) => T | Promise<T>): Promise<T | undefined> {
    const frame = this.#enter();
    const { status } = frame;
    let value: T | undefined;
    try {
      if (status.depth % SCOPES_PER_STACK === 0) await null;
      value = await withFrame(frame, body, this);
    } catch (error) {
      const failure = this.#absorb(error, status);
      this.#disarm?.();
      if (status.isBusy) await this.#endStragglers(status, false);
      status.close();
      if (failure !== null) throw failure.error;
      return undefined;
    }
    if (this.#disarm !== null) this.#disarm();
    if (status.closeIfIdle()) return value;
    status.dropListeners();
    if (status.isBusy) await this.#endStragglers(status, true);
    status.close();
    return value;
  }

  /**
   * Ends what the body has left behind: branches that `Promise.all` or `Promise.race` wait for no more. A branch that an
   * error or a cancel cuts short is waited for; a body that returned has forgotten its branches.
   */
  async #endStragglers(status: CancelStatus, hasReturned: boolean): Promise<void> {
    const cause = { source: "exit", reason: null, by: null } as const;
    if (!hasReturned) {
      status.cancel(cause);
      // One that has just left a scope may be about to open the next, to clean up.
      do {
        await status.whenEmpty();
        await this.#entered!.run.nextTurn();
      } while (status.hasInner);
      return;
    }
    const { hasInner } = status;
    status.close();
    status.cancel(cause);
    if (!hasInner) return;
    throw new TypeError(
      "Cannot exit a cancel scope while a scope inside of it is open: " +
        "await everything that is started in it, or start it in a nursery",
    );
  }

  #enter(): TaskFrame {
    if (this.#entered !== null) {
      throw new TypeError("Cannot enter a cancel scope twice: create a new one for each use");
    }
    const outer = currentOpenFrame();
    const status = new CancelStatus(outer.status, this.#shield, outer.task);
    this.#entered = { run: outer.run, task: outer.task, status, locals: outer.locals };
    if (this.#cause !== null) status.cancel(this.#cause);
    else if (this.#deadline !== NEVER) this.#arm();
    return this.#entered;
  }

  /** Takes the cancels that are this scope's own out of an error; null if nothing is left of it. */
  #absorb(error: unknown, status: CancelStatus): { readonly error: unknown } | null {
    if (this.#cause === null || status.isCancelledFromAbove) return { error };
    const { wasCancelled, rest } = withoutCancelled(error);
    this.#caught = wasCancelled;
    return rest;
  }

  #arm(): void {
    this.#disarm?.();
    this.#disarm = null;
    if (this.#entered === null || this.#entered.status.isClosed || this.#cause !== null) return;
    this.#entered.status.deadline = this.#deadline;
    if (this.#deadline === NEVER || this.#cancelIfPast()) return;
    this.#disarm = this.#entered.run.clock.schedule(this.#deadline, () => this.#cancelIfPast());
  }

  /** A deadline that is past has cancelled the scope, also if the clock has not called back yet. */
  #cancelIfPast(): boolean {
    if (this.#cause !== null || this.#entered === null || this.#entered.status.isClosed) return false;
    if (this.#entered.run.clock.now() < this.#deadline) return false;
    this.cancelFor({ source: "deadline", reason: null, by: null });
    return true;
  }
}

/**
 * Earliest deadline among the scopes around the caller, as far as shields let it see; -Infinity if it is cancelled.
 *
 * @throws {TypeError} Outside of `run()`.
 */
export function currentEffectiveDeadline(): Instant {
  return currentFrame().status.effectiveDeadline;
}

function checkedDeadline(deadline: Instant): Instant {
  if (Number.isNaN(deadline)) throw new RangeError("Cannot set the deadline of a scope: it is NaN");
  return deadline;
}
