/** What jobs give: results, errors, and refusals. */
import assert from "node:assert/strict";
import process from "node:process";
import {
  CapacityLimiter,
  currentDefaultWorkerLimiter,
  ErrorGroup,
  NotExposed,
  openNursery,
  openWorkerContext,
  PayloadError,
  registerErrorType,
  runSync,
  testing,
  type WorkerContext,
} from "../../mod.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { onStage } from "../actor/stage.ts";
import { eachType, ERRORS, JOBS, withGate, workerTests } from "./worker_stage.ts";

const testOnOne = workerTests();

testOnOne("a job runs elsewhere, and its result comes back", async ({ context, living, workerType }) => {
  const pid = await runSync(JOBS, "pid", [], { context });
  if (workerType === "process") {
    assert.notEqual(pid, process.pid);
    assert.deepEqual(living(), [pid]);
  }
  assert.equal(await runSync(JOBS, "later", ["async"], { context }), "async");
});

testOnOne("values of all kinds cross as what they are", async ({ context }) => {
  const value = {
    numbers: [NaN, 10n ** 30n],
    bytes: new Uint8Array([1, 2, 3]),
    floats: new Float64Array([1.5]),
    map: new Map<unknown, unknown>([[1, new Set(["a"])]]),
    date: new Date(0),
    none: undefined,
  };
  assert.deepEqual(await runSync(JOBS, "echo", [value], { context }), value);
});

testOnOne(
  "an error is of its own class, with its properties and the stack of the worker",
  async ({ context }) => {
    class OutOfStock extends Error {
      readonly item = "";
    }
    registerErrorType(OutOfStock);
    const error = await errorOf(OutOfStock, () => runSync(ERRORS, "throwsOutOfStock", [], { context }));
    assert.deepEqual(
      [error.name, error.message, error.item, (error as unknown as { wanted: number }).wanted],
      ["OutOfStock", "There is no tea", "tea", 3],
    );
    assert.match(error.stack!, /throwsOutOfStock/);
    const range = await errorOf(RangeError, () => runSync(ERRORS, "throwsRangeError", ["far"], { context }));
    assert.equal(range.message, "far");
  },
);

testOnOne("the causes of an error come with it", async ({ context }) => {
  const error = await errorOf(Error, () => runSync(ERRORS, "throwsWithCauses", [], { context }));
  const second = error.cause as Error;
  assert.deepEqual([error.message, second.message, (second.cause as Error).message], [
    "third",
    "There is no milk",
    "first",
  ]);
  assert.ok(second.cause instanceof SyntaxError);
});

testOnOne("what is no error arrives as one with its text", async ({ context }) => {
  const error = await errorOf(Error, () => runSync(ERRORS, "throwsText", [], { context }));
  assert.match(error.message, /just text/);
});

testOnOne(
  "what cannot be sent is a PayloadError, and the worker is none the worse for it",
  async ({ context }) => {
    const pid = await runSync(JOBS, "pid", [], { context });
    const argument = await errorOf(PayloadError, () => runSync(JOBS, "echo", [{ f: () => {} }], { context }));
    assert.equal(argument.message, 'Cannot send argument 1 of "echo": "f" is a function');
    const result = await errorOf(PayloadError, () => runSync(JOBS, "notSendable", [], { context }));
    assert.equal(result.message, 'Cannot send the result of "notSendable": "callback" is a function');
    assert.equal(await runSync(JOBS, "pid", [], { context }), pid);
    assert.deepEqual(context.statistics(), { idleWorkers: 1, runningWorkers: 0 });
  },
);

testOnOne(
  "an error too large to be sent is a PayloadError, and the worker is none the worse for it",
  async ({ context }) => {
    const pid = await runSync(JOBS, "pid", [], { context });
    await errorOf(PayloadError, () => runSync(JOBS, "failWithMuch", [], { context }));
    assert.equal(await runSync(JOBS, "pid", [], { context }), pid);
  },
);

testOnOne(
  "what a module does not export as a function is not run, and the error names what was meant",
  async ({ context }) => {
    for (const name of ["coun", "answer", "constructor", "__proto__"]) {
      const error = await errorOf(NotExposed, () => runSync(JOBS, name as "count", [], { context }));
      assert.match(error.message, new RegExp(`exports no function "${name}"`));
    }
    const error = await errorOf(NotExposed, () => runSync(JOBS, "coun" as "count", [], { context }));
    assert.match(error.message, /did you mean "count"/);
    const stream = await errorOf(TypeError, () => runSync(JOBS, "numbers" as "count", [], { context }));
    assert.match(stream.message, /is a stream/);
  },
);

testOnOne(
  "a function as it stands is refused, and so are arguments that are no list",
  async ({ context }) => {
    const refused = [
      () => runSync((() => 1) as unknown as typeof JOBS, "count", [], { context }),
      () => runSync(JOBS, (() => 1) as unknown as "count", [], { context }),
      () => runSync(JOBS, 7 as unknown as "count", [], { context }),
      () => runSync(JOBS, "echo", "text" as unknown as [unknown], { context }),
      () => runSync(JOBS, "echo", [1], { context: {} as WorkerContext }),
    ];
    for (const one of refused) await errorOf(TypeError, one);
    assert.equal((await currentDefaultWorkerLimiter()).borrowedTokens, 0);
  },
);

testOnOne("a module that cannot be loaded fails its job alone", async ({ context }) => {
  const pid = await runSync(JOBS, "pid", [], { context });
  const missing = new URL("./modules/missing.ts", import.meta.url);
  await errorOf(Error, () => runSync<{ f(): void }, "f">(missing, "f", [], { context }));
  assert.equal(await runSync(JOBS, "pid", [], { context }), pid);
});

testOnOne("what a module keeps stays from one job to the next", async ({ context }) => {
  const first = await runSync(JOBS, "count", [], { context });
  assert.equal(await runSync(JOBS, "count", [], { context }), first + 1);
});

testOnOne("the worker that has worked last is the next to work", async ({ context, notes, noted }) => {
  await withGate(async (one) =>
    await withGate(async (other) => {
      const pids: unknown[] = [];
      await openNursery(async (nursery) => {
        const how = { context, limiter: new CapacityLimiter(2) };
        nursery.startSoon(() => runSync(JOBS, "atGate", ["one", one.path], how));
        nursery.startSoon(() => runSync(JOBS, "atGate", ["other", other.path], how));
        for (const [name, gate] of [["other", other], ["one", one]] as const) {
          await noted("one runs");
          await noted("other runs");
          gate.open();
          await noted(`${name} ends`);
          while (context.statistics().runningWorkers > (name === "other" ? 1 : 0)) {
            await testing.waitAllTasksBlocked();
          }
          pids.push(Number(notes().find((line) => line.startsWith(`${name} in`))!.split(" ").at(-1)));
        }
      });
      assert.deepEqual(context.statistics(), { idleWorkers: 2, runningWorkers: 0 });
      for (let i = 0; i < 3; i++) assert.equal(await runSync(JOBS, "pid", [], { context }), pids[1]);
    })
  );
});

eachType(
  "several jobs fail at once each with its own error",
  (workerType) =>
    onStage(() =>
      openWorkerContext({ workerType }, async (context) => {
        const error = await raisedBy(() =>
          openNursery((nursery) => {
            for (const text of ["a", "b"]) {
              nursery.startSoon(() => runSync(ERRORS, "throwsRangeError", [text], { context }));
            }
          })
        );
        assert.ok(error instanceof ErrorGroup);
        assert.ok(error.errors.every((one) => one instanceof RangeError));
      })
    ),
);
