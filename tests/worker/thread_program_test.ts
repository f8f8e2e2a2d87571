/** Programs with threads: how they end, and what the threads leave alone. */
import assert from "node:assert/strict";
import { fromPromise } from "../../mod.ts";
import { onStage } from "../actor/stage.ts";
import { Script, type ScriptEnd } from "../harness/script.ts";
import { test } from "../harness/test.ts";
import { THREAD_JOBS } from "./thread_gate.ts";
import { JOBS } from "./worker_stage.ts";

/** A program whose body has a context of threads. */
function program(body: string, last = ""): Script {
  return new Script(`
    import { openNursery, openWorkerContext, run, runSync, sleepForever } from "supervise";
    import process from "node:process";
    const jobs = "${JOBS.specifier}";
    const threadJobs = "${THREAD_JOBS.specifier}";
    const memory = new SharedArrayBuffer(16);
    const cells = new Int32Array(memory);
    const reached = () => new Promise((resolve) => {
      const look = () => cells[0] > 0 ? resolve() : setImmediate(look);
      look();
    });
    await run(() => openWorkerContext({ workerType: "thread" }, (context) => openNursery(async (nursery) => {
      ${body}
    })), { interruptible: false });
    ${last}
  `);
}

async function endOf(script: Script): Promise<ScriptEnd> {
  return await fromPromise(script.end());
}

/** Keeps one thread busy for ever, and waits until it is. */
const BUSY = `
  nursery.startSoon(() => runSync(threadJobs, "computeAt", [memory], { context, killOnCancel: true }));
  await reached();
`;

test("worker: threads touch no signals, so that a program with threads still dies of them", () =>
  onStage(async () => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
      const script = program(`
        await runSync(jobs, "count", [], { context });
        ${BUSY}
        console.log(["SIGTERM", "SIGINT", "SIGCONT"].map((name) => process.listenerCount(name)).join());
        await sleepForever();
      `);
      assert.equal(await fromPromise(script.line()), "0,0,0");
      script.signal(signal);
      assert.equal((await endOf(script)).signal, signal);
    }
  }));

test("worker: a program whose own handler takes a signal goes on, and so do its threads", () =>
  onStage(async () => {
    const script = program(`
      ${BUSY}
      const came = new Promise((resolve) => process.once("SIGTERM", resolve));
      console.log("ready");
      await came;
      Atomics.store(cells, 1, 1);
      console.log(await runSync(jobs, "count", [], { context }));
    `);
    assert.equal(await fromPromise(script.line()), "ready");
    script.signal("SIGTERM");
    const { code, rest } = await endOf(script);
    assert.deepEqual([code, rest], [0, ["1"]]);
  }));

test("worker: a program whose thread is busy for ever ends when it fails, or is done", () =>
  onStage(async () => {
    const failed = await endOf(program(`${BUSY} throw new RangeError("it is wrong");`));
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /RangeError: it is wrong/);
    const done = await endOf(program(`${BUSY} nursery.cancelScope.cancel();`, `console.log("over");`));
    assert.deepEqual([done.code, done.rest], [0, ["over"]]);
    const exited = await endOf(program(`${BUSY} process.exit(7);`));
    assert.equal(exited.code, 7);
  }));

test("worker: an error that nobody catches in a thread is told on standard error, and ends no program", () =>
  onStage(async () => {
    const { code, rest, stderr } = await endOf(program(`
      try {
        await runSync(threadJobs, "failInTimer", ["too late"], { context });
      } catch (error) {
        console.log(error.name);
      }
      console.log(await runSync(jobs, "count", [], { context }));
    `));
    assert.deepEqual([code, rest], [0, ["BrokenWorkerError", "1"]]);
    assert.match(stderr, /Thread "worker-1" has failed: .*too late/);
  }));

test("worker: threads of the default context end with each run", () =>
  onStage(async () => {
    const script = new Script(`
      import { configureDefaultContext, defaultContextStatistics, run, runSync } from "supervise";
      configureDefaultContext({ workerType: "thread" });
      for (let i = 0; i < 3; i++) {
        await run(async () => {
          await runSync("${JOBS.specifier}", "count", []);
          const count = await runSync("${JOBS.specifier}", "count", []);
          console.log(count, defaultContextStatistics().idleWorkers);
        });
      }
    `);
    const { code, rest, stderr } = await endOf(script);
    assert.deepEqual([code, rest, stderr], [0, ["2 1", "2 1", "2 1"], ""]);
  }));
