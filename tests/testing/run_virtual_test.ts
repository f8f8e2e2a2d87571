import assert from "node:assert/strict";
import { openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { currentTime, sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { openMemoryChannel } from "../../lib/sync/memory_channel.ts";
import { DeadlockError, runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

test("runVirtual: time jumps to the next timer whenever every task waits, and no further", async () => {
  await runVirtual(async (clock) => {
    const woken: number[] = [];
    await openNursery((nursery) => {
      for (const ms of [86_400_000, 10, 3_600_000]) {
        nursery.startSoon(() => sleep(ms).then(() => woken.push(currentTime())));
      }
    });
    assert.deepEqual([woken, clock.now()], [[10, 3_600_000, 86_400_000], 86_400_000]);
  });
});

test("runVirtual: time stands still while tasks have something to do", async () => {
  await runVirtual(async (clock) => {
    await openNursery((nursery) => {
      nursery.startSoon(async () => {
        for (let i = 0; i < 5_000; i++) await checkpoint();
        assert.equal(clock.now(), 0);
      });
      nursery.startSoon(() => sleep(1));
    });
  });
});

test("runVirtual: when nothing can ever happen again, the error shows who waits for what, and the seed", async () => {
  const error = await errorOf(DeadlockError, () =>
    runVirtual(() =>
      openNursery((nursery) => {
        const [sender, receiver] = openMemoryChannel<number>(0);
        nursery.startSoon(() => sender.clone().send(1).then(() => receiver.clone()), { name: "sender" });
        nursery.startSoon(sleepForever, { name: "sleeper" });
      }), { seed: 5 }));
  assert.deepEqual(error.message.split("\n"), [
    "Every task waits, and no timer is set:",
    "main",
    "  sender (waits: send)",
    "  sleeper (waits: sleep forever) (order of tasks: SHUFFLE_SEED=5)",
  ]);
});

/** The order in which ten tasks go on that become ready at once. */
async function orderOf(seed: number): Promise<string> {
  const order: number[] = [];
  await runVirtual(() =>
    openNursery((nursery) => {
      for (let i = 0; i < 10; i++) nursery.startSoon(() => order.push(i));
    }), { seed });
  return order.join("");
}

test("runVirtual: the order of ready tasks follows from the seed, and differs between seeds", async () => {
  assert.equal(await orderOf(1), await orderOf(1));
  const orders = new Set<string>();
  for (let seed = 0; seed < 20; seed++) orders.add(await orderOf(seed));
  assert.ok(orders.size > 15);
});

test("runVirtual: an error that leaves it names the seed, once", async () => {
  const failing = () => runVirtual(() => Promise.reject(new RangeError("real")), { seed: 7 });
  assert.equal((await errorOf(RangeError, failing)).message, "real (order of tasks: SHUFFLE_SEED=7)");
  const error = await errorOf(RangeError, failing);
  await raisedBy(() => runVirtual(() => Promise.reject(error), { seed: 8 }));
  assert.equal(error.message, "real (order of tasks: SHUFFLE_SEED=7)");
});

const UNCHANGEABLE: Readonly<Record<string, unknown>> = {
  "a DOMException": new DOMException("aborted", "AbortError"),
  "a frozen error": Object.freeze(new RangeError("frozen")),
  "no error at all": "text",
};

for (const [what, thrown] of Object.entries(UNCHANGEABLE)) {
  test(`runVirtual: ${what} leaves it as what it is`, async () => {
    assert.equal(await raisedBy(() => runVirtual(() => Promise.reject(thrown))), thrown);
  });
}

test("runVirtual: it returns what main returns", async () => {
  assert.equal(await runVirtual(() => sleep(5).then(() => "value")), "value");
});
