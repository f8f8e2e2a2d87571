/**
 * Nurseries: the only place where tasks are born, and one that does not close before all of them are over.
 *
 * Invariants:
 * 1. `openNursery` does not return while a task of it runs, whatever happens.
 * 2. The body counts as one more task: the first error of any of them cancels the others.
 * 3. No error is lost: all that are not `Cancelled` leave in one {@linkcode ErrorGroup}.
 * 4. Waiting for the tasks at the end is not itself cancelled: a cancel reaches the tasks, and they end the wait.
 */
import { messageOf } from "../base/user_error.ts";
import { currentFrame, type Frame, type TaskInfo, withFrame } from "./ambient.ts";
import { CancelScope } from "./cancel_scope.ts";
import { Cancelled } from "./cancelled.ts";
import { ErrorGroup } from "./error_group.ts";

/** Options of {@linkcode Nursery.startSoon}. */
export interface StartOptions {
  /**
   * What the task is called in errors and listings.
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
export class Nursery {
  /** Cancels everything in the nursery, the body included. */
  readonly cancelScope: CancelScope;
  readonly #frame: Frame;
  #running = 0;
  #closed = false;
  #onEmpty: (() => void) | null = null;
  readonly #errors: unknown[] = [];
  #cancelled: Cancelled | null = null;

  /** @internal */
  constructor(frame: Frame, cancelScope: CancelScope) {
    this.#frame = frame;
    this.cancelScope = cancelScope;
  }

  /**
   * Starts a task; it runs from the next checkpoint on.
   *
   * @throws {TypeError} If the nursery is closed.
   */
  startSoon(body: () => unknown, options: StartOptions = {}): void {
    if (this.#closed) throw new TypeError("Cannot start a task: the nursery is closed");
    const task: TaskInfo = { name: options.name ?? (body.name || "task") };
    const frame: Frame = { ...this.#frame, task };
    this.#running += 1;
    frame.run.start(() => withFrame(frame, () => this.#runTask(task, body)));
  }

  /** @internal Runs the body, waits for all tasks and throws what they left. */
  async supervise(body: () => Promise<void>, collapse: boolean): Promise<void> {
    try {
      await body();
    } catch (error) {
      this.#record(this.#frame.task, error);
    }
    while (this.#running > 0) await new Promise<void>((resolve) => this.#onEmpty = resolve);
    this.#closed = true;
    if (this.#errors.length === 1 && collapse) throw this.#errors[0];
    if (this.#errors.length > 0) throw new ErrorGroup(this.#errors, describe(this.#errors));
    if (this.#cancelled !== null) throw this.#cancelled;
  }

  async #runTask(task: TaskInfo, body: () => unknown): Promise<void> {
    try {
      await body();
    } catch (error) {
      this.#record(task, error);
    }
    this.#running -= 1;
    if (this.#running === 0) this.#frame.run.resume(() => this.#onEmpty?.());
  }

  #record(task: TaskInfo, error: unknown): void {
    if (error instanceof Cancelled) {
      this.#cancelled ??= error;
      return;
    }
    this.#errors.push(error);
    const reason = `task "${task.name}" failed: ${messageOf(error)}`;
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

function describe(errors: readonly unknown[]): string {
  const first = messageOf(errors[0]);
  return errors.length === 1 ? `A task failed: ${first}` : `${errors.length} tasks failed, first: ${first}`;
}
