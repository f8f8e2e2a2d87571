import { CancelScope } from "../scope/cancel_scope.ts";
import { openNursery } from "../scope/nursery.ts";
import { openMemoryChannel, type ReceiveChannel, type SendChannel } from "./memory_channel.ts";
import { nextOf } from "./next_of.ts";
import { Semaphore } from "./semaphore.ts";

/** The values of a generator. Several tasks may receive: each value goes to one of them, in the order in which they asked. */
export class SafeChannel<T> {
  readonly #requests: Semaphore;
  readonly #values: ReceiveChannel<T>;
  /** Values that the generator was asked for and that nobody has got yet: more than calls wait if one was cancelled. */
  #asked = 0;
  #waiting = 0;

  /** @internal */
  constructor(requests: Semaphore, values: ReceiveChannel<T>) {
    this.#requests = requests;
    this.#values = values;
  }

  /**
   * Lets the generator go on, and waits for its next value.
   *
   * @throws {EndOfChannel} If the generator has returned.
   * @throws {Cancelled} Then the value is there for the next call.
   */
  async receive(): Promise<T> {
    this.#waiting += 1;
    try {
      if (this.#asked < this.#waiting) {
        this.#asked += 1;
        this.#requests.release();
      }
      const value = await this.#values.receive();
      this.#asked -= 1;
      return value;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Receives until the generator returns. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return { next: () => nextOf(this) };
  }
}

/**
 * Runs an async generator in a task of its own, and `body` with a channel of what it yields. The generator runs in step:
 * it goes on when its next value is asked for. When `body` ends, however it does, the generator is cancelled and
 * closed, its `finally` blocks included, before this returns.
 *
 * A generator that is iterated directly stands in the scopes of the task that asks for its next value, and one that is left
 * half-way is closed some time or never. Follows Trio's `as_safe_channel`.
 *
 * @returns What `body` returned.
 * @throws What `body` and the generator raised: one error as it is, several in an {@linkcode ErrorGroup}.
 *
 * @example Leave a generator half-way
 * ```ts
 * import { asSafeChannel, run, sleep } from "supervise";
 *
 * async function* ticks() {
 *   try {
 *     for (let i = 0;; i++) {
 *       yield i;
 *       await sleep(1);
 *     }
 *   } finally {
 *     console.log("closed");
 *   }
 * }
 *
 * await run(() =>
 *   asSafeChannel(ticks, async (values) => {
 *     for await (const value of values) {
 *       if (value === 3) break;
 *     }
 *   })
 * ); // closed
 * ```
 */
export async function asSafeChannel<T, R>(
  generate: () => AsyncIterable<T>,
  body: (values: SafeChannel<T>) => R | Promise<R>,
): Promise<R> {
  const result = await openNursery(async (nursery) => {
    const [sender, receiver] = openMemoryChannel<T>(0);
    const requests = new Semaphore(0);
    const generating = new CancelScope();
    nursery.startSoon(() => generating.run(() => feed(generate(), requests, sender)), {
      name: generate.name || "generator",
    });
    try {
      return { value: await body(new SafeChannel(requests, receiver)) };
    } finally {
      generating.cancel("its values are not wanted any more");
    }
  }, { collapse: true });
  // Nobody but the nursery itself can cancel it, and then it raises: there is a result.
  return result!.value;
}

async function feed<T>(values: AsyncIterable<T>, requests: Semaphore, sender: SendChannel<T>): Promise<void> {
  const iterator = values[Symbol.asyncIterator]();
  try {
    while (true) {
      await requests.acquire();
      const step = await iterator.next();
      if (step.done === true) return;
      await sender.send(step.value);
    }
  } finally {
    sender.close();
    await iterator.return?.();
  }
}
