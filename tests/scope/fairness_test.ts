import assert from "node:assert/strict";
import { SystemClock } from "../../lib/host/shared/system_clock.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { run } from "../../lib/scope/run.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { Event } from "../../lib/sync/event.ts";
import { Lock } from "../../lib/sync/lock.ts";
import { openMemoryChannel } from "../../lib/sync/memory_channel.ts";
import { test } from "../harness/test.ts";

/** What tasks may do for ever without ever waiting for the world outside. */
const BUSY: Readonly<Record<string, () => Promise<unknown>>> = {
  "two tasks that play ping-pong through channels": () =>
    openNursery((nursery) => {
      const [ping, pinged] = openMemoryChannel<number>(0);
      const [pong, ponged] = openMemoryChannel<number>(0);
      nursery.startSoon(async () => {
        while (true) {
          await ping.send(1);
          await ponged.receive();
        }
      });
      nursery.startSoon(async () => {
        while (true) await pong.send(await pinged.receive());
      });
    }),
  "a loop of checkpoints": async () => {
    while (true) await checkpoint();
  },
  "a loop of waits for what has happened": async () => {
    const event = new Event();
    event.set();
    while (true) await event.wait();
  },
  "a loop of sleeps of no time": async () => {
    while (true) await sleep(0);
  },
  "a lock that goes round": () =>
    openNursery((nursery) => {
      const lock = new Lock();
      for (let i = 0; i < 3; i++) {
        nursery.startSoon(async () => {
          while (true) await lock.run(() => {});
        });
      }
    }),
  "tasks that start tasks": async () => {
    while (true) await openNursery((nursery) => nursery.startSoon(checkpoint));
  },
};

for (const [what, busy] of Object.entries(BUSY)) {
  test(`fairness: ${what} cannot keep a timer from firing`, async () => {
    await run(() => moveOnAfter(1, busy), { clock: new SystemClock() });
  });
}

test("fairness: a nursery with nothing in it lets others go on, timers too", async () => {
  await run(() =>
    openNursery((nursery) => {
      let over = false;
      nursery.startSoon(() => sleep(1).then(() => over = true));
      nursery.startSoon(async () => {
        while (!over) await openNursery(() => {});
      });
    }), { clock: new SystemClock() });
});

test("fairness: a nursery with nothing in it is no place for a cancel", async () => {
  await run(async () => {
    const scope = new CancelScope();
    scope.cancel();
    await scope.run(() => openNursery(() => {}));
    assert.equal(scope.cancelledCaught, false);
  }, { clock: new SystemClock() });
});
