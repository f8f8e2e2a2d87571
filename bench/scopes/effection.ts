/** Effection has queues without a bound only: there is no rendezvous, and no sender ever waits. */
import { createQueue, type Operation, run, scoped, sleep, spawn, suspend } from "effection";
import type { Contender } from "./cases.ts";

function* nest(depth: number): Operation<void> {
  if (depth > 0) yield* scoped(() => nest(depth - 1));
}

const pump = (count: number, pairs: number) =>
  run(function* () {
    const queue = createQueue<number, void>();
    const share = count / pairs;
    const tasks = [];
    for (let pair = 0; pair < pairs; pair++) {
      tasks.push(
        yield* spawn(function* () {
          for (let i = 0; i < share; i++) queue.add(i);
        }),
      );
      tasks.push(
        yield* spawn(function* () {
          for (let i = 0; i < share; i++) yield* queue.next();
        }),
      );
    }
    for (const task of tasks) yield* task;
  });

export const contender: Contender = {
  "start and join 100,000 tasks": (count) =>
    run(function* () {
      const tasks = [];
      for (let i = 0; i < count; i++) tasks.push(yield* spawn(function* () {}));
      for (const task of tasks) yield* task;
    }),
  "cancel 100,000 parked tasks": (count) =>
    run(() =>
      scoped(function* () {
        for (let i = 0; i < count; i++) yield* spawn(suspend);
        yield* sleep(0);
      })
    ),
  "nest 10,000 scopes": (depth) => run(() => nest(depth)),
  "1,000,000 items through a channel of 100, two tasks": (count) => pump(count, 1),
  "1,000,000 items through a channel of 100, ten tasks": (count) => pump(count, 5),
  "100,000 sleeps of 0 to 99 ms": (count) =>
    run(function* () {
      const tasks = [];
      for (let i = 0; i < count; i++) {
        tasks.push(yield* spawn(() => sleep(i % 100)));
      }
      for (const task of tasks) yield* task;
    }),
  park: (count) =>
    new Promise((resolve) => {
      run(function* () {
        for (let i = 0; i < count; i++) yield* spawn(suspend);
        yield* sleep(0);
        resolve(null);
        yield* suspend();
      });
    }),
};
