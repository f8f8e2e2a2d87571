import assert from "node:assert/strict";
import {
  BrokenResourceError,
  ClosedResourceError,
  EndOfChannel,
  WouldBlock,
} from "../../lib/sync/channel_errors.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { openMemoryChannel } from "../../lib/sync/memory_channel.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";
import { seeded } from "../../lib/base/chance.ts";

test("memory channel: a rendezvous send waits for its receive", async () => {
  await runVirtual(async (clock) => {
    const [sender, receiver] = openMemoryChannel<string>(0);
    await openNursery((nursery) => {
      nursery.startSoon(async () => {
        await sender.send("x");
        assert.equal(clock.now(), 20);
      });
      nursery.startSoon(async () => {
        await sleep(20);
        assert.equal(await receiver.receive(), "x");
      });
    });
  });
});

test("memory channel: values come out in order, and a full buffer makes senders wait in order", async () => {
  await runVirtual(async () => {
    const [sender, receiver] = openMemoryChannel<number>(2);
    const got: number[] = [];
    await openNursery((nursery) => {
      for (let i = 0; i < 6; i++) {
        nursery.startSoon(async () => {
          await sleep(i);
          await sender.send(i);
        });
      }
      nursery.startSoon(async () => {
        for (let i = 0; i < 6; i++) {
          await sleep(10);
          got.push(await receiver.receive());
        }
      });
    });
    assert.deepEqual(got, [0, 1, 2, 3, 4, 5]);
  });
});

test("memory channel: the last sender's close lets the buffer drain, then ends the loop", async () => {
  await runVirtual(async () => {
    const [sender, receiver] = openMemoryChannel<number>(Infinity);
    const second = sender.clone();
    sender.sendNowait(1);
    sender.close();
    second.sendNowait(2);
    second.close();
    const got: number[] = [];
    for await (const value of receiver) got.push(value);
    assert.deepEqual(got, [1, 2]);
    await assert.rejects(receiver.receive(), EndOfChannel);
  });
});

test("memory channel: the last receiver's close breaks waiting and later senders", async () => {
  await runVirtual(async () => {
    const [sender, receiver] = openMemoryChannel<number>(0);
    const second = receiver.clone();
    await openNursery((nursery) => {
      nursery.startSoon(() => assert.rejects(sender.send(1), BrokenResourceError));
      nursery.startSoon(async () => {
        await sleep(1);
        receiver.close();
        second.close();
      });
    });
    assert.throws(() => sender.sendNowait(2), BrokenResourceError);
  });
});

test("memory channel: closing an end wakes those who wait on that end only", async () => {
  await runVirtual(async () => {
    const [sender, receiver] = openMemoryChannel<number>(0);
    const clone = receiver.clone();
    await openNursery((nursery) => {
      nursery.startSoon(() => assert.rejects(receiver.receive(), ClosedResourceError));
      nursery.startSoon(async () => assert.equal(await clone.receive(), 9));
      nursery.startSoon(async () => {
        await sleep(1);
        receiver.close();
        await sender.send(9);
      });
    });
    await assert.rejects(receiver.receive(), ClosedResourceError);
    assert.throws(() => receiver.clone(), ClosedResourceError);
    receiver.close();
  });
});

test("memory channel: what does not wait says that it would", async () => {
  await runVirtual(() => {
    const [sender, receiver] = openMemoryChannel<number>(1);
    assert.throws(() => receiver.receiveNowait(), WouldBlock);
    sender.sendNowait(1);
    assert.throws(() => sender.sendNowait(2), WouldBlock);
    assert.equal(receiver.receiveNowait(), 1);
    sender.close();
    assert.throws(() => receiver.receiveNowait(), EndOfChannel);
    assert.throws(() => sender.sendNowait(3), ClosedResourceError);
    assert.throws(() => openMemoryChannel(-1), RangeError);
    assert.throws(() => openMemoryChannel(0.5), RangeError);
  });
});

test("memory channel: under random cancels every value is received once or its send raises", async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seeded(seed);
    await runVirtual(async () => {
      const [sender, receiver] = openMemoryChannel<number>(Math.floor(random() * 3));
      const sent = new Set<number>();
      const got: number[] = [];
      await openNursery((nursery) => {
        for (let i = 0; i < 30; i++) {
          const at = random() * 20;
          const patience = random() * 10;
          nursery.startSoon(async () => {
            await sleep(at);
            const scope = new CancelScope();
            const send = scope.run(async () => {
              await sender.send(i);
              sent.add(i);
            });
            nursery.startSoon(() => sleep(patience).then(() => scope.cancel()));
            await send;
          });
        }
        for (let i = 0; i < 30; i++) {
          const at = random() * 20;
          const patience = random() * 10;
          nursery.startSoon(async () => {
            await sleep(at);
            const scope = new CancelScope();
            nursery.startSoon(() => sleep(patience).then(() => scope.cancel()));
            await scope.run(async () => {
              got.push(await receiver.receive());
            });
          });
        }
      });
      sender.close();
      for await (const value of receiver) got.push(value);
      assert.deepEqual(got.toSorted((a, b) => a - b), [...sent].toSorted((a, b) => a - b), `seed ${seed}`);
    });
  }
});
