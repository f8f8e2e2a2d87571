/** What becomes of actors whose root is killed, which leaves it no time for anything. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { PARENT_VARIABLE, TOKEN_VARIABLE } from "../../lib/actor/process/spawn_spec.ts";
import { thisProgram } from "../../lib/api/system.ts";
import { fromPromise } from "../../mod.ts";
import { Script } from "../harness/script.ts";
import { test } from "../harness/test.ts";
import { TREES } from "./known_modules.ts";
import { onStage, type Stage } from "./stage.ts";

/** Runs a program with a nursery, and kills it when all lines were noted: its end is that of all who share its output. */
function onKilledRoot(body: string, lines: readonly string[], judge: (stage: Stage) => void): Promise<void> {
  return onStage(async (stage) => {
    const script = new Script(`
      import { openActorNursery, run, sleepForever } from "supervise";
      import { note } from "${new URL("./modules/journal.ts", import.meta.url).href}";
      const module = "${TREES.specifier}";
      const broken = "${new URL("./modules/broken/", import.meta.url).href}";
      await run(() => openActorNursery(async (nursery) => { ${body} await sleepForever(); }));
    `);
    for (const line of lines) await stage.noted(line);
    judge(stage);
    script.signal("SIGKILL");
    assert.equal((await fromPromise(script.end())).signal, "SIGKILL");
    assert.deepEqual(stage.living(), []);
  });
}

test("killed root: idle actors and deep trees end with it", () =>
  onKilledRoot(
    `
      await nursery.startActor("idle", { module });
      const one = await nursery.startActor("one", { module });
      await one.openContext("chain", [3], async () => {
        note("all there");
        await sleepForever();
      });
    `,
    ["all there"],
    ({ living }) => assert.equal(living().length, 6),
  ));

test("killed root: actors in a busy loop, ones that heed no cancel, and ones that are just starting end with it", () =>
  onKilledRoot(
    `
      const busy = await nursery.startActor("busy", { module });
      const stubborn = await nursery.startActor("stubborn", { module });
      nursery.startSoon(() => busy.call.loop());
      nursery.startSoon(() => stubborn.call.ignoresCancel("stubborn"));
      nursery.startSoon(() => nursery.startActor("hangs", { module: broken + "hangs.ts" }));
      nursery.startSoon(() => nursery.startActor("loops", { module: broken + "loops.ts" }));
    `,
    ["stubborn ignores it", "importing"],
    () => {},
  ));

test("killed root: of a tree whose root is killed while it starts actors nothing is left", () =>
  onKilledRoot(
    `
      note("starts");
      for (let i = 0; i < 5; i++) nursery.startSoon(() => nursery.startActor("actor" + i, { module }));
    `,
    ["starts"],
    () => {},
  ));

test("killed root: programs that actors have started by themselves end with it, at every level", () =>
  onKilledRoot(
    `
      const one = await nursery.startActor("one", { module });
      await one.call.startSleeper();
      nursery.startSoon(() => one.call.startSleeperBelow("stay"));
    `,
    ["sleeper below"],
    ({ living }) => assert.ok(living().length >= 5, String(living())),
  ));

test("killed root: an actor that is just starting says so in one line", () => {
  const [command, ...args] = thisProgram().actorCommand;
  const env = { ...process.env, [PARENT_VARIABLE]: "@supervise/nobody", [TOKEN_VARIABLE]: "token" };
  const { status, stderr } = spawnSync(command!, [...args, "one"], { env, encoding: "utf8" });
  assert.equal(status, 1);
  assert.equal(
    stderr,
    "Cannot join whoever has started this actor: nobody listens at @supervise/nobody\n",
  );
});
