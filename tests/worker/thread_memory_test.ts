/** Memory that a job in a thread and its caller see, and what else sees it. */
import assert from "node:assert/strict";
import { BrokenWorkerError, openNursery, openWorkerContext, PayloadError, runSync } from "../../mod.ts";
import { decodePayload, encodePayload, PAYLOAD_LIMITS } from "../../lib/wire/payload.ts";
import { onStage } from "../actor/stage.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import { THREAD_JOBS, withThreadGate } from "./thread_gate.ts";
import { JOBS, workerTests } from "./worker_stage.ts";

const testOnOne = workerTests(["thread"]);

testOnOne("shared memory is the same on both sides, wherever it is in an argument", async ({ context }) => {
  const memory = new SharedArrayBuffer(16);
  const argument = { deep: { memory }, list: [memory, memory] };
  const [first, second, deep, list] = await runSync(THREAD_JOBS, "mark", [argument], { context });
  assert.deepEqual([first, second], [true, true]);
  assert.deepEqual([...new Int32Array(memory)], [0, 0, 7, 8]);
  assert.equal((deep as typeof argument.deep).memory, memory);
  assert.ok((list as typeof argument.list).every((one) => one === memory));
});

testOnOne("memory that a thread has made is seen by both from its result on", async ({ context }) => {
  const [memory] = await runSync(THREAD_JOBS, "ownMemory", [], { context });
  new Int32Array(memory)[0] = 5;
  assert.deepEqual(await runSync(THREAD_JOBS, "ownMemory", [], { context }), [memory, 5]);
  assert.equal((await runSync(THREAD_JOBS, "ownMemory", [], { context }))[0], memory);
  assert.equal(await runSync(THREAD_JOBS, "visit", [memory], { context }), 6);
});

testOnOne("a job that waits by Atomics.wait is woken by its caller", async ({ context }) => {
  for (const call of ["waitAt", "computeAt"] as const) {
    await withThreadGate((gate) =>
      openNursery(async (nursery) => {
        nursery.startSoon(async () => {
          assert.equal(await runSync(THREAD_JOBS, call, [gate.memory], { context }), 9);
        });
        await gate.reached();
        gate.open(9);
      })
    );
  }
});

testOnOne("a view of shared memory is refused, with what to do instead", async ({ context }) => {
  const pixels = new Uint8Array(new SharedArrayBuffer(4));
  const argument = await errorOf(
    PayloadError,
    () => runSync(JOBS, "echo", [{ pixels }], { context }),
  );
  assert.equal(
    argument.message,
    'Cannot send argument 1 of "echo": "pixels" is a view of shared memory: send its buffer, or a copy made by slice()',
  );
  const result = await errorOf(PayloadError, () => runSync(THREAD_JOBS, "viewOfMemory", [], { context }));
  assert.match(result.message, /^Cannot send the result of "viewOfMemory": "pixels" is a view of shared/);
  assert.deepEqual(await runSync(JOBS, "echo", [pixels.slice()], { context }), new Uint8Array(4));
});

testOnOne("bytes of every length cross both ways, and whoever had them keeps them", async ({ context }) => {
  for (const length of [1, 5_000, 70_000, 140_000, 1_000_000, 5_000_000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 31);
    const values = { bytes, list: [bytes, "text"] as const };
    for (let turn = 1; turn <= 2; turn++) {
      const [kept, given] = await runSync(THREAD_JOBS, "keep", [turn === 1 ? values : null], { context });
      assert.equal(Buffer.compare(kept.bytes, bytes), 0);
      assert.equal(Buffer.compare(kept.list[0], bytes), 0);
      assert.equal(Buffer.compare(given, bytes), 0);
      assert.equal(values.bytes.length, length);
      // What has come belongs to whoever has received it.
      given.fill(0);
    }
  }
});

testOnOne("threads that work at the same time see each its own memory", async ({ context }) => {
  await withThreadGate((one) =>
    withThreadGate((other) =>
      openNursery(async (nursery) => {
        for (const [gate, value] of [[one, 3], [other, 4]] as const) {
          nursery.startSoon(async () => {
            assert.equal(await runSync(THREAD_JOBS, "waitAt", [gate.memory], { context }), value);
          });
          await gate.reached();
        }
        one.open(3);
        other.open(4);
      })
    )
  );
});

test("worker: memory that is shared with one thread is not found by another by its number", () => {
  const memory = new SharedArrayBuffer(4);
  const table = { share: () => 0, find: (id: number) => id === 0 ? memory : undefined };
  const bytes = encodePayload([memory], PAYLOAD_LIMITS, table);
  assert.deepEqual(decodePayload(bytes, PAYLOAD_LIMITS, table), [memory]);
  const other = { ...table, find: () => undefined };
  assert.throws(() => decodePayload(bytes, PAYLOAD_LIMITS, other), /memory 0, which was not shared/);
  assert.throws(() => decodePayload(bytes), PayloadError);
});

test("worker: shared memory does not cross to a process, be it for a job or for its init", () =>
  onStage(async () => {
    const memory = new SharedArrayBuffer(4);
    const sharing = /is shared memory, which only threads of this process can see/;
    await openWorkerContext({}, async (context) => {
      const error = await errorOf(PayloadError, () => runSync(JOBS, "echo", [[memory]], { context }));
      assert.match(error.message, sharing);
      assert.deepEqual(context.statistics(), { idleWorkers: 1, runningWorkers: 0 });
    });
    await openWorkerContext({ init: { ...HOOK, args: [memory] } }, async (context) => {
      const error = await errorOf(BrokenWorkerError, () => runSync(JOBS, "count", [], { context }));
      assert.match(error.message, sharing);
    });
  }));

const HOOK = { module: THREAD_JOBS, export: "visit" };
