import { ErrorGroup } from "../scope/error_group.ts";

/**
 * The things to do when an actor ends, however it does: at its end, at a cancel, at a crash, when its parent dies, at
 * SIGTERM; only SIGKILL leaves no time. Follows tractor's `Actor.lifetime_stack`.
 */
export class LifetimeStack {
  #deferred: (() => unknown)[] = [];

  /**
   * Adds something to do at the end; the last addition is done first. An asynchronous one is awaited, except where the
   * program itself is ended, by `process.exit()` or an error that nobody caught.
   */
  defer(callback: () => unknown): void {
    this.#deferred.push(callback);
  }

  /** @internal Does all of it, once. @throws What it throws, together. */
  async run(): Promise<void> {
    const errors: unknown[] = [];
    for (let next = this.#deferred.pop(); next !== undefined; next = this.#deferred.pop()) {
      try {
        await next();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new ErrorGroup(errors);
  }

  /** @internal Begins all of it, where nothing can be awaited any more. */
  runNow(): void {
    for (let next = this.#deferred.pop(); next !== undefined; next = this.#deferred.pop()) {
      try {
        void Promise.resolve(next()).catch(() => {});
      } catch {
        // The program ends: there is nobody left to be told, and what was deferred before is to be done too.
      }
    }
  }
}
