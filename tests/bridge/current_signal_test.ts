import assert from "node:assert/strict";
import { currentSignal } from "../../lib/bridge/current_signal.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { Cancelled } from "../../lib/scope/cancelled.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";

/** A web API: it rejects with the reason of its signal. */
function webApi(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

test("currentSignal: it aborts when a scope around is cancelled, with the Cancelled that the scope absorbs", async () => {
  await runVirtual(async (clock) => {
    let signal: AbortSignal | undefined;
    const scope = new CancelScope();
    await scope.run(() =>
      moveOnAfter(10, async () => {
        signal = currentSignal();
        assert.equal(signal.aborted, false);
        await webApi(signal);
      })
    );
    assert.ok(signal!.reason instanceof Cancelled);
    assert.deepEqual([signal!.reason.source, clock.now(), scope.cancelledCaught], ["deadline", 10, false]);
  });
});

test("currentSignal: in a cancelled scope it is aborted from the beginning", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    scope.cancel("enough");
    await scope.run(() => webApi(currentSignal()));
    assert.ok(scope.cancelledCaught);
  });
});

test("currentSignal: a shield keeps it from aborting, and lifting the shield aborts it", async () => {
  await runVirtual(async () => {
    const outer = new CancelScope();
    const shielded = new CancelScope({ shield: true });
    await outer.run(() =>
      shielded.run(async () => {
        const signal = currentSignal();
        outer.cancel();
        await sleep(1);
        assert.equal(signal.aborted, false);
        shielded.shield = false;
        assert.equal(signal.aborted, true);
        shielded.shield = true;
        const fresh = currentSignal();
        assert.deepEqual([fresh === signal, fresh.aborted], [false, false]);
        shielded.shield = false;
        assert.equal(fresh.aborted, true);
      })
    );
  });
});

test("currentSignal: code in one scope gets one signal, code in others another", async () => {
  await runVirtual(async () => {
    const signal = currentSignal();
    assert.equal(currentSignal(), signal);
    await new CancelScope().run(() => assert.notEqual(currentSignal(), signal));
    await openNursery((nursery) => nursery.startSoon(() => assert.notEqual(currentSignal(), signal)));
  });
});

test("currentSignal: after the exit of its scope it never aborts", async () => {
  await runVirtual(async () => {
    const [outer, inner] = [new CancelScope(), new CancelScope()];
    let [ofScope, ofNursery]: AbortSignal[] = [];
    await outer.run(async () => {
      await inner.run(() => void (ofScope = currentSignal()));
      await openNursery(() => void (ofNursery = currentSignal()));
      inner.cancel();
      outer.cancel();
    });
    assert.deepEqual([ofScope!.aborted, ofNursery!.aborted], [false, false]);
  });
});

test("currentSignal: outside of run() there is none, and the error says so", () => {
  assert.throws(currentSignal, /inside run\(\)/);
});

test("currentSignal: a real web API obeys the scope around it", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    await scope.run(async () => {
      const never = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) });
      const copying = never.pipeTo(new WritableStream(), { signal: currentSignal() });
      scope.cancel();
      await fromPromise(copying);
    });
    assert.ok(scope.cancelledCaught);
  });
});
