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
import { where } from "./modules/jobs.ts";
import { eachType, ERRORS, JOBS, PROCESSES, TYPES, withGate, workerTests } from "./worker_stage.ts";

class OutOfStock extends Error {
  readonly item = "";
}
registerErrorType(OutOfStock);

const testOnOne = workerTests(TYPES);

testOnOne("a job runs elsewhere, and its result comes back", async ({ context }) => {
  const there = await runSync(JOBS, "where", [], { context });
  assert.notEqual(there, where());
  assert.equal(await runSync(JOBS, "later", ["async"], { context }), "async");
  assert.equal(await runSync(JOBS, "where", [], { context }), there);
  assert.deepEqual(context.statistics(), { idleWorkers: 1, runningWorkers: 0 });
});

testOnOne("it has a process of its own", async ({ context, living }) => {
  const pid = await runSync(JOBS, "pid", [], { context });
  assert.notEqual(pid, process.pid);
  assert.deepEqual(living(), [pid]);
}, PROCESSES);

testOnOne("it has no process of its own", async ({ context, living }) => {
  assert.deepEqual([await runSync(JOBS, "pid", [], { context }), living()], [process.pid, []]);
}, ["thread"]);

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
    const there = await runSync(JOBS, "where", [], { context });
    const argument = await errorOf(PayloadError, () => runSync(JOBS, "echo", [{ f: () => {} }], { context }));
    assert.equal(argument.message, 'Cannot send argument 1 of "echo": "f" is a function');
    const result = await errorOf(PayloadError, () => runSync(JOBS, "notSendable", [], { context }));
    assert.equal(result.message, 'Cannot send the result of "notSendable": "callback" is a function');
    assert.equal(await runSync(JOBS, "where", [], { context }), there);
    assert.deepEqual(context.statistics(), { idleWorkers: 1, runningWorkers: 0 });
  },
);

testOnOne(
  "an error too large to be sent is a PayloadError, and the worker is none the worse for it",
  async ({ context }) => {
    const there = await runSync(JOBS, "where", [], { context });
    await errorOf(PayloadError, () => runSync(JOBS, "failWithMuch", [], { context }));
    assert.equal(await runSync(JOBS, "where", [], { context }), there);
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
  const there = await runSync(JOBS, "where", [], { context });
  const missing = new URL("./modules/missing.ts", import.meta.url);
  await errorOf(Error, () => runSync<{ f(): void }, "f">(missing, "f", [], { context }));
  assert.equal(await runSync(JOBS, "where", [], { context }), there);
});

testOnOne("what a module keeps stays from one job to the next", async ({ context }) => {
  const first = await runSync(JOBS, "count", [], { context });
  assert.equal(await runSync(JOBS, "count", [], { context }), first + 1);
});

testOnOne("the worker that has worked last is the next to work", async ({ context, noted }) => {
  await withGate(async (one) =>
    await withGate(async (other) => {
      const places: unknown[] = [];
      await openNursery(async (nursery) => {
        const how = { context, limiter: new CapacityLimiter(3) };
        nursery.startSoon(() => runSync(JOBS, "atGate", ["one", one.path], how));
        nursery.startSoon(() => runSync(JOBS, "atGate", ["other", other.path], how));
        await noted("one runs");
        await noted("other runs");
        for (const [running, gate] of [[1, other], [0, one]] as const) {
          gate.open();
          while (context.statistics().runningWorkers > running) await testing.waitAllTasksBlocked();
          places.push(await runSync(JOBS, "where", [], how));
        }
      });
      assert.deepEqual(context.statistics(), { idleWorkers: 2, runningWorkers: 0 });
      assert.notEqual(places[0], places[1]);
      for (let i = 0; i < 3; i++) assert.equal(await runSync(JOBS, "where", [], { context }), places[1]);
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
  TYPES,
);
