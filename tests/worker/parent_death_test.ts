/** What becomes of workers when their program ends, be it killed, which leaves it no time for anything. */
import assert from "node:assert/strict";
import { fromPromise } from "../../mod.ts";
import { onStage, type Stage } from "../actor/stage.ts";
import { Script } from "../harness/script.ts";
import { test } from "../harness/test.ts";
import { JOBS, runsIn, withGate } from "./worker_stage.ts";

/** A program with a context. Its end is that of all who share its output: workers do. */
function program(options: string, body: string): Script {
  return new Script(`
    import { openNursery, openWorkerContext, run, runSync, sleepForever } from "supervise";
    import { note } from "${new URL("../actor/modules/journal.ts", import.meta.url).href}";
    const jobs = "${JOBS.specifier}";
    await run(() => openWorkerContext(${options}, (context) => openNursery(async (nursery) => {
      ${body}
      note("all there");
    })));
  `);
}

/** Kills the program when its jobs run, and waits until its last worker has ended. */
async function kill(script: Script, stage: Stage, meanwhile: () => void = () => {}): Promise<void> {
  await stage.noted("all there");
  script.signal("SIGKILL");
  meanwhile();
  assert.equal((await fromPromise(script.end())).signal, "SIGKILL");
  assert.deepEqual(stage.living(), []);
}

test("worker: those of a program that is killed end with it, be they idle or in a job without an end", () =>
  onStage(async (stage) => {
    const script = program(
      "{}",
      `
        nursery.startSoon(() => runSync(jobs, "loop", ["busy"], { context }));
        nursery.startSoon(() => runSync(jobs, "mark", ["idle"], { context }));
        nursery.startSoon(() => sleepForever());
      `,
    );
    await runsIn(stage, "busy");
    await stage.noted("idle");
    await kill(script, stage);
  }));

test("worker: those of a program that is killed while they start, or in their init, end with it", () =>
  onStage(async (stage) => {
    const begin = `nursery.startSoon(() => runSync(jobs, "count", [], { context }));`;
    await kill(program("{}", begin), stage);
    const script = program(`{ init: { module: jobs, export: "loopingInit" } }`, begin);
    const later = stage.fromNow();
    await runsIn(later, "init");
    await kill(script, later);
  }));

test("worker: one that may finish its job does so when its program is killed, and then ends", () =>
  onStage((stage) =>
    withGate(async (gate) => {
      const script = program(
        `{ orphans: "finish" }`,
        `nursery.startSoon(() => runSync(jobs, "atGate", ["job", ${
          JSON.stringify(gate.path)
        }], { context }));`,
      );
      const pid = await runsIn(stage, "job");
      await kill(script, stage, () => {
        assert.ok(stage.living().includes(pid));
        gate.open();
      });
      assert.equal(stage.notes().at(-1), "job ends");
    })
  ));

test("worker: one that may finish, and has no job, ends with its program", () =>
  onStage(async (stage) => {
    const script = program(
      `{ orphans: "finish" }`,
      `
        await runSync(jobs, "mark", ["idle"], { context });
        nursery.startSoon(() => sleepForever());
      `,
    );
    await kill(script, stage);
  }));

test("worker: what a program leaves to the default context ends before run returns", () =>
  onStage(async ({ living }) => {
    const script = new Script(`
      import { run, runSync } from "supervise";
      import { readdirSync } from "node:fs";
      import process from "node:process";
      const jobs = "${JOBS.specifier}";
      const isThere = (pid) => readdirSync("/proc").includes(String(pid));
      for (let i = 0; i < 2; i++) {
        const pid = await run(async () => {
          const pid = await runSync(jobs, "pid", []);
          console.log(pid !== process.pid && isThere(pid));
          return pid;
        });
        console.log(isThere(pid));
      }
    `);
    const { rest, code } = await fromPromise(script.end());
    assert.deepEqual([rest, code, living()], [["true", "false", "true", "false"], 0, []]);
  }));

test("worker: Ctrl-C while a job runs waits for it", () =>
  onStage((stage) =>
    withGate(async (gate) => {
      const script = new Script(`
        import { run, runSync } from "supervise";
        const jobs = "${JOBS.specifier}";
        for (const name of ["one", "other"]) {
          try {
            console.log(await run(() => runSync(jobs, "atGate", [name, ${JSON.stringify(gate.path)}])));
          } catch (error) {
            console.log(error.name);
          }
        }
      `);
      await runsIn(stage, "one");
      script.signal("SIGINT");
      gate.open();
      await runsIn(stage, "other");
      script.signal("SIGINT");
      gate.open();
      const { rest } = await fromPromise(script.end());
      assert.ok(
        rest.every((line) => line === "Interrupted" || line === "one" || line === "other"),
        String(rest),
      );
      assert.deepEqual(stage.notes().filter((line) => line.endsWith("ends")), ["one ends", "other ends"]);
    })
  ));
