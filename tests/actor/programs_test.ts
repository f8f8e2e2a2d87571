/** Programs that an actor starts by itself end with it, however it ends: with real processes. */
import assert from "node:assert/strict";
import process from "node:process";
import {
  openActorNursery,
  openWorkerContext,
  type Portal,
  runInActor,
  runSync,
  sleepForever,
} from "../../mod.ts";
import { test } from "../harness/test.ts";
import { TREES } from "./known_modules.ts";
import { onStage, type Stage } from "./stage.ts";

type Trees = typeof import("./modules/trees.ts");

/** What comes of an actor that has started a program. */
const ENDS: Readonly<Record<string, (portal: Portal<Trees>, pid: number) => Promise<void>>> = {
  "the block is over": () => Promise.resolve(),
  "the block throws": () => Promise.reject(new RangeError("as asked")),
  "it is cancelled": (portal) => portal.cancelActor(),
  "its scope is cancelled": (_, pid) => {
    process.kill(pid, 0);
    return Promise.resolve();
  },
  "it dies": async (portal) => {
    process.kill(await portal.call.pid(), "SIGKILL");
    await sleepForever();
  },
};

for (const [name, end] of Object.entries(ENDS)) {
  test(`programs of actors: none is left when ${name}`, () =>
    onStage(async ({ living }) => {
      const opened = openActorNursery(async (nursery) => {
        const portal = await nursery.startActor("one", { module: TREES });
        const pid = await portal.call.startSleeper();
        if (name === "its scope is cancelled") nursery.cancelScope.cancel();
        await end(portal, pid);
      });
      await opened.catch(() => {});
      assert.deepEqual(living(), []);
    }));
}

for (const end of ["return", "fail"] as const) {
  test(`programs of actors: none is left of an actor below one that is to ${end}`, () =>
    onStage(async ({ living, notes }: Stage) => {
      await runInActor(TREES, "startSleeperBelow", [end]).catch(() => {});
      assert.deepEqual(notes(), ["sleeper below"]);
      assert.deepEqual(living(), []);
    }));
}

test("programs of actors: none is left of a one-shot that has returned", () =>
  onStage(async ({ living }) => {
    assert.ok(await runInActor(TREES, "startSleeper", []) > 0);
    assert.deepEqual(living(), []);
  }));

test("programs of actors: none is left of a worker process that is over", () =>
  onStage(async ({ living }) => {
    await openWorkerContext({}, async (workers) => {
      const pid = await runSync(TREES, "startSleeper", [], { context: workers });
      process.kill(pid, 0);
    });
    assert.deepEqual(living(), []);
  }));
