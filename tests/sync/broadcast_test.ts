import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { type Nursery, openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { Broadcast, type BroadcastReceiver, Lagged } from "../../lib/sync/broadcast.ts";
import { ClosedResourceError, EndOfChannel } from "../../lib/sync/channel_errors.ts";
import { openMemoryChannel, type SendChannel } from "../../lib/sync/memory_channel.ts";
import { seeded } from "../../lib/base/chance.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

/** A broadcast of what is sent. */
function openBroadcast(kept: number): [SendChannel<number>, Broadcast<number>] {
  const [sender, receiver] = openMemoryChannel<number>(Infinity);
  return [sender, new Broadcast(receiver, kept)];
}

function sendAll(sender: SendChannel<number>, values: readonly number[]): void {
  for (const value of values) sender.sendNowait(value);
}

async function drain(receiver: BroadcastReceiver<number>): Promise<readonly number[]> {
  const got: number[] = [];
  for await (const value of receiver) got.push(value);
  return got;
}

test("broadcast: every receiver gets all values, in order", async () => {
  await runVirtual(async () => {
    const [sender, broadcast] = openBroadcast(10);
    const receivers = [broadcast.subscribe(), broadcast.subscribe(), broadcast.subscribe()];
    sendAll(sender, [1, 2, 3]);
    sender.close();
    assert.deepEqual(await Promise.all(receivers.map(drain)), [[1, 2, 3], [1, 2, 3], [1, 2, 3]]);
  });
});

test("broadcast: a receiver gets what comes after it has subscribed", async () => {
  await runVirtual(async () => {
    const [sender, broadcast] = openBroadcast(10);
    const early = broadcast.subscribe();
    sendAll(sender, [1, 2, 3]);
    await early.receive();
    await early.receive();
    const late = broadcast.subscribe();
    sender.close();
    assert.deepEqual([await drain(late), await drain(early)], [[3], [3]]);
  });
});

test("broadcast: the fastest sets the pace, a slow one is told once what it missed, and goes on with the oldest", async () => {
  await runVirtual(async () => {
    const [sender, broadcast] = openBroadcast(3);
    const [fast, slow] = [broadcast.subscribe(), broadcast.subscribe()];
    sendAll(sender, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    sender.close();
    assert.equal((await drain(fast)).length, 10);
    assert.equal((await errorOf(Lagged, () => slow.receive())).missed, 7);
    assert.deepEqual(await drain(slow), [7, 8, 9]);
    await errorOf(EndOfChannel, () => slow.receive());
  });
});

test("broadcast: a receiver that is never read lags, and holds up nobody", async () => {
  await runVirtual(async () => {
    const [sender, broadcast] = openBroadcast(2);
    const [reader, idle] = [broadcast.subscribe(), broadcast.subscribe()];
    for (let i = 0; i < 1_000; i++) {
      sender.sendNowait(i);
      assert.equal(await reader.receive(), i);
    }
    assert.equal((await errorOf(Lagged, () => idle.receive())).missed, 998);
    assert.equal(await idle.receive(), 998);
  });
});

test("broadcast: who falls behind again is told again", async () => {
  await runVirtual(async () => {
    const [sender, broadcast] = openBroadcast(1);
    const [fast, slow] = [broadcast.subscribe(), broadcast.subscribe()];
    const pass = async (count: number) => {
      for (let i = 0; i < count; i++) {
        sender.sendNowait(i);
        await fast.receive();
      }
    };
    await pass(3);
    assert.equal((await errorOf(Lagged, () => slow.receive())).missed, 2);
    await pass(5);
    assert.equal((await errorOf(Lagged, () => slow.receive())).missed, 5);
    assert.equal(await slow.receive(), 4);
  });
});

test("broadcast: the end of the source wakes all who wait", async () => {
  await runVirtual(async () => {
    const [sender, broadcast] = openBroadcast(1);
    await openNursery(async (nursery) => {
      for (let i = 0; i < 3; i++) {
        const receiver = broadcast.subscribe();
        nursery.startSoon(() => errorOf(EndOfChannel, () => receiver.receive()));
      }
      await waitAllTasksBlocked();
      sender.close();
    });
    await errorOf(EndOfChannel, () => broadcast.subscribe().receive());
  });
});

test("broadcast: an error of the source is raised by every receiver, after what is kept", async () => {
  await runVirtual(async () => {
    const failure = new RangeError("source");
    const values = [1, 2];
    const source = {
      async receive() {
        await sleep(1);
        return values.shift() ?? Promise.reject(failure);
      },
    };
    const broadcast = new Broadcast(source, 5);
    const receivers = [broadcast.subscribe(), broadcast.subscribe()];
    for (const receiver of receivers) {
      assert.deepEqual([await receiver.receive(), await receiver.receive()], [1, 2]);
      for (let i = 0; i < 2; i++) assert.equal(await raisedBy(() => receiver.receive()), failure);
    }
  });
});

/** Starts a receive, and returns what it got once it has. */
function startReceive(nursery: Nursery, receiver: BroadcastReceiver<number>, scope: CancelScope): number[] {
  const got: number[] = [];
  nursery.startSoon(() =>
    scope.run(async () => {
      got.push(await receiver.receive());
    })
  );
  return got;
}

test("broadcast: a receiver that is cancelled while it pulls hands over, and no value is lost", async () => {
  await runVirtual(async () => {
    const [sender, broadcast] = openBroadcast(5);
    const [a, b] = [broadcast.subscribe(), broadcast.subscribe()];
    const scopes = [new CancelScope(), new CancelScope()] as const;
    await openNursery(async (nursery) => {
      const gotByPuller = startReceive(nursery, a, scopes[0]);
      await waitAllTasksBlocked();
      const gotByWaiter = startReceive(nursery, b, scopes[1]);
      await waitAllTasksBlocked();
      scopes[0].cancel();
      await waitAllTasksBlocked();
      sendAll(sender, [1, 2]);
      await waitAllTasksBlocked();
      assert.deepEqual([gotByPuller, gotByWaiter], [[], [1]]);
    });
    assert.deepEqual([await a.receive(), await a.receive(), await b.receive()], [1, 2, 2]);
  });
});

test("broadcast: a value that came just before the cancel of the puller is there for all", async () => {
  await runVirtual(async () => {
    const [sender, broadcast] = openBroadcast(5);
    const [a, b] = [broadcast.subscribe(), broadcast.subscribe()];
    const scope = new CancelScope();
    await openNursery(async (nursery) => {
      const got = startReceive(nursery, a, scope);
      await waitAllTasksBlocked();
      sender.sendNowait(1);
      scope.cancel();
      await waitAllTasksBlocked();
      if (got.length === 0) got.push(await a.receive());
      assert.deepEqual([got, await b.receive()], [[1], 1]);
    });
  });
});

test("broadcast: one that waits for the puller may be cancelled, and misses nothing", async () => {
  await runVirtual(async () => {
    const [sender, broadcast] = openBroadcast(5);
    const [a, b] = [broadcast.subscribe(), broadcast.subscribe()];
    const scope = new CancelScope();
    await openNursery(async (nursery) => {
      const got = startReceive(nursery, a, new CancelScope());
      await waitAllTasksBlocked();
      startReceive(nursery, b, scope);
      await waitAllTasksBlocked();
      scope.cancel();
      sender.sendNowait(1);
      assert.equal(await b.receive(), 1);
      await waitAllTasksBlocked();
      assert.deepEqual(got, [1]);
    });
  });
});

test("broadcast: closing a receiver wakes it, the others go on, and so does the source", async () => {
  await runVirtual(async () => {
    const [sender, broadcast] = openBroadcast(5);
    const [puller, waiter, other] = [broadcast.subscribe(), broadcast.subscribe(), broadcast.subscribe()];
    await openNursery(async (nursery) => {
      nursery.startSoon(() => errorOf(ClosedResourceError, () => puller.receive()));
      await waitAllTasksBlocked();
      nursery.startSoon(() => errorOf(ClosedResourceError, () => waiter.receive()));
      await waitAllTasksBlocked();
      nursery.startSoon(async () => assert.equal(await other.receive(), 1));
      await waitAllTasksBlocked();
      puller.close();
      puller.close();
      waiter.close();
      await waitAllTasksBlocked();
      sender.sendNowait(1);
    });
    await errorOf(ClosedResourceError, () => puller.receive());
    assert.throws(() => waiter.clone(), ClosedResourceError);
  });
});

test("broadcast: a clone gets all that its original has not got yet", async () => {
  await runVirtual(async () => {
    const [sender, broadcast] = openBroadcast(5);
    const [original, fast] = [broadcast.subscribe(), broadcast.subscribe()];
    sendAll(sender, [1, 2, 3]);
    sender.close();
    await drain(fast);
    await original.receive();
    assert.deepEqual([await drain(original.clone()), await drain(original)], [[2, 3], [2, 3]]);
  });
});

test("broadcast: at least one value is kept", () => {
  for (const kept of [0, -1, 1.5, NaN, Infinity]) {
    assert.throws(() => openBroadcast(kept), RangeError);
  }
});

test("broadcast: under random cancels each receiver gets every value once, in order, or is told what it missed", async () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seeded(seed);
    await runVirtual(async () => {
      const [sender, receiver] = openMemoryChannel<number>(0);
      const broadcast = new Broadcast(receiver, 1 + Math.floor(random() * 4));
      await openNursery((nursery) => {
        for (let i = 0; i < 3; i++) {
          const one = broadcast.subscribe();
          nursery.startSoon(() => readAll(one, random));
        }
        nursery.startSoon(async () => {
          for (let i = 0; i < 40; i++) {
            await sleep(random() * 3);
            await sender.send(i);
          }
          sender.close();
        });
      });
    });
  }
});

/** Reads to the end with waits that are given up now and then, and checks that nothing is missed unnoticed. */
async function readAll(receiver: BroadcastReceiver<number>, random: () => number): Promise<void> {
  let next = 0;
  while (true) {
    await sleep(random() * 4);
    try {
      await moveOnAfter(random() * 4, async () => {
        const value = await receiver.receive();
        assert.equal(value, next++);
      });
    } catch (error) {
      if (error instanceof EndOfChannel) return assert.equal(next, 40);
      if (!(error instanceof Lagged)) throw error;
      next += error.missed;
    }
  }
}
