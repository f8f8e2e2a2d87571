import { Effect, Fiber, Queue } from "effect";
import type { Contender } from "./cases.ts";

const forkAll = (
  count: number,
  task: (index: number) => Effect.Effect<unknown>,
) =>
  Effect.gen(function* () {
    const fibers = [];
    for (let i = 0; i < count; i++) {
      fibers.push(yield* Effect.forkChild(task(i)));
    }
    return fibers;
  });

const nest = (depth: number): Effect.Effect<void> =>
  depth === 0 ? Effect.void : Effect.scoped(Effect.suspend(() => nest(depth - 1)));

const pump = (count: number, capacity: number, pairs: number) =>
  Effect.runPromise(Effect.gen(function* () {
    const queue = yield* Queue.bounded<number>(capacity);
    const share = count / pairs;
    const send = Effect.gen(function* () {
      for (let i = 0; i < share; i++) yield* Queue.offer(queue, i);
    });
    const receive = Effect.gen(function* () {
      for (let i = 0; i < share; i++) yield* Queue.take(queue);
    });
    const fibers = yield* forkAll(
      2 * pairs,
      (i) => i % 2 === 0 ? send : receive,
    );
    yield* Fiber.joinAll(fibers);
  }));

export const contender: Contender = {
  "start and join 100,000 tasks": (count) =>
    Effect.runPromise(
      Effect.flatMap(forkAll(count, () => Effect.yieldNow), Fiber.joinAll),
    ),
  "cancel 100,000 parked tasks": (count) =>
    Effect.runPromise(Effect.gen(function* () {
      const fibers = yield* forkAll(count, () => Effect.never);
      yield* Effect.sleep(0);
      yield* Fiber.interruptAll(fibers);
    })),
  "nest 10,000 scopes": (depth) => Effect.runPromise(nest(depth)),
  "1,000,000 items through a channel, rendezvous, two tasks": (count) => pump(count, 0, 1),
  "1,000,000 items through a channel of 100, two tasks": (count) => pump(count, 100, 1),
  "1,000,000 items through a channel of 100, ten tasks": (count) => pump(count, 100, 5),
  "100,000 sleeps of 0 to 99 ms": (count) =>
    Effect.runPromise(
      Effect.flatMap(
        forkAll(count, (i) => Effect.sleep(i % 100)),
        Fiber.joinAll,
      ),
    ),
  park: (count) =>
    new Promise((resolve) => {
      Effect.runFork(Effect.gen(function* () {
        const fibers = yield* forkAll(count, () => Effect.never);
        yield* Effect.sleep(0);
        resolve(fibers);
        yield* Effect.never;
      }));
    }),
};
