/** Workers that die: in a job, and between two. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import process from "node:process";
import {
  BrokenWorkerError,
  CapacityLimiter,
  checkpoint,
  fromPromise,
  openNursery,
  openWorkerContext,
  runSync,
  testing,
} from "../../mod.ts";
import { openSystem } from "../../lib/api/system.ts";
import { errorOf } from "../harness/raised.ts";
import { until } from "../harness/until.ts";
import { onStage } from "../actor/stage.ts";
import { eachType, JOBS, PROCESSES, runsIn, TYPES, withGate, workerTests } from "./worker_stage.ts";

const { host } = await openSystem();
const testOnOne = workerTests(TYPES);

testOnOne(
  "a job that exits is broken, with the status, and was run once",
  async ({ context, notes, living }) => {
    const limiter = new CapacityLimiter(1);
    for (const code of [0, 3]) {
      const error = await errorOf(
        BrokenWorkerError,
        () => runSync(JOBS, "exit", [code], { context, limiter }),
      );
      assert.deepEqual(error.status, { how: "exited", code });
      assert.match(
        error.message,
        /^The worker of the job "exit" has ended: worker-\d+ \((process \d+|a thread)\), /,
      );
      assert.deepEqual([living(), limiter.borrowedTokens], [[], 0]);
      assert.deepEqual(context.statistics(), { idleWorkers: 0, runningWorkers: 0 });
    }
    assert.deepEqual(notes(), ["exits", "exits"]);
    assert.equal(await runSync(JOBS, "count", [], { context, limiter }), 1);
  },
);

testOnOne(
  "a job whose worker is killed from outside is broken, with the status",
  async ({ context, living, ...stage }) => {
    for (const signal of ["SIGKILL", "SIGHUP"] as const) {
      await openNursery(async (nursery) => {
        nursery.startSoon(async () => {
          const error = await errorOf(BrokenWorkerError, () => runSync(JOBS, "loop", [signal], { context }));
          assert.deepEqual(error.status, { how: "signalled", signal });
          assert.deepEqual(living(), []);
        });
        process.kill(await runsIn(stage, signal), signal);
      });
    }
  },
  PROCESSES,
);

testOnOne("SIGINT and SIGTERM in the middle of a job are survived", async ({ context, notes }) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    assert.equal(await runSync(JOBS, "kill", [signal], { context }), "survived");
  }
  assert.deepEqual(notes(), ["signals", "signals"]);
}, PROCESSES);

testOnOne(
  "the same from outside, while a job keeps the worker busy, and while it is idle",
  async ({ context, ...stage }) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      await withGate((gate) =>
        openNursery(async (nursery) => {
          nursery.startSoon(async () => {
            assert.equal(await runSync(JOBS, "atGate", [signal, gate.path], { context }), signal);
            const pid = await runSync(JOBS, "pid", [], { context });
            process.kill(pid, signal);
            assert.equal(await runSync(JOBS, "pid", [], { context }), pid);
          });
          process.kill(await runsIn(stage, signal), signal);
          gate.open();
        })
      );
    }
  },
  PROCESSES,
);

/** Kills an idle worker, and waits until its process has ended, be it that nobody has been told yet. */
async function killIdle(pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  // A process whose first thread is over is a zombie, and not over before the others are.
  while ((host.processes.find(pid)?.state ?? "Z") !== "Z" || threadsOf(pid) > 1) await checkpoint();
}

function threadsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}

testOnOne(
  "one that has died without a job is none any more, and the next job has another",
  async ({ context }) => {
    const pid = await runSync(JOBS, "pid", [], { context });
    await killIdle(pid);
    while (context.statistics().idleWorkers > 0) await testing.waitAllTasksBlocked();
    assert.deepEqual(context.statistics(), { idleWorkers: 0, runningWorkers: 0 });
    assert.notEqual(await runSync(JOBS, "pid", [], { context }), pid);
  },
  PROCESSES,
);

testOnOne(
  "one that ends by itself without a job is none any more, and the next job has another",
  async ({ context }) => {
    const there = await runSync(JOBS, "where", [], { context });
    await runSync(JOBS, "exitLater", [3], { context });
    while (context.statistics().idleWorkers > 0) await testing.waitAllTasksBlocked();
    assert.deepEqual(context.statistics(), { idleWorkers: 0, runningWorkers: 0 });
    assert.notEqual(await runSync(JOBS, "where", [], { context }), there);
  },
);

testOnOne("one that has died a moment ago is not given a job", async ({ context }) => {
  for (let i = 0; i < 3; i++) {
    const pid = await runSync(JOBS, "pid", [], { context });
    await killIdle(pid);
    assert.notEqual(await runSync(JOBS, "pid", [], { context }), pid);
  }
}, PROCESSES);

eachType(
  "with sigterm: die a job whose worker is terminated is broken, with the status",
  (workerType) =>
    onStage(({ notes, living }) =>
      openWorkerContext({ workerType, sigterm: "die" }, async (context) => {
        const error = await errorOf(BrokenWorkerError, () => runSync(JOBS, "kill", ["SIGTERM"], { context }));
        assert.deepEqual(error.status, { how: "signalled", signal: "SIGTERM" });
        assert.deepEqual([notes(), living()], [["signals"], []]);
        assert.equal(await runSync(JOBS, "kill", ["SIGINT"], { context }), "survived");
      })
    ),
);

eachType(
  "of workers that retire after each job many at once lose none of many jobs, and double none",
  (workerType) =>
    onStage(({ notes, living }) =>
      openWorkerContext({ workerType, retire: { module: JOBS, export: "always" } }, async (context) => {
        const limiter = new CapacityLimiter(3);
        const names = Array.from({ length: 12 }, (_, i) => `job${i}`);
        await openNursery((nursery) => {
          for (const name of names) {
            nursery.startSoon(async () => {
              assert.equal(await runSync(JOBS, "mark", [name], { context, limiter }), name);
            });
          }
        });
        assert.deepEqual(notes().toSorted(), names.toSorted());
        const isOver = () => context.statistics().idleWorkers === 0 && living().length === 0;
        await fromPromise(until("all have retired", isOver));
        assert.deepEqual(context.statistics(), { idleWorkers: 0, runningWorkers: 0 });
      })
    ),
  TYPES,
);
