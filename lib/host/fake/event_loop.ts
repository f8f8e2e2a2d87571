import { withoutFrame } from "../../scope/ambient.ts";

/**
 * The way to the code of one process: every event from outside goes through here. While the process computes or is
 * stopped events wait, in order; once it has ended none arrives any more, so that no wait of its code ends.
 */
export class EventLoop {
  #holds = 0;
  #waiting: (() => void)[] = [];
  #isOver = false;

  /** Calls back in the process. The event is the doing of another process: its task is not that of the callback. */
  deliver(callback: () => void): void {
    if (this.#isOver) return;
    if (this.#holds > 0) this.#waiting.push(callback);
    else withoutFrame(callback);
  }

  /** The value of a promise of the machine, when the process gets to hear of it. */
  hear<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) =>
      promise.then(
        (value) => this.deliver(() => resolve(value)),
        (error: unknown) => this.deliver(() => reject(error)),
      )
    );
  }

  /** Lets events wait until it is released as often as it was held. */
  hold(): void {
    this.#holds += 1;
  }

  release(): void {
    this.#holds -= 1;
    while (this.#holds === 0 && this.#waiting.length > 0) withoutFrame(this.#waiting.shift()!);
  }

  /** The process has ended. */
  stop(): void {
    this.#isOver = true;
    this.#waiting = [];
  }
}
