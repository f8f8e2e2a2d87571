/** One-shots in the background of a nursery, and their results. */
import assert from "node:assert/strict";
import { type ActorNursery, openActorNurseryOn } from "../../lib/actor/process/actor_nursery.ts";
import { ActorDied, ActorStartError, ContextCancelled, RemoteActorError } from "../../lib/actor/errors.ts";
import type { OneShot } from "../../lib/actor/process/one_shot.ts";
import { Cancelled } from "../../lib/scope/cancelled.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import { play, type Played, type Stage } from "./play.ts";

const one = () => ({
  async after(ms: number): Promise<number> {
    await sleep(ms);
    return ms;
  },
  async failAfter(ms: number): Promise<void> {
    await sleep(ms);
    throw new RangeError("as asked");
  },
  nap: sleepForever,
});
type One = ReturnType<typeof one>;

function withNursery<T>(
  body: (nursery: ActorNursery, stage: Stage) => Promise<T>,
  script: (stage: Stage) => Promise<void> = async () => {},
): Promise<Played<T | undefined>> {
  return play({
    modules: { one },
    program: ({ system }, stage) =>
      openActorNurseryOn(system, (nursery) => body(nursery, stage), { collapse: true }),
    script,
  });
}

test("one-shots: they run at the same time, and each gives its result", async () => {
  const { value, endMs } = await withNursery(async (nursery) => {
    const shots: OneShot<number>[] = [];
    for (const ms of [300, 100, 200]) {
      shots.push(await nursery.startInActor<One, "after">("memory:one", "after", [ms]));
    }
    return await Promise.all(shots.map((shot) => shot.result()));
  });
  assert.deepEqual([value, endMs], [[300, 100, 200], 300]);
});

test("one-shots: the actor of each ends with its function, and the nursery waits for it before the daemons", async () => {
  const { endMs, said } = await withNursery(async (nursery, stage) => {
    await nursery.startActor<One>("daemon", { module: "memory:one" });
    await nursery.startInActor<One, "after">("memory:one", "after", [100], { name: "short" });
    await nursery.startInActor<One, "after">("memory:one", "after", [500], { name: "long" });
    await sleep(200);
    const names = stage.machine.puppets().map((row) =>
      stage.machine.host.processes.commandOf(row.pid).at(-1)
    );
    stage.say(names.filter((name) => !name?.startsWith("/")).sort().join(" "));
  });
  assert.deepEqual([said, endMs], [["200 daemon long"], 500]);
});

test("one-shots: an error of one is an error of the nursery, as it is", async () => {
  let met: unknown;
  const { error, endMs } = await withNursery(async (nursery) => {
    const shot = await nursery.startInActor<One, "failAfter">("memory:one", "failAfter", [100]);
    try {
      await shot.result();
    } catch (error) {
      met = error;
      throw error;
    }
  });
  assert.ok(met instanceof Cancelled, String(met));
  assert.ok(error instanceof RemoteActorError && error.is(RangeError), String(error));
  assert.equal(endMs, 100);
});

test("one-shots: an actor that dies is one error, and not two", async () => {
  const shots: OneShot<void>[] = [];
  const { error } = await withNursery(async (nursery) => {
    shots.push(
      await nursery.startInActor<One, "nap">("memory:one", "nap", [], { name: "victim" }) as OneShot<void>,
    );
    await sleepForever();
  }, async (stage) => {
    await stage.at(100);
    stage.signal("SIGKILL", "victim");
  });
  assert.ok(error instanceof ActorDied, String(error));
  assert.equal(shots[0]!.isOver, true);
});

test("one-shots: one that is cancelled is no error of the nursery", async () => {
  const { value, error } = await withNursery(async (nursery) => {
    const shot = await nursery.startInActor<One, "nap">("memory:one", "nap", []);
    assert.equal(await moveOnAfter(10, () => shot.result()), undefined);
    assert.equal(shot.isOver, false);
    shot.cancel();
    return (await errorOf(ContextCancelled, () => shot.result())).actor.path;
  });
  assert.deepEqual([value, error], ["main/nap", undefined]);
});

test("one-shots: one that does not start is an error where it is started", async () => {
  const { error } = await withNursery(async (nursery) => {
    await errorOf(ActorStartError, () => nursery.startInActor<One, "nap">("memory:none", "nap", []));
  });
  assert.equal(error, undefined);
});
