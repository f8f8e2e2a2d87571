/**
 * Where the running code stands in the tree of tasks and scopes. It travels with the asynchronous context, so that
 * nothing needs to be passed along, and two branches of one task under `Promise.all` each have a stack of their own.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { CancelStatus } from "./cancel_status.ts";
import type { LocalValues } from "./local_values.ts";
import type { RunState } from "./run_state.ts";
import type { TaskInfo } from "./task_info.ts";

/** The running task, the innermost scope around the running code, and the values that are local to it. */
export interface TaskFrame {
  readonly run: RunState;
  readonly task: TaskInfo;
  readonly status: CancelStatus;
  readonly locals: LocalValues;
}

const storage = new AsyncLocalStorage<TaskFrame | undefined>();

/** The present frame, or null outside of every `run()`. */
export function tryCurrentFrame(): TaskFrame | null {
  return storage.getStore() ?? null;
}

/**
 * The present frame.
 *
 * @throws {TypeError} Outside of `run()`.
 */
export function currentFrame(): TaskFrame {
  const frame = storage.getStore();
  if (frame === undefined) {
    throw new TypeError(
      "Cannot find the present task: call this from inside run(), and not from a foreign callback",
    );
  }
  return frame;
}

/**
 * The present frame, for a caller that is going to wait or to open something in it.
 *
 * @throws {TypeError} Outside of `run()`, or if the scope around the caller has exited.
 */
export function currentOpenFrame(): TaskFrame {
  const frame = currentFrame();
  if (frame.status.isClosed) {
    throw new TypeError(
      "Cannot wait or open a scope where the scope around has exited: " +
        "await everything that is started in a scope, or start it in a nursery",
    );
  }
  return frame;
}

/** Runs `body` and all that it awaits in `frame`. */
export function withFrame<A extends unknown[], T>(frame: TaskFrame, body: (...args: A) => T, ...args: A): T {
  return storage.run(frame, body, ...args);
}

/** Runs `body` outside of every task: for what outlives the caller. */
export function withoutFrame<T>(body: () => T): T {
  // On Deno what is awaited in exit() is back in the frame afterwards.
  return storage.run(undefined, body);
}
