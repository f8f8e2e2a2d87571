import assert from "node:assert/strict";
import { SpareMemory } from "../../lib/daemon/spare_memory.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";

/** A tree to which things happen, and how often memory was given back. */
function spared() {
  let state = {} as Engine["state"];
  let count = 0;
  const memory = new SpareMemory({ giveMemoryBack: () => count += 1 }, {
    get state() {
      return state;
    },
  });
  return { memory, happen: () => state = {} as Engine["state"], count: () => count };
}

test("spare memory: it is given back when nothing happens any more after the start, and once", async () => {
  await runVirtual(async () => {
    const { memory, happen, count } = spared();
    await openNursery(async (nursery) => {
      nursery.startSoon(() => memory.afterStart());
      for (let actor = 0; actor < 60; actor++) {
        await sleep(100);
        happen();
      }
      assert.equal(count(), 0);
    });
    assert.equal(count(), 1);
    memory.giveBack();
    assert.equal(count(), 1);
    happen();
    memory.giveBack();
    assert.equal(count(), 2);
  });
});
