import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { Cancelled } from "../../lib/scope/cancelled.ts";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import { currentTask } from "../../lib/scope/introspection.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { asSafeChannel } from "../../lib/sync/as_safe_channel.ts";
import { EndOfChannel } from "../../lib/sync/channel_errors.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

test("asSafeChannel: what the generator yields is received in order, to its end", async () => {
  await runVirtual(async () => {
    async function* count() {
      for (let i = 0; i < 3; i++) {
        await sleep(1);
        yield i;
      }
    }
    const got = await asSafeChannel(count, async (values) => {
      const got: number[] = [];
      for await (const value of values) got.push(value);
      await errorOf(EndOfChannel, () => values.receive());
      return got;
    });
    assert.deepEqual(got, [0, 1, 2]);
  });
});

test("asSafeChannel: the generator goes on only when its next value is asked for", async () => {
  await runVirtual(async () => {
    const steps: string[] = [];
    async function* eager() {
      for (let i = 0;; i++) {
        steps.push(`makes ${i}`);
        yield i;
      }
    }
    await asSafeChannel(eager, async (values) => {
      await sleep(10);
      steps.push("asks");
      await values.receive();
      await sleep(10);
      steps.push("asks");
      await values.receive();
      await sleep(10);
    });
    assert.deepEqual(steps, ["asks", "makes 0", "asks", "makes 1"]);
  });
});

test("asSafeChannel: a receive that is cancelled leaves its value to the next, and asks for no other", async () => {
  await runVirtual(async () => {
    let made = 0;
    async function* slow() {
      while (true) {
        await sleep(100);
        yield ++made;
      }
    }
    await asSafeChannel(slow, async (values) => {
      for (let i = 0; i < 3; i++) await moveOnAfter(10, () => values.receive());
      await sleep(500);
      assert.deepEqual([await values.receive(), made], [1, 1]);
      await sleep(500);
      assert.equal(made, 1);
      assert.equal(await values.receive(), 2);
    });
  });
});

test("asSafeChannel: leaving the block closes the generator, its cleanup included, before it returns", async () => {
  await runVirtual(async () => {
    const steps: string[] = [];
    async function* careful() {
      try {
        while (true) yield 1;
      } finally {
        await new CancelScope({ shield: true }).run(() => sleep(50));
        steps.push("closed");
      }
    }
    await asSafeChannel(careful, async (values) => {
      for await (const _ of values) break;
    });
    steps.push("returned");
    assert.deepEqual(steps, ["closed", "returned"]);
  });
});

test("asSafeChannel: a generator that waits when the block ends is cancelled where it waits", async () => {
  await runVirtual(async () => {
    let seen: unknown;
    async function* waiting() {
      yield 1;
      seen = await raisedBy(sleepForever);
      throw seen;
    }
    await asSafeChannel(waiting, async (values) => {
      await values.receive();
      await moveOnAfter(5, () => values.receive());
    });
    assert.ok(seen instanceof Cancelled);
  });
});

test("asSafeChannel: a generator that nobody asked is never started", async () => {
  await runVirtual(async () => {
    async function* never() {
      yield assert.fail("must not run");
    }
    assert.equal(await asSafeChannel(never, () => 5), 5);
  });
});

test("asSafeChannel: the generator does not stand in the scopes of whoever receives", async () => {
  await runVirtual(async () => {
    async function* slow() {
      await sleep(50);
      yield currentTask().name;
    }
    await asSafeChannel(slow, async (values) => {
      await moveOnAfter(10, () => values.receive());
      assert.equal(await values.receive(), "slow");
    });
  });
});

test("asSafeChannel: one error leaves as it is, be it of the generator or of the block", async () => {
  await runVirtual(async () => {
    const failure = new RangeError("failure");
    async function* failing() {
      yield 1;
      throw failure;
    }
    async function* endless() {
      while (true) yield 1;
    }
    const drain = async (values: AsyncIterable<number>) => {
      for await (const _ of values);
    };
    assert.equal(await raisedBy(() => asSafeChannel(failing, drain)), failure);
    assert.equal(await raisedBy(() => asSafeChannel(endless, () => Promise.reject(failure))), failure);
  });
});

test("asSafeChannel: if the block and the cleanup of the generator fail, both errors are kept", async () => {
  await runVirtual(async () => {
    const [first, second] = [new RangeError("block"), new TypeError("cleanup")];
    async function* failing() {
      try {
        yield 1;
      } finally {
        // deno-lint-ignore no-unsafe-finally
        throw second;
      }
    }
    const group = await errorOf(ErrorGroup, () =>
      asSafeChannel(failing, async (values) => {
        await values.receive();
        throw first;
      }));
    assert.deepEqual(new Set(group.flatten()), new Set([first, second]));
  });
});

test("asSafeChannel: a cancel from outside ends both, and passes through", async () => {
  await runVirtual(async () => {
    let closed = false;
    async function* endless() {
      try {
        yield 1;
        await sleepForever();
      } finally {
        closed = true;
      }
    }
    const value = await moveOnAfter(10, () =>
      asSafeChannel(endless, async (values) => {
        for await (const _ of values) await checkpoint();
      }));
    assert.deepEqual([value, closed], [undefined, true]);
  });
});

test("asSafeChannel: several tasks receive, and each value goes to one of them", async () => {
  await runVirtual(async () => {
    async function* count() {
      for (let i = 0; i < 5; i++) {
        await sleep(1);
        yield i;
      }
    }
    const got: number[] = [];
    const ends: string[] = [];
    await asSafeChannel(count, (values) =>
      openNursery((nursery) => {
        for (const name of ["one", "two", "three"]) {
          nursery.startSoon(async () => {
            for await (const value of values) got.push(value);
            ends.push(name);
          });
        }
      }));
    assert.deepEqual(got, [0, 1, 2, 3, 4]);
    assert.equal(ends.length, 3);
  });
});

test("asSafeChannel: of several receivers some are cancelled, and no value is lost or made too early", async () => {
  await runVirtual(async () => {
    const made: number[] = [];
    async function* count() {
      for (let i = 0; i < 5; i++) {
        await sleep(10);
        made.push(i);
        yield i;
      }
    }
    await asSafeChannel(count, async (values) => {
      const got: (number | undefined)[] = [];
      await openNursery((nursery) => {
        nursery.startSoon(async () => void got.push(await values.receive()));
        nursery.startSoon(async () => void got.push(await moveOnAfter(1, () => values.receive())));
        nursery.startSoon(async () => void got.push(await values.receive()));
      });
      assert.deepEqual(got, [undefined, 0, 1]);
      // The one that was cancelled had asked for a third.
      await sleep(100);
      assert.deepEqual(made, [0, 1, 2]);
      assert.deepEqual([await values.receive(), await values.receive()], [2, 3]);
    });
  });
});
