import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { fromEmitter } from "../../lib/bridge/from_emitter.ts";
import { Cancelled } from "../../lib/scope/cancelled.ts";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { BrokenResourceError } from "../../lib/sync/channel_errors.ts";
import type { ReceiveChannel } from "../../lib/sync/memory_channel.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

async function drain<T>(events: ReceiveChannel<T>): Promise<readonly T[]> {
  const got: T[] = [];
  for await (const event of events) got.push(event);
  return got;
}

/** Calls back while a body runs. */
async function during<T>(act: () => unknown, body: () => Promise<T>): Promise<T> {
  const result = await openNursery(async (nursery) => {
    nursery.startSoon(() => sleep(1).then(act));
    return { value: await body() };
  }, { collapse: true });
  return result!.value;
}

const listenersOf = (emitter: EventEmitter) => emitter.eventNames().length;

test("fromEmitter: events of an EventEmitter come in order, up to the one that ends them", async () => {
  await runVirtual(async () => {
    const emitter = new EventEmitter();
    const emit = () => {
      for (const value of [1, 2, 3]) emitter.emit("data", value);
      emitter.emit("close");
      emitter.emit("data", 4);
    };
    const got = await during(
      emit,
      () => fromEmitter<number, unknown>(emitter, { event: "data", end: ["close"] }, drain),
    );
    assert.deepEqual(got, [1, 2, 3]);
    assert.equal(listenersOf(emitter), 0);
  });
});

test("fromEmitter: several arguments come as a list, and none as an empty one", async () => {
  await runVirtual(async () => {
    const emitter = new EventEmitter();
    await fromEmitter<unknown, void>(emitter, { event: "data" }, async (events) => {
      emitter.emit("data", 1, 2);
      emitter.emit("data");
      emitter.emit("data", undefined);
      assert.deepEqual([await events.receive(), await events.receive(), await events.receive()], [
        [1, 2],
        [],
        undefined,
      ]);
    });
  });
});

test("fromEmitter: events of an EventTarget come too, and its listeners are gone with the body", async () => {
  await runVirtual(async () => {
    const target = new EventTarget();
    const got = await fromEmitter<Event, string>(target, { event: "tick" }, async (events) => {
      target.dispatchEvent(new Event("tick"));
      return (await events.receive()).type;
    });
    assert.equal(got, "tick");
    target.dispatchEvent(new Event("tick"));
  });
});

test("fromEmitter: an error event cancels the body, and is raised", async () => {
  await runVirtual(async () => {
    for (const name of ["error", "failed"]) {
      const emitter = new EventEmitter();
      const failure = new RangeError("emitted");
      let inside: unknown;
      const raised = await raisedBy(() =>
        during(
          () => emitter.emit(name, failure),
          () =>
            fromEmitter(emitter, { event: "data", error: name }, async () => {
              inside = await raisedBy(sleepForever);
              throw inside;
            }),
        )
      );
      assert.equal(raised, failure);
      assert.ok(inside instanceof Cancelled);
      assert.equal(listenersOf(emitter), 0);
    }
  });
});

test("fromEmitter: of an error event of a target, the error in it is raised", async () => {
  await runVirtual(async () => {
    const target = new EventTarget();
    const failure = new RangeError("dispatched");
    const listen = (event: Event) => () =>
      during(
        () => target.dispatchEvent(event),
        () => fromEmitter(target, { event: "data" }, sleepForever),
      );
    const withError = Object.assign(new Event("error"), { error: failure });
    assert.equal(await raisedBy(listen(withError)), failure);
    const bare = new Event("error");
    assert.equal((await errorOf(BrokenResourceError, listen(bare))).cause, bare);
  });
});

test("fromEmitter: an error event is raised also if the body has a value, and beside an error of the body", async () => {
  await runVirtual(async () => {
    const [emitted, own] = [new RangeError("emitted"), new TypeError("own")];
    const emitter = new EventEmitter();
    const emit = () => void emitter.emit("error", emitted);
    assert.equal(await raisedBy(() => fromEmitter(emitter, { event: "data" }, emit)), emitted);
    const group = await errorOf(ErrorGroup, () =>
      fromEmitter(emitter, { event: "data" }, () => {
        emit();
        throw own;
      }));
    assert.deepEqual(group.errors, [emitted, own]);
  });
});

test("fromEmitter: an error event outranks a cancel from outside", async () => {
  await runVirtual(async () => {
    const emitter = new EventEmitter();
    const failure = new RangeError("emitted");
    const raised = await raisedBy(() =>
      moveOnAfter(
        5,
        () =>
          fromEmitter(emitter, { event: "data" }, () =>
            sleepForever().finally(() =>
              emitter.emit("error", failure)
            )),
      )
    );
    assert.equal(raised, failure);
  });
});

test("fromEmitter: more events than may wait cancel the body with an error", async () => {
  await runVirtual(async () => {
    const emitter = new EventEmitter();
    const flood = () => {
      for (let i = 0; i < 4; i++) emitter.emit("data", i);
    };
    const error = await errorOf(
      BrokenResourceError,
      () => during(flood, () => fromEmitter(emitter, { event: "data", capacity: 3 }, sleepForever)),
    );
    assert.match(error.message, /More than 3 events "data"/);
    assert.equal(listenersOf(emitter), 0);
  });
});

test("fromEmitter: a body that closes its channel has had enough, and goes on", async () => {
  await runVirtual(async () => {
    const emitter = new EventEmitter();
    const value = await fromEmitter<number, number>(
      emitter,
      { event: "data", capacity: 1 },
      async (events) => {
        events.close();
        for (let i = 0; i < 5; i++) emitter.emit("data", i);
        await sleep(1);
        return 7;
      },
    );
    assert.equal(value, 7);
  });
});

test("fromEmitter: a cancel and an error of the body leave no listener behind", async () => {
  await runVirtual(async () => {
    const emitter = new EventEmitter();
    await moveOnAfter(1, () => fromEmitter(emitter, { event: "data" }, sleepForever));
    await errorOf(
      RangeError,
      () => fromEmitter(emitter, { event: "data" }, () => Promise.reject(new RangeError())),
    );
    assert.equal(listenersOf(emitter), 0);
  });
});
