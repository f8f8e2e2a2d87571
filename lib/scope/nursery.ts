/**
 * Nurseries: the only place where tasks are born, and one that does not close before all of them are over.
 *
 * Invariants:
 * 1. `openNursery` does not return while a task of it runs, whatever happens.
 * 2. The body counts as one more task: the first error of any of them cancels the others.
 * 3. No error is lost: all that are not `Cancelled` leave in one {@linkcode ErrorGroup}.
 * 4. Waiting for the tasks at the end is not itself cancelled: a cancel reaches the tasks, and they end the wait. With none
 *    it only lets others go on.
 */
import { LinkedList } from "../base/linked_list.ts";
import { messageOf } from "../base/user_error.ts";
import { currentFrame, type TaskFrame, tryCurrentFrame } from "./ambient.ts";
import { CancelScope } from "./cancel_scope.ts";
import { CancelStatus } from "./cancel_status.ts";
import { cancelledFor } from "./cancelled.ts";
import { ErrorGroup } from "./error_group.ts";
import { inheritLocals, type LocalValues } from "./local_values.ts";
import type { Ready } from "./run_state.ts";
import { Task, type TaskOwner } from "./task.ts";
import type { TaskInfo } from "./task_info.ts";
import type { TaskStatus } from "./task_status.ts";
import { withoutCancelled } from "./without_cancelled.ts";

/** Options of {@linkcode Nursery.startSoon} and {@linkcode Nursery.start}. */
export interface StartOptions {
  /**
   * The name of the task in errors and listings.
   *
   * @default The function's name.
   */
  readonly name?: string;
}

/** Options of {@linkcode openNursery}. */
export interface NurseryOptions {
  /**
   * Whether a single error leaves the nursery as it is, instead of in a group of one.
   *
   * @default {false}
   */
  readonly collapse?: boolean;
}

/** A place to start tasks in. */
export class Nursery implements TaskOwner {
  /** Cancels everything in the nursery, the body included. */
  readonly cancelScope: CancelScope;
  readonly #frame: TaskFrame;
  readonly #tasks = new LinkedList<Task>();
  /** Tasks that are about to be handed over by `start`. */
  #expected = 0;
  #closed = false;
  #onEmpty: Ready | null = null;
  readonly #errors: unknown[] = [];
  readonly #raisedBy = new Map<unknown, string>();
  #cancelled: unknown = null;

  /** @internal */
  constructor(frame: TaskFrame, cancelScope: CancelScope) {
    this.#frame = frame;
    this.cancelScope = cancelScope;
    frame.status.tasks = this.#tasks;
  }

  /** @internal */
  get parentTask(): TaskInfo {
    return this.#frame.task;
  }

  /**
   * Starts a task; it runs from the next checkpoint on. May be called from any task while the nursery is open.
   *
   * The task obeys the scopes around the nursery, not those around the caller.
   *
   * @throws {TypeError} If the nursery is closed.
   */
  startSoon(body: () => unknown, options: StartOptions = {}): void {
    this.#requireOpen();
    this.#spawn(body, options, this.#frame.status, this.#localsOfNewTask());
  }

  /**
   * Starts a task and waits until it says that it is ready, with `status.started(value)`. Until then it is the caller's:
   * its error is raised here as it is, and a cancel of the caller cancels it. Then it moves into the nursery, with all
   * the scopes that it has open.
   *
   * @returns What the task passed to `started`.
   * @throws {TypeError} If the nursery is closed, or the task returns without having called `started`.
   * @throws {Cancelled}
   *
   * @example A server that is listening when `start` returns
   * ```ts
   * import { openNursery, run, sleepForever, type TaskStatus } from "supervise";
   *
   * async function serve(status: TaskStatus<number>) {
   *   const port = 8080; // bind here
   *   status.started(port);
   *   await sleepForever();
   * }
   *
   * await run(() =>
   *   openNursery(async (nursery) => {
   *     const port = await nursery.start(serve);
   *     console.log(port); // 8080
   *     nursery.cancelScope.cancel();
   *   })
   * );
   * ```
   */
  async start<T = void>(body: (status: TaskStatus<T>) => unknown, options: StartOptions = {}): Promise<T> {
    this.#requireOpen();
    this.#expected += 1;
    try {
      let handed: { readonly value: T } | null = null;
      const name = options.name ?? (body.name || "task");
      const locals = this.#localsOfNewTask();
      await openNursery((own) => {
        const status = new CancelStatus(own.#frame.status, false, own.#frame.task);
        const started = (value: T) => {
          if (handed !== null) throw new TypeError(`Cannot call started() twice, in task "${name}"`);
          if (task.isOver) throw new TypeError(`Cannot call started(): the task "${name}" is over`);
          handed = { value };
          // A caller that is cancelled takes the task along, as if it had not come to be ready.
          if (own.#frame.status.inForce === null) own.#handOver(task, this);
        };
        const task: Task = own.#spawn(() => body({ started } as TaskStatus<T>), { name }, status, locals);
      }, { collapse: true });
      if (handed !== null) return (handed as { readonly value: T }).value;
      const { inForce } = currentFrame().status;
      if (inForce !== null) throw cancelledFor(inForce);
      throw new TypeError(`Task "${name}" returned without having called started()`);
    } finally {
      this.#expected -= 1;
      this.#checkEmpty();
    }
  }

  /** @internal Runs the body, waits for all tasks and throws what they left. */
  async supervise(body: () => unknown, collapse: boolean): Promise<void> {
    try {
      await body();
    } catch (error) {
      this.#record(this.#frame.task, error);
    }
    // Also with nothing to wait for others have their turn: a loop of nurseries must not starve them.
    do {
      await new Promise<void>((resolve) => {
        this.#onEmpty = { go: resolve };
        this.#checkEmpty();
      });
    } while (this.#tasks.size + this.#expected > 0);
    this.#closed = true;
    if (this.#errors.length === 1 && collapse) throw this.#errors[0];
    if (this.#errors.length > 0) throw new ErrorGroup(this.#errors, this.#raisedBy);
    if (this.#cancelled !== null) throw this.#cancelled;
  }

  /** @internal */
  taskReturned(task: Task): void {
    if (task.run.isWatched) task.run.tell("taskExited", task, undefined);
    this.#remove(task);
  }

  /** @internal */
  taskThrew(task: Task, error: unknown): void {
    this.#record(task, error);
    if (task.run.isWatched) task.run.tell("taskExited", task, error);
    this.#remove(task);
  }

  #requireOpen(): void {
    if (this.#closed) {
      throw new TypeError(
        "Cannot start a task: the nursery is closed. Start it before the block of openNursery ends",
      );
    }
  }

  #localsOfNewTask(): LocalValues {
    return inheritLocals(this.#frame.locals, tryCurrentFrame()?.locals ?? null);
  }

  #spawn(body: () => unknown, options: StartOptions, status: CancelStatus, locals: LocalValues): Task {
    const { run } = this.#frame;
    const name = options.name ?? (body.name || "task");
    const task = new Task(name, body, this, { run, status, locals });
    this.#tasks.add(task);
    if (run.isWatched) run.tell("taskSpawned", task);
    run.start(task);
    return task;
  }

  #handOver(task: Task, to: Nursery): void {
    this.#tasks.remove(task);
    to.#tasks.add(task);
    task.owner = to;
    task.status.moveTo(to.#frame.status);
    this.#checkEmpty();
  }

  #remove(task: Task): void {
    this.#tasks.remove(task);
    task.exited();
    // A task that `start` made has a status of its own.
    if (task.status !== this.#frame.status) task.status.close();
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    if (this.#onEmpty === null || this.#tasks.size + this.#expected > 0) return;
    this.#frame.run.resume(this.#onEmpty);
    this.#onEmpty = null;
  }

  #record(task: TaskInfo, raised: unknown): void {
    const { wasCancelled, rest } = withoutCancelled(raised);
    if (wasCancelled) this.#cancelled ??= raised;
    if (rest === null) return;
    this.#errors.push(rest.error);
    this.#raisedBy.set(rest.error, task.name);
    const reason = `task "${task.name}" failed: ${messageOf(rest.error)}`;
    this.cancelScope.cancelFor({ source: "nursery", reason, by: task.name });
  }
}

/**
 * Opens a nursery, runs `body` in it, and returns when the body and every task started in it are over.
 *
 * @returns The body's value; undefined if the body was cut short because somebody cancelled the nursery.
 * @throws {ErrorGroup} What the body and the tasks raised.
 * @throws {Cancelled} If a scope around the nursery is cancelled.
 */
export async function openNursery<T>(
  body: (nursery: Nursery) => T | Promise<T>,
  options: NurseryOptions = {},
): Promise<T | undefined> {
  let value: T | undefined;
  await new CancelScope().run(async (scope) => {
    const nursery = new Nursery(currentFrame(), scope);
    const keepValue = async () => {
      value = await body(nursery);
    };
    await nursery.supervise(keepValue, options.collapse ?? false);
  });
  return value;
}
