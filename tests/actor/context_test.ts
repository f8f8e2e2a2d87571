import assert from "node:assert/strict";
import {
  type ActorContext,
  CancelScope,
  ErrorGroup,
  findActor,
  moveOnAfter,
  NoActor,
  openActorNursery,
  openNursery,
  PayloadError,
  ProtocolError,
  RemoteActorError,
  sleepForever,
} from "../../mod.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import { actorTests } from "./actor_tests.ts";
import { CONTEXTS } from "./known_modules.ts";
import { onStage } from "./stage.ts";

const testOnOne = actorTests(CONTEXTS);

const remote = (act: () => unknown) => errorOf(RemoteActorError, act);

testOnOne(
  "context: it begins with what started() was given, and ends with what the function returned",
  async (portal) => {
    const seen = await portal.openContext("giveBack", ["a"], async (context, first) => {
      assert.equal(context.peer.path, "main/one");
      return [first, await context.result(), await context.result()];
    });
    assert.deepEqual(seen, ["started a", "returned a", "returned a"]);
  },
);

testOnOne(
  "context: its end waits for the function, and what that returned is not asked for by everybody",
  async (portal) => {
    assert.equal(await portal.openContext("giveBack", ["a"], () => "mine"), "mine");
  },
);

testOnOne("context: many over one connection go on beside each other", async (portal) => {
  const seen = await Promise.all(
    ["a", "b", "c"].map((name) =>
      portal.openContext("giveBack", [name], async (context, first) => `${first}, ${await context.result()}`)
    ),
  );
  assert.deepEqual(
    seen,
    ["a", "b", "c"].map((name) => `started ${name}, returned ${name}`),
  );
});

testOnOne(
  "context: misuse over there fails over there: starting twice, streams too early or twice, no start at all",
  async (portal) => {
    const twice = await remote(() => portal.openContext("startsTwice", [], (context) => context.result()));
    assert.ok(twice.is(TypeError));
    assert.match(twice.message, /started\(\) twice/);
    const early = await remote(() => portal.openContext("streamsTooEarly", [], () => assert.fail()));
    assert.ok(early.is(TypeError));
    assert.match(early.message, /before started\(\)/);
    const streams = await remote(() =>
      portal.openContext("opensTwoStreams", [], (context) => context.result())
    );
    assert.match(streams.message, /stream twice/);
    const none = await remote(() => portal.openContext("forgetsToStart", [], () => assert.fail()));
    assert.equal(none.type, ProtocolError.name);
    assert.match(none.message, /"forgetsToStart" returned without having called started\(\)/);
    const start = await remote(() => portal.openContext("notSendableStart", [], () => assert.fail()));
    assert.ok(start.is(PayloadError));
  },
);

testOnOne("context: misuse here fails here: two streams, and a stream after a cancel", async (portal) => {
  await portal.openContext("returnsOnWord", [], async (context) => {
    await context.openStream((stream) => stream.send("word"));
    const error = await errorOf(TypeError, () => context.openStream(() => {}));
    assert.match(error.message, /stream twice/);
  });
  await portal.openContext("hold", ["held"], async (context) => {
    await context.cancel();
    const error = await errorOf(TypeError, () => context.openStream(() => {}));
    assert.match(error.message, /was cancelled/);
  });
});

testOnOne("context: what is no context cannot be opened as one, nor a context be called", async (portal) => {
  const error = await remote(() =>
    (portal.call as unknown as { giveBack(a: string): Promise<void> }).giveBack("a")
  );
  assert.ok(error.is(TypeError));
  assert.match(error.message, /"giveBack" is a context, and was started as a call/);
});

testOnOne(
  "context: an error before started() is raised where it is opened, and the body never runs",
  async (portal) => {
    const error = await remote(() => portal.openContext("failsBeforeStarted", [], () => assert.fail()));
    assert.ok(error.is(RangeError));
  },
);

testOnOne(
  "context: an error over there ends a body that waits for something else, and is raised once",
  async (portal) => {
    const error = await remote(() => portal.openContext("failsAfterStarted", [], () => sleepForever()));
    assert.ok(error.is(RangeError));
    assert.equal(error.original.message, "after");
  },
);

testOnOne(
  "context: an error over there comes out of the wait for it, and is the very one that leaves the context",
  async (portal) => {
    let seen: unknown = null;
    const error = await remote(() =>
      portal.openContext("failsAfterStarted", [], async (context) => {
        seen = await remote(() => context.result());
        throw seen;
      })
    );
    assert.equal(error, seen);
  },
);

testOnOne("context: an error over there is raised also if the body has caught it", async (portal) => {
  let seen: unknown = null;
  const error = await remote(() =>
    portal.openContext("failsAfterStarted", [], async (context) => {
      seen = await remote(() => context.result());
    })
  );
  assert.equal(error, seen);
});

testOnOne(
  "context: an error over there ends the body also while another task waits for the result",
  async (portal) => {
    await openNursery(async (nursery) => {
      const context = await nursery.start<ActorContext<never, string>>(async (status) => {
        const error = await remote(() =>
          portal.openContext("failsOnWord", [], async (context) => {
            status.started(context as unknown as ActorContext<never, string>);
            await sleepForever();
          })
        );
        assert.ok(error.is(RangeError));
      });
      nursery.startSoon(async () => {
        assert.ok((await remote(() => context.result())).is(RangeError));
      });
      await context.openStream((stream) => stream.send("go"));
    });
  },
);

testOnOne(
  "context: an error of the body cancels the function, waits for its cleanup, and is raised as it is",
  async (portal, { notes }) => {
    const mine = new RangeError("mine");
    const error = await errorOf(RangeError, () =>
      portal.openContext("hold", ["held"], () => {
        throw mine;
      }));
    assert.equal(error, mine);
    assert.deepEqual(notes(), ["held begins", "held ends"]);
  },
);

testOnOne(
  "context: a body that returns does not cancel the function, but waits for it",
  async (portal, { notes }) => {
    const scope = new CancelScope();
    await openNursery(async (nursery) => {
      nursery.startSoon(() => scope.run(() => portal.openContext("hold", ["held"], () => {})));
      while (notes().length === 0) await portal.openContext("giveBack", [""], () => {});
      await portal.openContext("giveBack", [""], () => {});
      assert.deepEqual(notes(), ["held begins"]);
      scope.cancel();
    });
    assert.deepEqual(notes(), ["held begins", "held ends"]);
  },
);

testOnOne("context: an error of either side is kept beside that of the other", async (portal) => {
  const mine = new TypeError("mine");
  const group = await errorOf(ErrorGroup, () =>
    portal.openContext("failsInCleanup", [], () => {
      throw mine;
    }));
  const [local, other] = group.errors;
  assert.equal(group.errors.length, 2);
  assert.equal(local, mine);
  assert.ok(other instanceof RemoteActorError && other.is(RangeError));
});

testOnOne(
  "context: an error of the cleanup over there outranks the cancel that was asked for",
  async (portal) => {
    const error = await remote(() => portal.openContext("failsInCleanup", [], (context) => context.cancel()));
    assert.equal(error.original.message, "cleanup failed");
    const scope = new CancelScope();
    const again = await remote(() =>
      scope.run(() =>
        portal.openContext("failsInCleanup", [], async () => {
          scope.cancel();
          await sleepForever();
        })
      )
    );
    assert.equal(again.original.message, "cleanup failed");
  },
);

testOnOne(
  "context: an error over there whose cleanup a cancel cuts short is not masked by that cancel",
  async (portal, { notes }) => {
    const error = await remote(() =>
      portal.openContext("cleanupIsCutShort", [], async (context) => {
        while (notes().length === 0) await portal.openContext("giveBack", [""], () => {});
        await context.cancel();
      })
    );
    assert.ok(error.is(RangeError));
    assert.equal(error.original.message, "the real one");
  },
);

test("context: the cause is not replaced by the cancel of another context that it brought about", () =>
  onStage(({ notes }) =>
    openActorNursery(async (nursery) => {
      const [portal] = await Promise.all(
        ["one", "other"].map((name) => nursery.startActor(name, { module: CONTEXTS })),
      );
      const error = await remote(() =>
        portal!.openContext("failsWithOtherContext", ["other"], () => assert.fail())
      );
      assert.ok(error.is(RangeError));
      assert.equal(error.original.message, "the cause");
      assert.deepEqual(notes(), ["of the other begins", "of the other ends"]);
    })
  ));

testOnOne("context: an actor opens none with itself", async () => {
  const error = await errorOf(NoActor, () => findActor("main"));
  assert.match(error.message, /the caller is in that actor/);
});

testOnOne("context: a deadline here ends both sides", async (portal, { notes }) => {
  await moveOnAfter(1, () => portal.openContext("hold", ["held"], () => sleepForever()));
  assert.equal(notes().filter((line) => line === "held begins").length, notes().length / 2);
  const begun = notes().length;
  await openNursery(async (nursery) => {
    await portal.openContext("hold", ["again"], async () => {
      nursery.cancelScope.deadline = 0 as typeof nursery.cancelScope.deadline;
      await sleepForever();
    });
  });
  assert.deepEqual(notes().slice(begun), ["again begins", "again ends"]);
});

testOnOne("context: a cancel before it has started reaches the function too", async (portal, { notes }) => {
  await openNursery(async (nursery) => {
    nursery.startSoon(() => portal.openContext("neverStarts", ["held"], () => assert.fail()));
    while (notes().length === 0) await portal.openContext("giveBack", [""], () => {});
    nursery.cancelScope.cancel();
  });
  assert.deepEqual(notes(), ["held begins", "held ends"]);
});
