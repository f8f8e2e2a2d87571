import assert from "node:assert/strict";
import process from "node:process";
import {
  ActorDied,
  currentActor,
  ErrorGroup,
  fromPromise,
  openActorNursery,
  type Portal,
  RemoteActorError,
  run,
  sleep,
  sleepForever,
} from "../../mod.ts";
import { errorOf } from "../harness/raised.ts";
import { Script } from "../harness/script.ts";
import { test } from "../harness/test.ts";
import { LIFETIME } from "./known_modules.ts";
import { onStage, type Stage } from "./stage.ts";

const ALL = ["last deferred", "awaited", "first deferred"];

/** Runs a test against one actor; what the actor wrote down until its end, and what left its nursery. */
async function endOf(
  body: (portal: Portal<typeof import("./modules/lifetime.ts")>, stage: Stage) => unknown,
): Promise<{ readonly notes: readonly string[]; readonly error: unknown }> {
  let [notes, error]: [readonly string[], unknown] = [[], null];
  await onStage(async (stage) => {
    try {
      await openActorNursery(async (nursery) => {
        await body(await nursery.startActor("one", { module: LIFETIME }), stage);
      }, { collapse: true });
    } catch (raised) {
      error = raised;
    }
    notes = stage.notes();
  });
  return { notes, error };
}

test("lifetime: what was deferred is done at the end of the nursery, the last first, and waited for", async () => {
  assert.deepEqual(await endOf((portal) => portal.call.deferNotes()), { notes: ALL, error: null });
});

test("lifetime: it is done when the actor is cancelled, and over when that returns", async () => {
  const { error } = await endOf(async (portal, { notes }) => {
    await portal.call.deferNotes();
    await portal.cancelActor();
    assert.deepEqual(notes(), ALL);
  });
  assert.equal(error, null);
});

test("lifetime: it is done when an error elsewhere ends the nursery", async () => {
  const { notes, error } = await endOf(async (portal) => {
    await portal.call.deferNotes();
    throw new RangeError("elsewhere");
  });
  assert.ok(error instanceof RangeError);
  assert.deepEqual(notes, ALL);
});

test("lifetime: it is done at SIGTERM, which ends an actor that nobody has asked to end", async () => {
  const { notes, error } = await endOf(async (portal) => {
    process.kill(await portal.call.deferNotes(), "SIGTERM");
    await sleepForever();
  });
  assert.ok(error instanceof ActorDied);
  assert.deepEqual(notes, ALL);
});

test("lifetime: it is begun when the actor ends its process itself, or an error that nobody catches does", async () => {
  for (const [end, code] of [["exitLater", 6], ["throwLater", 1]] as const) {
    const { notes, error } = await endOf(async (portal) => {
      await portal.call[end](code);
      await sleepForever();
    });
    assert.ok(error instanceof ActorDied);
    assert.deepEqual(error.status, { how: "exited", code });
    assert.deepEqual(notes, ["deferred"]);
  }
});

test("lifetime: what it fails with is raised in the nursery, and the rest of it is done all the same", async () => {
  const { notes, error } = await endOf((portal) => portal.call.deferFailures());
  assert.ok(error instanceof RemoteActorError, String(error));
  assert.ok(error.original instanceof ErrorGroup);
  assert.deepEqual(error.original.errors.map((one) => (one as Error).message), ["two", "one"]);
  assert.deepEqual(error.path, ["main/one"]);
  assert.deepEqual(notes, ["done in spite of the others"]);
});

test("lifetime: it is done after foreign and shielded work, whose ends are waited for", async () => {
  const { notes } = await endOf(async (portal, { noted }) => {
    await openActorNursery(async (nursery) => {
      nursery.startSoon(() => portal.call.foreignWork());
      await noted("at work");
      nursery.cancelScope.cancel();
    });
  });
  assert.deepEqual(notes, ["at work", "shielded work is through", "foreign work is through", "deferred"]);
});

test("lifetime: a program that is the root of its tree has one too", async () => {
  const done: string[] = [];
  await run(() =>
    openActorNursery(() => {
      currentActor().lifetime.defer(async () => {
        await sleep(1);
        done.push("root");
      });
    }), { interruptible: false });
  assert.deepEqual(done, ["root"]);
  const error = await errorOf(RangeError, () =>
    run(() =>
      openActorNursery(() => {
        currentActor().lifetime.defer(() => {
          throw new RangeError("cleanup of the root");
        });
      }), { interruptible: false }));
  assert.equal(error.message, "cleanup of the root");
});

test("lifetime: it is done when the parent is killed, by a tree that works and by one that waits", () =>
  onStage(async ({ noted, notes }) => {
    const script = new Script(`
      import { openActorNursery, openNursery, run, sleepForever } from "supervise";
      await run(() => openActorNursery(async (nursery) => {
        for (const name of ["idle", "working"]) {
          const portal = await nursery.startActor(name, { module: "${LIFETIME.specifier}" });
          await portal.call.deferNotes();
          if (name === "working") nursery.startSoon(() => portal.call.foreignWork());
        }
        await sleepForever();
      }));
    `);
    await noted("at work");
    script.signal("SIGKILL");
    await fromPromise(script.end());
    assert.equal(notes().filter((line) => ALL.includes(line)).length, 6);
    assert.ok(notes().includes("foreign work is through"));
  }));
