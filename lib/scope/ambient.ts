/**
 * Where the running code stands in the tree of tasks and scopes. It travels with the asynchronous context, so that
 * nothing needs to be passed along, and two branches of one task under `Promise.all` each have a stack of their own.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { CancelStatus } from "./cancel_status.ts";
import type { RunState } from "./run_state.ts";

/** What a task is known by. */
export interface TaskInfo {
  readonly name: string;
}

/** The running task and the innermost scope around the running code. */
export interface Frame {
  readonly run: RunState;
  readonly task: TaskInfo;
  readonly status: CancelStatus;
}

const storage = new AsyncLocalStorage<Frame>();

/** The present frame, or null outside of every `run()`. */
export function tryCurrentFrame(): Frame | null {
  return storage.getStore() ?? null;
}

/**
 * The present frame.
 *
 * @throws {TypeError} Outside of `run()`.
 */
export function currentFrame(): Frame {
  const frame = storage.getStore();
  if (frame === undefined) {
    throw new TypeError(
      "Cannot find the present task: call this from inside run(), and not from a foreign callback",
    );
  }
  return frame;
}

/** Runs `body` and all that it awaits in `frame`. */
export function withFrame<T>(frame: Frame, body: () => T): T {
  return storage.run(frame, body);
}
