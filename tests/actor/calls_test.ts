import assert from "node:assert/strict";
import process from "node:process";
import {
  CancelScope,
  checkpoint,
  NotExposed,
  openActorNursery,
  openNursery,
  PayloadError,
  type Portal,
  RemoteActorError,
} from "../../mod.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import { CALLS } from "./known_modules.ts";
import { onStage, type Stage } from "./stage.ts";

type Calls = Portal<typeof import("./modules/calls.ts")>;

/** Runs a test against one actor, and looks that it still answers afterwards. */
function onActor(body: (portal: Calls, stage: Stage) => unknown): Promise<void> {
  return onStage((stage) =>
    openActorNursery(async (nursery) => {
      const portal = await nursery.startActor("one", { module: CALLS });
      await body(portal, stage);
      assert.equal(await portal.call.add(1, 2), 3);
    })
  );
}

test("call: a function runs in the process of the actor, and its result comes back", () =>
  onActor(async (portal, { living }) => {
    assert.deepEqual([await portal.call.pid()], living());
    assert.notEqual(await portal.call.pid(), process.pid);
    assert.equal(await portal.call.path(), "main/one");
  }));

test("call: values of all kinds cross as what they are", () =>
  onActor(async (portal) => {
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
  }));

test("call: a thousand at once all come back, each with its own result", () =>
  onActor(async (portal) => {
    const results: number[] = [];
    await openNursery((nursery) => {
      for (let i = 0; i < 1_000; i++) {
        nursery.startSoon(async () => {
          results[i] = await portal.call.add(i, 1);
        });
      }
    });
    assert.deepEqual(results, Array.from({ length: 1_000 }, (_, i) => i + 1));
  }));

test("call: an argument that cannot be sent is an error here, and says where in it", () =>
  onActor(async (portal) => {
    const error = await errorOf(PayloadError, () => portal.call.echo({ list: [1, () => {}] }));
    assert.equal(error.message, 'Cannot send argument 1 of "echo": "list[1]" is a function');
  }));

test("call: a result that cannot be sent is an error of the actor", () =>
  onActor(async (portal) => {
    const error = await errorOf(RemoteActorError, () => portal.call.notSendable());
    assert.ok(error.is(PayloadError));
    assert.match(error.message, /"callback" is a function/);
  }));

test("call: what a module does not export as a function cannot be called, and the error names what was meant", () =>
  onActor(async (portal) => {
    const calls = portal.call as unknown as Record<string, () => Promise<unknown>>;
    for (const name of ["ad", "version", "answer", "toString", "constructor", "__proto__"]) {
      const error = await errorOf(RemoteActorError, () => calls[name]!());
      assert.equal(error.type, NotExposed.name);
      assert.match(error.message, new RegExp(`exposes no function "${name}"`));
    }
    const error = await errorOf(RemoteActorError, () => calls["ad"]!());
    assert.match(error.message, /did you mean "add"\?/);
  }));

test("call: a portal that is awaited or printed by mistake calls nothing", () =>
  onActor(async (portal) => {
    assert.equal(await portal, portal);
    assert.equal(await portal.call, portal.call);
  }));

test("call: a cancel here cancels the function there, and waits for its cleanup", () =>
  onActor(async (portal, { notes }) => {
    await openNursery(async (nursery) => {
      nursery.startSoon(() => portal.call.untilCancelled("call"));
      while (notes().length === 0) await portal.call.add(0, 0);
      nursery.cancelScope.cancel();
    });
    assert.deepEqual(notes(), ["call runs", "call cleaned up"]);
  }));

test("call: in a scope that is cancelled already nothing is started over there", () =>
  onActor(async (portal, { notes }) => {
    const scope = new CancelScope();
    scope.cancel();
    await scope.run(() => portal.call.untilCancelled("call"));
    assert.equal(scope.cancelledCaught, true);
    await portal.call.add(0, 0);
    assert.deepEqual(notes(), []);
  }));

test("call: a cancel right after the start of a call reaches the function, or keeps it from running", () =>
  onActor(async (portal, { notes }) => {
    await openNursery(async (nursery) => {
      for (let i = 0; i < 20; i++) nursery.startSoon(() => portal.call.untilCancelled(`${i}`));
      for (let i = 0; i < 3; i++) await checkpoint();
      nursery.cancelScope.cancel();
    });
    const ran = notes().filter((line) => line.endsWith("runs")).length;
    assert.equal(notes().filter((line) => line.endsWith("cleaned up")).length, ran);
  }));

test("call: a function that returns in spite of its cancel has its result win", () =>
  onActor(async (portal) => {
    const result = await openNursery(async (nursery) => {
      nursery.startSoon(async () => {
        await portal.call.add(0, 0);
        nursery.cancelScope.cancel();
      });
      return await portal.call.returnsWhenCancelled();
    });
    assert.equal(result, "late");
  }));

test("call: an error of a cleanup over there outranks the cancel that brought it about", () =>
  onActor(async (portal) => {
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
  }));
