/**
 * Values that belong to a place in the tree of tasks. They are set for the length of a block, so that none leaks to a
 * caller.
 */
import { currentFrame, withFrame } from "./ambient.ts";
import { findLocal, type Inherited } from "./local_values.ts";

class LocalVariable<T> implements Inherited {
  /** @internal */
  readonly ofTree: boolean;
  readonly #default: T;

  constructor(defaultValue: T, ofTree: boolean) {
    this.#default = defaultValue;
    this.ofTree = ofTree;
  }

  /**
   * The value here; the default where none is set.
   *
   * @throws {TypeError} Outside of `run()`.
   */
  get(): T {
    const local = findLocal(currentFrame().locals, this);
    return local === null ? this.#default : local.value as T;
  }

  /**
   * Runs `body` with a value of its own.
   *
   * @throws {TypeError} Outside of `run()`.
   */
  run<R>(value: T, body: () => R): R {
    const { run, task, status, locals } = currentFrame();
    return withFrame({ run, task, status, locals: { variable: this, value, outer: locals } }, body);
  }
}

/**
 * A variable that a new task inherits from the code that starts it, as Python's context variables: for what follows the
 * flow of control, such as the number of a request.
 *
 * @example A value for the length of a block
 * ```ts
 * import { openNursery, run, TaskLocal } from "supervise";
 *
 * const request = new TaskLocal("none");
 * await run(() =>
 *   openNursery((nursery) => {
 *     request.run("42", () => nursery.startSoon(() => console.log(request.get()))); // 42
 *     nursery.startSoon(() => console.log(request.get())); // none
 *   })
 * );
 * ```
 */
export class TaskLocal<T> extends LocalVariable<T> {
  /** @param defaultValue The value of `get` where nothing is set. */
  constructor(defaultValue: T) {
    super(defaultValue, false);
  }
}

/**
 * A variable that a new task inherits from its nursery and not from its starter: for a part of the tree, such
 * as a connection that lives as long as the nursery.
 */
export class TreeLocal<T> extends LocalVariable<T> {
  /** @param defaultValue The value of `get` where nothing is set. */
  constructor(defaultValue: T) {
    super(defaultValue, true);
  }
}
