/** What several tasks share of another actor: a stream, and a context. */
import assert from "node:assert/strict";
import {
  Broadcast,
  type BroadcastReceiver,
  CancelScope,
  EndOfChannel,
  Event,
  Lagged,
  maybeOpenContext,
  openActorNursery,
  openNursery,
  RemoteActorError,
  sleepForever,
} from "../../mod.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import { CONTEXTS, STREAMS } from "./known_modules.ts";
import { onStage } from "./stage.ts";

async function collect(values: BroadcastReceiver<number>): Promise<readonly number[]> {
  const all: number[] = [];
  for await (const value of values) all.push(value);
  return all;
}

test("sharing: a stream of another actor is broadcast, its fast readers get all, and a slow one is told what it missed", () =>
  onStage(() =>
    openActorNursery(async (nursery) => {
      const portal = await nursery.startActor("one", { module: STREAMS });
      await portal.openContext("burst", [1_000], (context) =>
        context.openStream(async (stream) => {
          const broadcast = new Broadcast(stream, 16);
          const slow = broadcast.subscribe();
          await openNursery((readers) => {
            for (let i = 0; i < 3; i++) {
              const fast = broadcast.subscribe();
              readers.startSoon(async () => assert.equal((await collect(fast)).length, 1_000));
            }
          });
          assert.equal((await errorOf(Lagged, () => slow.receive())).missed, 984);
          assert.deepEqual(await collect(slow), Array.from({ length: 16 }, (_, i) => 984 + i));
          await errorOf(EndOfChannel, () => slow.receive());
        }));
    })
  ));

test("sharing: a reader of a broadcast that is cancelled costs the others nothing", () =>
  onStage(() =>
    openActorNursery(async (nursery) => {
      const portal = await nursery.startActor("one", { module: STREAMS });
      const all = await portal.openContext("burst", [300], (context) =>
        context.openStream(async (stream) => {
          const broadcast = new Broadcast(stream, 300);
          const [first, second] = [broadcast.subscribe(), broadcast.subscribe()];
          const scope = new CancelScope();
          await openNursery((readers) => {
            readers.startSoon(() =>
              scope.run(async () => {
                for await (const value of first) if (value === 100) scope.cancel();
              })
            );
          });
          return await collect(second);
        }));
      assert.deepEqual(all, Array.from({ length: 300 }, (_, i) => i));
    })
  ));

test("sharing: an error of the sender ends all readers of a broadcast, and leaves the context once and as it is", () =>
  onStage(() =>
    openActorNursery(async (nursery) => {
      const portal = await nursery.startActor("one", { module: STREAMS });
      const error = await errorOf(RemoteActorError, () =>
        portal.openContext("sendsAndFails", [3], (context) =>
          context.openStream((stream) => {
            const broadcast = new Broadcast(stream, 16);
            return openNursery((readers) => {
              for (const receiver of [broadcast.subscribe(), broadcast.subscribe()]) {
                readers.startSoon(() =>
                  collect(receiver)
                );
              }
            });
          })));
      assert.equal(error.original.message, "the sender failed");
    })
  ));

test("sharing: one context with another actor for all who use it, from the first to the last", () =>
  onStage(({ notes }) =>
    openActorNursery(async (nursery) => {
      const portal = await nursery.startActor("one", { module: CONTEXTS });
      const shared = (use: (name: string) => Promise<void>) =>
        portal.openContext("hold", ["shared"], async (context, name) => {
          await use(name);
          await context.cancel();
        });
      const allUse = new Event();
      let users = 0;
      await openNursery((tasks) => {
        for (let i = 0; i < 3; i++) {
          tasks.startSoon(() =>
            maybeOpenContext("connection", shared, async (name, wasOpen) => {
              assert.deepEqual([name, wasOpen], ["shared", users > 0]);
              users += 1;
              if (users === 3) allUse.set();
              await allUse.wait();
              assert.deepEqual(notes(), ["shared begins"]);
            })
          );
        }
      });
      assert.deepEqual(notes(), ["shared begins", "shared ends"]);
      await maybeOpenContext("connection", shared, (_, wasOpen) => assert.equal(wasOpen, false));
      assert.deepEqual(notes().slice(2), ["shared begins", "shared ends"]);
    })
  ));

test("sharing: users of a context are cancelled when the other side fails, and raise its error", () =>
  onStage(() =>
    openActorNursery(async (nursery) => {
      const portal = await nursery.startActor("one", { module: CONTEXTS });
      const shared = (use: (value: null) => Promise<void>) =>
        portal.openContext("failsOnWord", [], async (context, value) => {
          await context.openStream(async (stream) => {
            await bothUse.wait();
            await stream.send("now");
          });
          await use(value);
        });
      const bothUse = new Event();
      await openNursery((tasks) => {
        for (const isLast of [false, true]) {
          tasks.startSoon(async () => {
            const error = await errorOf(RemoteActorError, () =>
              maybeOpenContext("failing", shared, async () => {
                await sleepForever();
              }));
            assert.ok(error.is(RangeError));
          });
          if (isLast) {
            bothUse.set();
          }
        }
      });
    })
  ));

test("sharing: a user that is cancelled while it opens the context leaves it to the others", () =>
  onStage(({ notes, noted }) =>
    openActorNursery(async (nursery) => {
      const portal = await nursery.startActor("one", { module: CONTEXTS });
      const shared = (use: (name: string) => Promise<void>) =>
        portal.openContext("neverStarts", ["shared"], (_, name) => use(name));
      const scope = new CancelScope();
      await openNursery(async (tasks) => {
        tasks.startSoon(() => scope.run(() => maybeOpenContext("connection", shared, () => {})));
        tasks.startSoon(() => maybeOpenContext("connection", shared, () => {}));
        await noted("shared begins");
        scope.cancel();
        await openNursery((others) => others.startSoon(() => portal.openContext("giveBack", [""], () => {})));
        assert.deepEqual(notes(), ["shared begins"]);
        tasks.cancelScope.cancel();
      });
      assert.deepEqual(notes(), ["shared begins", "shared ends"]);
    })
  ));
