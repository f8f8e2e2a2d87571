import { CancelScope, openMemoryChannel, openNursery, run, sleep, sleepForever } from "../../mod.ts";
import type { Contender } from "./cases.ts";

const inNursery = (count: number, task: (index: number) => unknown) =>
  run(() =>
    openNursery((nursery) => {
      for (let i = 0; i < count; i++) nursery.startSoon(() => task(i));
    })
  );

async function nest(depth: number): Promise<void> {
  if (depth > 0) await new CancelScope().run(() => nest(depth - 1));
}

const pump = (count: number, capacity: number, pairs: number) =>
  run(() =>
    openNursery((nursery) => {
      const [sender, receiver] = openMemoryChannel<number>(capacity);
      const share = count / pairs;
      for (let pair = 0; pair < pairs; pair++) {
        nursery.startSoon(async () => {
          for (let i = 0; i < share; i++) await sender.send(i);
        });
        nursery.startSoon(async () => {
          for (let i = 0; i < share; i++) await receiver.receive();
        });
      }
    })
  );

export const contender: Contender = {
  "start and join 100,000 tasks": (count) =>
    inNursery(count, async () => {
      await null;
    }),
  "cancel 100,000 parked tasks": (count) =>
    run(() =>
      openNursery(async (nursery) => {
        for (let i = 0; i < count; i++) nursery.startSoon(sleepForever);
        await sleep(0);
        nursery.cancelScope.cancel();
      })
    ),
  "nest 10,000 scopes": (depth) => run(() => nest(depth)),
  "1,000,000 items through a channel, rendezvous, two tasks": (count) => pump(count, 0, 1),
  "1,000,000 items through a channel of 100, two tasks": (count) => pump(count, 100, 1),
  "1,000,000 items through a channel of 100, ten tasks": (count) => pump(count, 100, 5),
  "100,000 sleeps of 0 to 99 ms": (count) => inNursery(count, (i) => sleep(i % 100)),
  park: (count) =>
    new Promise((resolve) => {
      run(() =>
        openNursery(async (nursery) => {
          for (let i = 0; i < count; i++) nursery.startSoon(sleepForever);
          await sleep(0);
          resolve(nursery);
        })
      );
    }),
};
