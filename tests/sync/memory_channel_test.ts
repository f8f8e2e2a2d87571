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
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
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

test("memory channel: its statistics say what goes on in it", async () => {
  await runVirtual(async () => {
    const [sender, receiver] = openMemoryChannel<number>(2);
    const [senderClone, receiverClone] = [sender.clone(), receiver.clone()];
    const idle = {
      buffered: 0,
      peakBuffered: 0,
      capacity: 2,
      openSenders: 2,
      openReceivers: 2,
      waitingSenders: 0,
      waitingReceivers: 0,
    };
    assert.deepEqual(sender.statistics(), idle);
    await openNursery(async (nursery) => {
      nursery.startSoon(() => receiver.receive());
      await waitAllTasksBlocked();
      assert.deepEqual(receiver.statistics(), { ...idle, waitingReceivers: 1 });
      await sender.send(1);
      for (let i = 0; i < 3; i++) nursery.startSoon(() => sender.send(i));
      await waitAllTasksBlocked();
      const full = { ...idle, buffered: 2, peakBuffered: 2, waitingSenders: 1 };
      assert.deepEqual(senderClone.statistics(), full);
      for (let i = 0; i < 3; i++) receiver.receiveNowait();
    });
    senderClone.close();
    receiverClone.close();
    assert.deepEqual(receiver.statistics(), { ...idle, peakBuffered: 2, openSenders: 1, openReceivers: 1 });
  });
});

test("memory channel: clones of the receiving end compete, each value goes to one of them", async () => {
  await runVirtual(async () => {
    const [sender, receiver] = openMemoryChannel<number>(0);
    const got: number[] = [];
    await openNursery(async (nursery) => {
      for (const end of [receiver, receiver.clone(), receiver.clone()]) {
        nursery.startSoon(async () => {
          for await (const value of end) got.push(value);
        });
      }
      for (let i = 0; i < 9; i++) await sender.send(i);
      sender.close();
    });
    assert.deepEqual(got.toSorted(), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

test("memory channel: a sending end that is closed fails its own waits, and those of no clone", async () => {
  await runVirtual(async () => {
    const [sender, receiver] = openMemoryChannel<string>(0);
    const clone = sender.clone();
    await openNursery(async (nursery) => {
      nursery.startSoon(() => assert.rejects(sender.send("lost"), ClosedResourceError));
      nursery.startSoon(() => clone.send("kept"));
      await waitAllTasksBlocked();
      sender.close();
      assert.equal(await receiver.receive(), "kept");
    });
    assert.throws(() => sender.clone(), ClosedResourceError);
    clone.close();
    await assert.rejects(receiver.receive(), EndOfChannel);
  });
});

test("memory channel: the last receiver's close drops what is buffered", async () => {
  await runVirtual(() => {
    const [sender, receiver] = openMemoryChannel<number>(5);
    sender.sendNowait(1);
    receiver.close();
    assert.equal(sender.statistics().buffered, 0);
    assert.throws(() => sender.sendNowait(2), BrokenResourceError);
    assert.throws(() => receiver.receiveNowait(), ClosedResourceError);
  });
});

test("memory channel: one without bounds never makes a sender wait", async () => {
  await runVirtual(async () => {
    const [sender, receiver] = openMemoryChannel<number>(Infinity);
    for (let i = 0; i < 10_000; i++) sender.sendNowait(i);
    for (let i = 0; i < 10_000; i++) assert.equal(await receiver.receive(), i);
  });
});

test("memory channel: undefined is a value like others", async () => {
  await runVirtual(async () => {
    const [sender, receiver] = openMemoryChannel<undefined>(1);
    await sender.send(undefined);
    sender.close();
    assert.equal(await receiver.receive(), undefined);
    await assert.rejects(receiver.receive(), EndOfChannel);
  });
});

test("memory channel: ends close with the block that uses them, also in a cancelled scope", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    const [sender, receiver] = openMemoryChannel<number>(0);
    await scope.run(async () => {
      using _sender = sender;
      using _receiver = receiver;
      scope.cancel();
      await sleep(1);
    });
    assert.deepEqual([sender.statistics().openSenders, sender.statistics().openReceivers], [0, 0]);
  });
});
