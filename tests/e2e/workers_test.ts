import assert from "node:assert/strict";
import { e2e, UNDER_TEST } from "../harness/supervise.ts";

const NUMBERS = `
import { sleep } from "supervise";

let calls = 0;

export async function square(value) {
  await sleep(1);
  calls += 1;
  return value * value;
}

export function count() {
  return calls;
}

export function add(memory) {
  return Atomics.add(new Int32Array(memory), 0, 1);
}

export function fail() {
  throw new RangeError("no number");
}
`;

/** What uses workers of one type, and says what came of it. */
const USER = `
import { openWorkerContext, runSync } from "supervise";

const numbers = new URL("./numbers.ts", import.meta.url);

export async function use(workerType) {
  await openWorkerContext({ workerType }, async (context) => {
    for (const value of [2, 3]) console.log("square", await runSync(numbers, "square", [value], { context }));
    console.log("calls", await runSync(numbers, "count", [], { context }));
    try {
      await runSync(numbers, "fail", [], { context });
    } catch (error) {
      console.log("error", error instanceof RangeError, error.message);
    }
    const memory = new SharedArrayBuffer(4);
    try {
      await runSync(numbers, "add", [memory], { context });
    } catch (error) {
      console.log(error.name);
    }
    console.log("shared", new Int32Array(memory)[0], JSON.stringify(context.statistics()));
  });
}
`;

const REPLIES = ["square 4", "square 9", "calls 2", "error true no number"];
const SHARED = {
  process: ["PayloadError", 'shared 0 {"idleWorkers":1,"runningWorkers":0}'],
  thread: ['shared 1 {"idleWorkers":1,"runningWorkers":0}'],
} as const;

for (const workerType of ["process", "thread"] as const) {
  e2e(`workers: a module has jobs done by workers of its own (${workerType})`, async (sandbox) => {
    sandbox.write("numbers.ts", NUMBERS);
    sandbox.write("user.ts", `${USER} export default () => use("${workerType}");`);
    sandbox.config(`actors.user = { module = "user.ts" }`);
    const done = await sandbox.supervise("up");
    assert.equal(done.code, 0, done.stderr + done.stdout);
    const said = [...done.stdout.matchAll(/^user +\| (.*)$/gm)].map((match) => match[1]);
    assert.deepEqual(said, [...REPLIES, ...SHARED[workerType]]);
  });
}

// Deno runs a script by itself, with the configuration that it finds beside it.
if (UNDER_TEST !== "deno") {
  e2e("workers: a script has them, too", async (sandbox) => {
    sandbox.write("numbers.ts", NUMBERS);
    sandbox.write(
      "user.ts",
      `
      import { run } from "supervise";
      ${USER}
      for (const type of ["process", "thread"]) await run(() => use(type));`,
    );
    sandbox.config(`actors.user = { script = "user.ts" }`);
    const done = await sandbox.supervise("up");
    assert.equal(done.code, 0, done.stderr + done.stdout);
    const said = [...done.stdout.matchAll(/^user +\| (.*)$/gm)].map((match) => match[1]);
    assert.deepEqual(said, [...REPLIES, ...SHARED.process, ...REPLIES, ...SHARED.thread]);
  });
}
