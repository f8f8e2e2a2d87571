/** Who cancels a context, and what leaves it for that. */
import assert from "node:assert/strict";
import {
  type ActorContext,
  type ActorNurseryOptions,
  ActorTooSlow,
  CancelScope,
  ContextCancelled,
  currentActor,
  ErrorGroup,
  openActorNursery,
  openNursery,
  type Portal,
  RemoteActorError,
  sleepForever,
} from "../../mod.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import { actorTests } from "./actor_tests.ts";
import { CONTEXTS } from "./known_modules.ts";
import { onStage, type Stage } from "./stage.ts";

type Contexts = Portal<typeof import("./modules/contexts.ts")>;

const testOnOne = actorTests(CONTEXTS);

/** Runs a test against several actors of one nursery. */
function onActors(
  names: readonly string[],
  body: (portals: readonly Contexts[], stage: Stage) => unknown,
  options: ActorNurseryOptions = {},
): Promise<void> {
  return onStage((stage) =>
    openActorNursery(async (nursery) => {
      const start = (name: string) => nursery.startActor(name, { module: CONTEXTS });
      await body(await Promise.all(names.map(start)), stage);
    }, options)
  );
}

const cancelled = (act: () => unknown) => errorOf(ContextCancelled, act);

testOnOne(
  "context cancel: by the opener it ends the function and leaves the block alone",
  async (portal, { notes }) => {
    const value = await portal.openContext("hold", ["held"], async (context) => {
      await context.cancel();
      assert.equal(context.isCancelCalled, true);
      assert.deepEqual(notes(), ["held begins", "held ends"]);
      await portal.openContext("giveBack", [""], () => {});
      return "mine";
    });
    assert.equal(value, "mine");
  },
);

testOnOne(
  "context cancel: by the opener it is raised by what waits for the other side, and absorbed at the end",
  async (portal) => {
    let seen: ContextCancelled | null = null;
    const value = await portal.openContext(
      "holdStream",
      [],
      (context) =>
        context.openStream(async (stream) => {
          assert.equal(await stream.receive(), 1);
          await context.cancel("enough");
          seen = await cancelled(() => stream.receive());
          await context.result();
          return "not to be reached";
        }),
    );
    assert.equal(value, undefined);
    assert.equal(seen!.canceller?.id, currentActor().id);
    assert.equal(seen!.reason, "enough");
    assert.equal(seen!.message, 'Cancelled in actor "main/one" by "main": enough');
  },
);

testOnOne(
  "context cancel: it may come before, in and after the stream, and the connection stays usable",
  async (portal) => {
    await portal.openContext("holdStream", [], (context) => context.cancel());
    await portal.openContext("holdStream", [], (context) => context.openStream(() => context.cancel()));
    await portal.openContext("holdStream", [], async (context) => {
      await context.openStream((stream) => stream.receive());
      await context.cancel();
    });
  },
);

testOnOne(
  "context cancel: a nested task may ask for it; what it raises there is absorbed at the end of the context",
  async (portal) => {
    let group: unknown = null;
    await portal.openContext("holdStream", [], async (context) => {
      try {
        await openNursery((nursery) => {
          nursery.startSoon(() =>
            context.openStream(async (stream) => {
              for await (const _ of stream);
            })
          );
          nursery.startSoon(() => context.result());
          nursery.startSoon(() => context.cancel());
        });
      } catch (error) {
        group = error;
        throw error;
      }
    });
    assert.ok(group instanceof ErrorGroup);
    assert.ok(group.flatten().every((error) => error instanceof ContextCancelled));
  },
);

testOnOne("context cancel: what is raised beside what is absorbed is left", async (portal) => {
  const group = await errorOf(
    ErrorGroup,
    () =>
      portal.openContext("hold", ["held"], (context) =>
        openNursery((nursery) => {
          nursery.startSoon(async () => {
            await errorOf(ContextCancelled, () => context.result());
            throw new RangeError("mine");
          });
          nursery.startSoon(() => context.result());
          nursery.startSoon(() => context.cancel());
        })),
  );
  assert.deepEqual(
    group.flatten().map((error) => (error as Error).name),
    ["RangeError"],
  );
});

testOnOne(
  "context cancel: asked for by another task it wakes the one that waits in the context",
  async (portal) => {
    await openNursery(async (nursery) => {
      const context = await nursery.start<ActorContext>(async (status) => {
        await portal.openContext("hold", ["held"], async (opened) => {
          status.started(opened);
          await opened.result();
        });
      });
      await context.cancel();
    });
  },
);

testOnOne("context cancel: one that waits at the end of its block goes on", async (portal) => {
  await openNursery(async (nursery) => {
    const context = await nursery.start<ActorContext>((status) =>
      portal.openContext("hold", ["held"], (opened) => status.started(opened))
    );
    await context.cancel();
  });
});

testOnOne("context cancel: the function hears why", async (portal, { notes }) => {
  await portal.openContext("tellsWhy", [], (context) => context.cancel("no more tea"));
  assert.deepEqual(notes(), ["cancelled: no more tea"]);
});

testOnOne("context cancel: a result that the function returns all the same wins", async (portal) => {
  const result = await portal.openContext("returnsWhenCancelled", [], async (context) => {
    await context.cancel();
    return await context.result();
  });
  assert.equal(result, "late");
});

testOnOne("context cancel: after the end of the function it changes nothing", async (portal) => {
  const result = await portal.openContext("giveBack", ["a"], async (context) => {
    const first = await context.result();
    await context.cancel();
    return [first, await context.result()];
  });
  assert.deepEqual(result, ["returned a", "returned a"]);
});

test("context cancel: a function that does not end in time is an error, once, and the connection stays usable", () =>
  onActors(["one"], async ([portal]) => {
    const options = { cancelTimeout: 20 };
    const slow = (body: (context: ActorContext) => unknown) =>
      errorOf(
        ActorTooSlow,
        () => portal!.openContext("ignoresCancel", [], (context) => body(context), options),
      );
    const asked = await slow((context) => context.cancel());
    assert.match(asked.message, /"main\/one" has not ended a task within 20 ms/);
    await slow(async (context) => {
      await errorOf(ActorTooSlow, () => context.cancel());
    });
    const group = await errorOf(ErrorGroup, () =>
      portal!.openContext("ignoresCancel", [], () => {
        throw new RangeError("mine");
      }, options));
    assert.deepEqual(group.errors.map((error) => (error as Error).name), ["RangeError", "ActorTooSlow"]);
  }, { grace: 100 }));

testOnOne(
  "context cancel: by the function itself it is raised at the opener, and says who did it",
  async (portal) => {
    for (const name of ["cancelsItselfBefore", "cancelsItselfAfter", "cancelsItselfAndReturns"] as const) {
      const error = await cancelled(() => portal.openContext(name, [], () => sleepForever()));
      assert.equal(error.message, 'Cancelled in actor "main/one" by itself: had enough');
      assert.equal(error.canceller?.id, error.actor.id);
      assert.equal(error.actor.id, portal.actor.id);
    }
    const error = await cancelled(() =>
      portal.openContext("cancelsItselfAfter", [], (context) => context.result())
    );
    assert.equal(error.reason, "had enough");
  },
);

test("context cancel: by cancelActor() of the opener it is raised, with the opener as the canceller", () =>
  onActors(["one"], async ([portal]) => {
    const error = await cancelled(() =>
      portal!.openContext("hold", ["held"], async () => {
        await portal!.cancelActor({ reason: "the whole of it" });
        assert.equal(portal!.isConnected, false);
      })
    );
    assert.equal(error.canceller?.id, currentActor().id);
    assert.equal(error.reason, "the whole of it");
  }));

test("context cancel: by cancelActor() of a third actor it is raised, with that one as the canceller", () =>
  onActors(["one", "third"], async ([one, third]) => {
    const error = await cancelled(() =>
      one!.openContext("hold", ["held"], () => third!.call.cancelOther("one", "in the way"))
    );
    assert.equal(error.canceller?.path, "main/third");
    assert.equal(error.canceller?.id, third!.actor.id);
    assert.equal(error.actor.id, one!.actor.id);
    assert.equal(error.message, 'Cancelled in actor "main/one" by "main/third": in the way');
  }));

test("context cancel: who waits in a context with an actor that a third one ends relays whom it was", () =>
  onActors(["one", "other", "third"], async ([one, other, third]) => {
    const error = await errorOf(
      RemoteActorError,
      () => one!.openContext("relay", ["other"], () => third!.call.cancelOther("other", "in the way")),
    );
    assert.ok(error.is(ContextCancelled));
    const original = error.original as ContextCancelled;
    assert.equal(original.canceller?.path, "main/third");
    assert.equal(original.actor.id, other!.actor.id);
    assert.deepEqual(error.path, ["main/one"]);
    assert.equal(await one!.openContext("giveBack", ["a"], (_, first) => first), "started a");
  }));

test("context cancel: by the opener it goes on to the contexts that the function has open itself", () =>
  onActors(["one", "other"], async ([one], { notes }) => {
    await one!.openContext("relay", ["other"], (context) => context.cancel());
    assert.deepEqual(notes(), ["through other begins", "through other ends"]);
  }));

test("context cancel: of an actor in a relay by its own parent, the end says so", () =>
  onActors(["one", "other"], async ([one, other]) => {
    const error = await cancelled(() => one!.openContext("relay", ["other"], () => one!.cancelActor()));
    assert.equal(error.canceller?.id, currentActor().id);
    assert.equal(await other!.openContext("giveBack", ["a"], (_, first) => first), "started a");
  }));

testOnOne(
  "context cancel: by a scope here it is that scope's, in every phase of the context",
  async (portal, { notes }) => {
    const begun = new CancelScope();
    await begun.run(() =>
      portal.openContext("hold", ["block"], async () => {
        begun.cancel();
        await sleepForever();
      })
    );
    const ending = new CancelScope();
    await ending.run(() => portal.openContext("hold", ["end"], () => ending.cancel()));
    const outside = new CancelScope();
    outside.cancel();
    await outside.run(() => portal.openContext("hold", ["never"], () => assert.fail()));
    assert.deepEqual([begun, ending, outside].map((scope) => scope.cancelledCaught), [true, true, true]);
    assert.deepEqual(notes(), ["block begins", "block ends", "end begins", "end ends"]);
  },
);

testOnOne(
  "context cancel: by a scope inside of the block it is nothing to the other side",
  async (portal) => {
    const result = await portal.openContext("giveBack", ["a"], async (context) => {
      const scope = new CancelScope();
      scope.cancel();
      await scope.run(() => sleepForever());
      return await context.result();
    });
    assert.equal(result, "returned a");
  },
);

test("context cancel: by the nursery of the actor it is that nursery's, and no error", () =>
  onStage(async ({ notes }) => {
    const value = await openActorNursery(async (nursery) => {
      const portal = await nursery.startActor("one", { module: CONTEXTS });
      return await portal.openContext("hold", ["held"], async () => {
        nursery.cancelScope.cancel();
        return await sleepForever();
      });
    });
    assert.equal(value, undefined);
    assert.deepEqual(notes(), ["held begins", "held ends"]);
  }));

test("context cancel: by the nursery of an actor that has to be killed it is no error either", () =>
  onStage(async () => {
    await openActorNursery(async (nursery) => {
      const portal = await nursery.startActor("one", { module: CONTEXTS });
      nursery.startSoon(() => portal.openContext("ignoresCancel", [], () => nursery.cancelScope.cancel()));
      await sleepForever();
    }, { grace: 100 });
  }));
