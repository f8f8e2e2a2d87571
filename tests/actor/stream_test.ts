import assert from "node:assert/strict";
import {
  BrokenResourceError,
  CancelScope,
  ClosedResourceError,
  EndOfChannel,
  moveOnAfter,
  openNursery,
  PayloadError,
  RemoteActorError,
  sleepForever,
  StreamOverrun,
} from "../../mod.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { actorTests } from "./actor_tests.ts";
import { STREAMS } from "./known_modules.ts";

const testOnOne = actorTests(STREAMS);

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

testOnOne(
  "stream: a generator over there is followed to its end, which is told again and again",
  async (portal) => {
    await portal.openStreamFrom("countTo", [2], async (values) => {
      assert.deepEqual([await values.receive(), await values.receive()], [1, 2]);
      await errorOf(EndOfChannel, () => values.receive());
      await errorOf(EndOfChannel, () => values.receive());
    });
  },
);

testOnOne(
  "stream: a generator is cancelled when the block has had enough, and its cleanup is waited for",
  async (portal, { notes }) => {
    for (const name of ["countForever", "yieldsOnce"] as const) {
      await portal.openStreamFrom(name, [], async (values) => void await values.receive());
    }
    const error = await errorOf(RangeError, () =>
      portal.openStreamFrom("countForever", [], () => {
        throw new RangeError("mine");
      }));
    assert.equal(error.message, "mine");
    assert.deepEqual(notes(), Array(3).fill("the generator ends"));
  },
);

testOnOne(
  "stream: a deadline ends a generator that never ends, and the scope has caught it",
  async (portal, { notes }) => {
    const scope = new CancelScope();
    await scope.run(() =>
      portal.openStreamFrom("countForever", [], async (values) => {
        for await (const value of values) if (value === 500) scope.deadline = 0 as typeof scope.deadline;
      })
    );
    assert.equal(scope.cancelledCaught, true);
    assert.deepEqual(notes(), ["the generator ends"]);
  },
);

testOnOne(
  "stream: an error of a generator comes after its values, also if the block does not wait for it",
  async (portal) => {
    const seen: number[] = [];
    const error = await errorOf(
      RemoteActorError,
      () =>
        portal.openStreamFrom("failsAfter", [100], async (values) => {
          for await (const value of values) seen.push(value);
        }),
    );
    assert.deepEqual(seen, upTo(100).map((i) => i + 1));
    assert.ok(error.is(RangeError));
    const cleanup = await errorOf(
      RemoteActorError,
      () => portal.openStreamFrom("failsInCleanup", [], async (values) => void await values.receive()),
    );
    assert.equal(cleanup.original.message, "cleanup failed");
  },
);

testOnOne("stream: many generators over one connection are followed beside each other", async (portal) => {
  const all = await Promise.all(
    [10, 100, 1_000].map((last) => portal.openStreamFrom("countTo", [last], collect)),
  );
  assert.deepEqual(all.map((values) => values.length), [10, 100, 1_000]);
});

testOnOne(
  "stream: a burst of 1,000 values comes whole and in order, however slowly it is read",
  async (portal) => {
    const received = await portal.openContext(
      "burst",
      [1_000],
      (context) =>
        context.openStream(async (stream) => {
          const all: number[] = [];
          for await (const value of stream) {
            all.push(value);
            // A reader that has other things to do: calls of the same actor, over the same connection.
            if (value % 50 === 0) await portal.openContext("sendsAndCloses", [0], () => {});
          }
          return all;
        }),
    );
    assert.deepEqual(received, upTo(1_000));
  },
);

testOnOne(
  "stream: a burst of 100,000 values comes whole, in order, and waits for its reader",
  async (portal) => {
    await portal.openContext("burst", [100_000], (context) =>
      context.openStream(async (stream) => {
        for (let i = 0; i < 100_000; i++) assert.equal(await stream.receive(), i);
        await errorOf(EndOfChannel, () => stream.receive());
        assert.equal(await context.result(), 100_000);
      }, { bufferSize: 1_000 }));
  },
);

testOnOne("stream: values go both ways at once", async (portal) => {
  const total = await portal.openContext("double", [], async (context) => {
    await context.openStream((stream) =>
      openNursery((nursery) => {
        nursery.startSoon(async () => {
          for (let i = 0; i < 500; i++) await stream.send(i);
        });
        nursery.startSoon(async () => {
          for (let i = 0; i < 500; i++) assert.equal(await stream.receive(), 2 * i);
        });
      })
    );
    return await context.result();
  });
  assert.equal(total, 500 * 499 / 2);
});

testOnOne(
  "stream: what was sent before the other side opened its stream is there when it does",
  async (portal) => {
    const received = await portal.openContext("receivesToTheEnd", [], async (context) => {
      await context.openStream(async (stream) => {
        for (const value of upTo(64)) await stream.send(value);
      });
      return await context.result();
    });
    assert.deepEqual(received, upTo(64));
  },
);

testOnOne(
  "stream: a side that closes ends the loop of the other, whose values nobody takes any more",
  async (portal) => {
    await portal.openContext("closesAtOnce", [], (context) =>
      context.openStream(async (stream) => {
        assert.deepEqual(await collect(stream), []);
        await errorOf(EndOfChannel, () => stream.receive());
        await errorOf(BrokenResourceError, () => stream.send(1));
        await context.cancel();
      }));
  },
);

testOnOne("stream: values that were sent before the close are received after it", async (portal) => {
  await portal.openContext("sendsAndCloses", [10], async (context) => {
    assert.equal(await context.openStream(collect).then((all) => all.length), 10);
    assert.equal(await context.result(), "closed");
  });
});

testOnOne(
  "stream: a sender that has no room goes on when the other side closes, and hears that",
  async (portal) => {
    const error = await errorOf(
      RemoteActorError,
      () =>
        portal.openContext(
          "burst",
          [1_000_000],
          (context) => context.openStream((stream) => stream.receive()),
        ),
    );
    assert.ok(error.is(BrokenResourceError));
  },
);

testOnOne("stream: this side is closed with its block", async (portal) => {
  await portal.openContext("double", [], async (context) => {
    const stream = await context.openStream((opened) => opened);
    await errorOf(ClosedResourceError, () => stream.send(1));
    await errorOf(ClosedResourceError, () => stream.receive());
    assert.equal(await context.result(), 0);
  });
});

testOnOne("stream: an error over there outranks the end of its stream", async (portal) => {
  const error = await errorOf(
    RemoteActorError,
    () =>
      portal.openContext("sendsAndFails", [3], (context) =>
        context.openStream(async (stream) => {
          for (const value of upTo(3)) {
            assert.equal(await stream.receive(), value);
          }
          await stream.receive();
        })),
  );
  assert.equal(error.original.message, "the sender failed");
});

testOnOne(
  "stream: a side that never opens it fails the sender once the first values are used up",
  async (portal) => {
    let sent = 0;
    const error = await errorOf(
      StreamOverrun,
      () =>
        portal.openContext("neverOpens", [], (context) =>
          context.openStream(async (stream) => {
            for (;; sent += 1) await stream.send(sent);
          }, { openTimeout: 1 })),
    );
    assert.equal(sent, 64);
    assert.match(error.message, /"main\/one" has not opened its stream/);
  },
);

testOnOne("stream: a sender over there fails likewise, if this side never opens it", async (portal) => {
  const error = await errorOf(
    RemoteActorError,
    () => portal.openContext("sendsToOneWhoNeverOpens", [], () => sleepForever()),
  );
  assert.equal(error.type, StreamOverrun.name);
  assert.ok(error.is(StreamOverrun));
});

testOnOne(
  "stream: a sender that is not to wait fails when there is no room, on either side",
  async (portal) => {
    let sent = 0;
    await errorOf(
      StreamOverrun,
      () =>
        portal.openContext("opensAndWaits", [100], (context) =>
          context.openStream(async (stream) => {
            for (;; sent += 1) await stream.send(sent);
          }, { overrun: "error" })),
    );
    assert.ok(sent === 64 || sent === 100, `${sent} values were sent`);
    const error = await errorOf(
      RemoteActorError,
      () => portal.openContext("overruns", [1_000], (context) => context.openStream(() => sleepForever())),
    );
    assert.ok(error.is(StreamOverrun));
  },
);

testOnOne(
  "stream: a cancel is heard at once by a sender that has no room, or never lacks it",
  async (portal, { notes }) => {
    await portal.openContext("sendsForever", [], (context) => context.openStream(() => context.cancel()));
    await portal.openContext("sendsForever", [], (context) => context.cancel());
    await portal.openContext("sendsForever", [], (context) =>
      context.openStream(async (stream) => {
        for (let i = 0; i < 1_000; i++) await stream.receive();
        await context.cancel();
      }));
    assert.deepEqual(notes(), Array(3).fill("the sender ends"));
  },
);

testOnOne("stream: a send or a receive that is cancelled leaves the stream as it was", async (portal) => {
  await portal.openContext("double", [], (context) =>
    context.openStream(async (stream) => {
      const scope = new CancelScope();
      scope.cancel();
      await scope.run(() => stream.send(1_000));
      await moveOnAfter(1, () => stream.receive());
      for (const value of upTo(200)) {
        await stream.send(value);
        await moveOnAfter(0, () => sleepForever());
        assert.equal(await stream.receive(), 2 * value);
      }
    }));
});

testOnOne(
  "stream: a value that cannot be sent is an error of its sender, and the stream goes on",
  async (portal) => {
    const received = await portal.openContext("receivesToTheEnd", [], async (context) => {
      await context.openStream(async (stream) => {
        await stream.send("before");
        await errorOf(PayloadError, () => stream.send(() => {}));
        await stream.send("after");
      });
      return await context.result();
    });
    assert.deepEqual(received, ["before", "after"]);
    assert.deepEqual(
      await portal.openContext("sendsUnsendable", [], (context) => context.openStream(collect)),
      ["before", "PayloadError"],
    );
  },
);

testOnOne(
  "stream: many tasks may send at once, and none sends more than there is room for",
  async (portal) => {
    const received = await portal.openContext(
      "receivesSlowly",
      [200],
      (context) =>
        context.openStream(async (stream) => {
          await openNursery((nursery) => {
            for (const value of upTo(200)) {
              nursery.startSoon(() => stream.send(value));
            }
          });
          return await stream.receive();
        }),
    );
    assert.deepEqual(received.toSorted((a, b) => a - b), upTo(200));
  },
);

testOnOne("stream: of many tasks that receive at once each gets a value, or the end", async (portal) => {
  const all: number[] = [];
  let ends = 0;
  await portal.openContext(
    "burst",
    [500],
    (context) =>
      context.openStream((stream) =>
        openNursery((nursery) => {
          for (let task = 0; task < 20; task++) {
            nursery.startSoon(async () => {
              for await (const value of stream) all.push(value);
              ends += 1;
            });
          }
        }), { bufferSize: 1 }),
  );
  assert.deepEqual([all.toSorted((a, b) => a - b), ends], [upTo(500), 20]);
});

testOnOne("stream: a buffer of no size is an error", async (portal) => {
  for (const bufferSize of [0, -1, 1.5, NaN]) {
    const error = await raisedBy(() =>
      portal.openContext("double", [], (context) => context.openStream(() => {}, { bufferSize }))
    );
    assert.ok(error instanceof RangeError);
  }
});
