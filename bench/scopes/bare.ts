/** The floor: promises, with an ambient store where tasks have one. Nobody waits for them, and nothing can be cancelled. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Contender } from "./cases.ts";

const ambient = new AsyncLocalStorage<object>();

/** A queue whose waiters are promises; capacity 0 hands over from sender to receiver. */
class PromiseQueue {
  readonly #items: number[] = [];
  #head = 0;
  readonly #receivers: ((item: number) => void)[] = [];
  #nextReceiver = 0;
  readonly #senders: (() => void)[] = [];
  #nextSender = 0;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  send(item: number): Promise<void> | void {
    if (this.#nextReceiver < this.#receivers.length) {
      return this.#receivers[this.#nextReceiver++]!(item);
    }
    this.#items.push(item);
    if (this.#items.length - this.#head <= this.#capacity) return;
    return new Promise((resolve) => this.#senders.push(resolve));
  }

  receive(): Promise<number> | number {
    if (this.#head === this.#items.length) {
      return new Promise((resolve) => this.#receivers.push(resolve));
    }
    if (this.#nextSender < this.#senders.length) {
      this.#senders[this.#nextSender++]!();
    }
    return this.#items[this.#head++]!;
  }
}

async function pump(
  count: number,
  capacity: number,
  pairs: number,
): Promise<void> {
  const queue = new PromiseQueue(capacity);
  const share = count / pairs;
  const send = async () => {
    for (let i = 0; i < share; i++) await queue.send(i);
  };
  const receive = async () => {
    for (let i = 0; i < share; i++) await queue.receive();
  };
  await Promise.all(
    Array.from(
      { length: pairs },
      () => [ambient.run({}, send), ambient.run({}, receive)],
    ).flat(),
  );
}

async function nest(depth: number): Promise<void> {
  // Bare promises have no scopes; a frame of the ambient store is what stands for one. The stack ends at some thousands.
  if (depth % 128 === 0) await null;
  if (depth > 0) await ambient.run({}, nest, depth - 1);
}

export const contender: Contender = {
  "start and join 100,000 tasks": (count) =>
    Promise.all(
      Array.from({ length: count }, () =>
        ambient.run({}, async () => {
          await null;
        })),
    ),
  "cancel 100,000 parked tasks": async (count) => {
    const controller = new AbortController();
    const parked = Array.from(
      { length: count },
      () =>
        ambient.run({}, async () => {
          await new Promise((_, reject) => {
            controller.signal.addEventListener(
              "abort",
              () => reject(controller.signal.reason),
            );
          });
        }),
    );
    await null;
    controller.abort();
    await Promise.allSettled(parked);
  },
  "nest 10,000 scopes": nest,
  "1,000,000 items through a channel, rendezvous, two tasks": (count) => pump(count, 0, 1),
  "1,000,000 items through a channel of 100, two tasks": (count) => pump(count, 100, 1),
  "1,000,000 items through a channel of 100, ten tasks": (count) => pump(count, 100, 5),
  "100,000 sleeps of 0 to 99 ms": (count) =>
    Promise.all(
      Array.from({ length: count }, (_, i) =>
        ambient.run({}, async () => {
          await new Promise((resolve) => setTimeout(resolve, i % 100));
        })),
    ),
  park: async (count) => {
    const parked = Array.from(
      { length: count },
      () => ambient.run({}, () => new Promise(() => {})),
    );
    await null;
    return parked;
  },
};
