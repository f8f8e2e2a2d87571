import assert from "node:assert/strict";
import process from "node:process";
import {
  CancelScope,
  checkpoint,
  NotExposed,
  openNursery,
  PayloadError,
  RemoteActorError,
} from "../../mod.ts";
import { errorOf } from "../harness/raised.ts";
import { actorTests } from "./actor_tests.ts";
import { CALLS } from "./known_modules.ts";

const testOnOne = actorTests(CALLS);

testOnOne(
  "call: a function runs in the process of the actor, and its result comes back",
  async (portal, { living }) => {
    assert.deepEqual([await portal.call.pid()], living());
    assert.notEqual(await portal.call.pid(), process.pid);
    assert.equal(await portal.call.path(), "main/one");
  },
);

testOnOne("call: values of all kinds cross as what they are", async (portal) => {
  const value = {
    texts: ["", "a".repeat(300_000)],
    numbers: [0, -1, 1.5, NaN, Infinity, 2 ** 53, 10n ** 30n],
    none: [null, undefined],
    date: new Date(0),
    map: new Map<unknown, unknown>([[1, "one"], [{ a: 1 }, new Set([1, 2])]]),
    bytes: new Uint8Array([1, 2, 3]),
    floats: new Float64Array([1.5, 2.5]),
  };
  assert.deepEqual(await portal.call.echo(value), value);
});

testOnOne("call: a thousand at once all come back, each with its own result", async (portal) => {
  const results: number[] = [];
  await openNursery((nursery) => {
    for (let i = 0; i < 1_000; i++) {
      nursery.startSoon(async () => {
        results[i] = await portal.call.add(i, 1);
      });
    }
  });
  assert.deepEqual(results, Array.from({ length: 1_000 }, (_, i) => i + 1));
});

testOnOne("call: an argument that cannot be sent is an error here, and says where in it", async (portal) => {
  const error = await errorOf(PayloadError, () => portal.call.echo({ list: [1, () => {}] }));
  assert.equal(error.message, 'Cannot send argument 1 of "echo": "list[1]" is a function');
});

testOnOne("call: a result that cannot be sent is an error of the actor", async (portal) => {
  const error = await errorOf(RemoteActorError, () => portal.call.notSendable());
  assert.ok(error.is(PayloadError));
  assert.match(error.message, /"callback" is a function/);
});

testOnOne(
  "call: what a module does not export as a function cannot be called, and the error names what was meant",
  async (portal) => {
    const calls = portal.call as unknown as Record<string, () => Promise<unknown>>;
    for (const name of ["ad", "version", "answer", "toString", "constructor", "__proto__"]) {
      const error = await errorOf(RemoteActorError, () => calls[name]!());
      assert.equal(error.type, NotExposed.name);
      assert.match(error.message, new RegExp(`exposes no function "${name}"`));
    }
    const error = await errorOf(RemoteActorError, () => calls["ad"]!());
    assert.match(error.message, /did you mean "add"\?/);
  },
);

testOnOne("call: a portal that is awaited or printed by mistake calls nothing", async (portal) => {
  assert.equal(await portal, portal);
  assert.equal(await portal.call, portal.call);
});

testOnOne(
  "call: a cancel here cancels the function there, and waits for its cleanup",
  async (portal, { notes }) => {
    await openNursery(async (nursery) => {
      nursery.startSoon(() => portal.call.untilCancelled("call"));
      while (notes().length === 0) await portal.call.add(0, 0);
      nursery.cancelScope.cancel();
    });
    assert.deepEqual(notes(), ["call runs", "call cleaned up"]);
  },
);

testOnOne(
  "call: in a scope that is cancelled already nothing is started over there",
  async (portal, { notes }) => {
    const scope = new CancelScope();
    scope.cancel();
    await scope.run(() => portal.call.untilCancelled("call"));
    assert.equal(scope.cancelledCaught, true);
    await portal.call.add(0, 0);
    assert.deepEqual(notes(), []);
  },
);

testOnOne(
  "call: a cancel right after the start of a call reaches the function, or keeps it from running",
  async (portal, { notes }) => {
    await openNursery(async (nursery) => {
      for (let i = 0; i < 20; i++) nursery.startSoon(() => portal.call.untilCancelled(`${i}`));
      for (let i = 0; i < 3; i++) await checkpoint();
      nursery.cancelScope.cancel();
    });
    const ran = notes().filter((line) => line.endsWith("runs")).length;
    assert.equal(notes().filter((line) => line.endsWith("cleaned up")).length, ran);
  },
);

testOnOne("call: a function that returns in spite of its cancel has its result win", async (portal) => {
  const result = await openNursery(async (nursery) => {
    nursery.startSoon(async () => {
      await portal.call.add(0, 0);
      nursery.cancelScope.cancel();
    });
    return await portal.call.returnsWhenCancelled();
  });
  assert.equal(result, "late");
});

testOnOne(
  "call: an error of a cleanup over there outranks the cancel that brought it about",
  async (portal) => {
    const error = await errorOf(RemoteActorError, () =>
      openNursery(async (nursery) => {
        nursery.startSoon(async () => {
          await portal.call.add(0, 0);
          nursery.cancelScope.cancel();
        });
        await portal.call.failsWhenCancelled();
      }, { collapse: true }));
    assert.ok(error.is(RangeError));
    assert.equal(error.original.message, "cleanup failed");
  },
);
