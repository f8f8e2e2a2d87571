/** What waits for its turn in the engine, and how it is waited for. */
import assert from "node:assert/strict";
import { type Instant, instant, NEVER } from "../../lib/base/instant.ts";
import { Inbox } from "../../lib/engine/inbox.ts";
import type { Clock } from "../../lib/scope/clock.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";

/** A clock that counts the timers that are asked for. */
function counting(clock: Clock): Clock & { readonly timers: readonly Instant[] } {
  const timers: Instant[] = [];
  return {
    timers,
    now: () => clock.now(),
    turn: (callback) => clock.turn(callback),
    schedule(at, callback) {
      timers.push(at);
      return clock.schedule(at, callback);
    },
  };
}

test("inbox: all that has come is there at once, in order", () =>
  runVirtual((clock) => {
    const inbox = new Inbox<string>(clock);
    for (const item of ["one", "two"]) inbox.put(item);
    assert.deepEqual([inbox.take(), inbox.take(), inbox.take()], ["one", "two", undefined]);
    inbox.put("three");
    assert.deepEqual([inbox.take(), inbox.take()], ["three", undefined]);
  }));

test("inbox: a wait ends when something comes, also without an instant to wait for", () =>
  runVirtual((clock) =>
    openNursery(async (nursery) => {
      const inbox = new Inbox<string>(clock);
      nursery.startSoon(async () => {
        await sleep(5);
        inbox.put("late");
      });
      await inbox.wait(NEVER);
      assert.deepEqual([inbox.take(), clock.now()], ["late", 5]);
    })
  ));

test("inbox: one timer serves all that is due later, and is replaced by what is due earlier", () =>
  runVirtual(async (clock) => {
    const counted = counting(clock);
    const inbox = new Inbox<string>(counted);
    const waitUntil = async (due: Instant) => {
      while (clock.now() < due) await inbox.wait(due);
    };
    await openNursery(async (nursery) => {
      nursery.startSoon(async () => {
        for (let count = 0; count < 3; count++) {
          await sleep(1);
          inbox.put("something");
        }
      });
      // Each of these is ended by what comes.
      for (const due of [100, 200, 50]) await inbox.wait(instant(due));
    });
    assert.deepEqual(counted.timers, [100, 50]);
    await waitUntil(instant(120));
    assert.equal(clock.now(), 120);
    assert.deepEqual(counted.timers, [100, 50, 120]);
  }));

test("inbox: when it is closed no timer is left", () =>
  runVirtual(async (clock) => {
    const inbox = new Inbox<string>(clock);
    await openNursery(async (nursery) => {
      nursery.startSoon(() => inbox.put("something"));
      await inbox.wait(instant(1_000));
    });
    inbox.close();
    assert.equal(clock.next(), NEVER);
  }));
