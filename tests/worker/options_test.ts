/** Which options are taken, and what the others are refused with. */
import assert from "node:assert/strict";
import { openSystem } from "../../lib/api/system.ts";
import { resolveContextOptions, type WorkerContextOptions } from "../../lib/worker/context_options.ts";
import { checkLimits, type JobLimits } from "../../lib/worker/job.ts";
import { configureDefaultContext, openWorkerContext, run } from "../../mod.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

// What the machine opens is opened once for the whole program: before the first test, so that none seems to leak it.
await openSystem();

const HOOK = { module: "memory:jobs", export: "f" };

const TAKEN: readonly WorkerContextOptions[] = [
  {},
  { idleTimeout: 0, gracePeriod: 0 },
  { idleTimeout: Infinity, gracePeriod: Infinity },
  { idleTimeout: 1e12, gracePeriod: 0.5 },
  { init: HOOK, retire: { ...HOOK, args: [1] } },
  { init: { module: new URL("file:///a.ts"), export: "f" } },
  { workerType: "process", orphans: "finish", sigterm: "die" },
  { workerType: "thread", orphans: "kill", sigterm: "ignore" },
];

const REFUSED:
  readonly (readonly [options: unknown, type: typeof TypeError | typeof RangeError, says: RegExp])[] = [
    [{ idleTimeout: "1" }, TypeError, /idleTimeout must be a number of milliseconds, and is 1/],
    [{ idleTimeout: NaN }, TypeError, /idleTimeout must be a number/],
    [{ idleTimeout: null }, TypeError, /idleTimeout/],
    [{ idleTimeout: -1 }, RangeError, /idleTimeout must not be negative, and is -1/],
    [{ idleTimeout: -Infinity }, RangeError, /idleTimeout must not be negative/],
    [{ gracePeriod: true }, TypeError, /gracePeriod must be a number/],
    [{ gracePeriod: 5n }, TypeError, /gracePeriod must be a number/],
    [{ gracePeriod: -0.1 }, RangeError, /gracePeriod must not be negative/],
    [{ init: () => {} }, TypeError, /init is a function, which cannot cross to a worker/],
    [{ init: "f" }, TypeError, /init must be \{ module, export \}/],
    [{ init: null }, TypeError, /init must be/],
    [{ retire: {} }, TypeError, /retire must be/],
    [{ retire: { export: "f" } }, TypeError, /retire/],
    [{ retire: { module: 5, export: "f" } }, TypeError, /retire/],
    [{ init: { ...HOOK, args: "text" } }, TypeError, /init/],
    [{ retire: { module: "memory:jobs", export: 1 } }, TypeError, /retire must be/],
    [{ workerType: 1 }, TypeError, /workerType must be a string/],
    [{ workerType: "fork" }, RangeError, /workerType must be "process" or "thread", and is "fork"/],
    [{ orphans: "die" }, RangeError, /orphans must be "kill" or "finish"/],
    [{ orphans: false }, TypeError, /orphans must be a string/],
    [{ sigterm: "cancel" }, RangeError, /sigterm must be "ignore" or "die"/],
    [{ workerType: "thread", orphans: "finish" }, RangeError, /threads end with their process/],
    [{ workerType: "thread", sigterm: "die" }, RangeError, /threads end with their process/],
    [null, TypeError, /options/],
    ["text", TypeError, /options/],
  ];

test("worker: options that make sense are taken, and the others filled in", () => {
  for (const options of TAKEN) {
    const { idleTimeout = 600_000, gracePeriod = 30_000 } = options;
    const resolved = resolveContextOptions(options, "/");
    assert.deepEqual([resolved.idleTimeout, resolved.gracePeriod], [idleTimeout, gracePeriod]);
  }
  assert.deepEqual(resolveContextOptions({ init: { module: "./a b.ts", export: "f" } }, "/x"), {
    idleTimeout: 600_000,
    gracePeriod: 30_000,
    init: { url: "file:///x/a%20b.ts", name: "f", args: [] },
    retire: null,
    workerType: "process",
    orphans: "kill",
    sigterm: "ignore",
  });
});

test("worker: options of a wrong type are a TypeError, and those that make no sense a RangeError", () => {
  for (const [options, type, says] of REFUSED) {
    let error: unknown;
    try {
      resolveContextOptions(options as WorkerContextOptions, "/");
    } catch (thrown) {
      error = thrown;
    }
    assert.ok(error instanceof type, `${JSON.stringify(Object.keys(options ?? {}))}: ${String(error)}`);
    assert.match(error.message, says);
  }
});

test("worker: a context with options that are refused is not opened, and does not become the default one", async () => {
  await run(async () => {
    const opened: string[] = [];
    const open = () => openWorkerContext({ gracePeriod: -1 }, () => void opened.push("opened"));
    await errorOf(RangeError, open);
    assert.deepEqual(opened, []);
  });
  await errorOf(TypeError, () => configureDefaultContext({ idleTimeout: "1" as unknown as number }));
});

test("worker: limits of a job are positive numbers of known names", async () => {
  const taken: readonly (readonly [JobLimits | undefined, boolean])[] = [
    [undefined, false],
    [{}, false],
    [{ memory: Infinity, cpuTime: Infinity, wallTime: Infinity }, false],
    [{ wallTime: 0.5 }, true],
    [{ memory: 1, cpuTime: Infinity }, true],
  ];
  for (const [limits, isSome] of taken) assert.equal(checkLimits(limits) !== null, isSome);
  const refused: readonly (readonly [object, typeof TypeError | typeof RangeError])[] = [
    [{ wallTime: 0 }, RangeError],
    [{ cpuTime: -1 }, RangeError],
    [{ memory: NaN }, RangeError],
    [{ memory: "1G" }, TypeError],
    [{ memory: null }, TypeError],
    [{ wall: 5 }, RangeError],
  ];
  for (const [limits, type] of refused) {
    const error = await raisedBy(() => checkLimits(limits as JobLimits));
    assert.ok(error instanceof type, `${JSON.stringify(limits)}: ${String(error)}`);
  }
});
