/** The starts of actors on a fake machine, at exact instants. */
import assert from "node:assert/strict";
import { openActorNurseryOn } from "../../lib/actor/actor_nursery.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";
import { FakeActors, type FakeModule } from "./fake_actors.ts";

const calculator: FakeModule = () => ({ add: (a: number, b: number) => a + b });

test("play: an actor on the fake machine is started, called and ended", async () => {
  await runVirtual(async (clock) => {
    const actors = new FakeActors(clock, {
      modules: { "memory:calculator": calculator },
      startMs: () => 100,
    });
    const { result, child } = actors.start(({ system }) =>
      openActorNurseryOn(system, async (nursery) => {
        const portal = await nursery.startActor<{ add(a: number, b: number): number }>("one", {
          module: "memory:calculator",
        });
        return [clock.now(), await portal.call.add(1, 2)];
      }, {})
    );
    assert.deepEqual(await fromPromise(result), [100, 3]);
    assert.deepEqual(await fromPromise(child.exited), { how: "exited", code: 0 });
    assert.equal(clock.now(), 100);
    actors.assertNothingLeft();
  });
});
