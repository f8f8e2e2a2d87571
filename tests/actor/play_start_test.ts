/** Starts of actors, and what may come between, at exact instants. */
import assert from "node:assert/strict";
import { openActorNurseryOn } from "../../lib/actor/process/actor_nursery.ts";
import { ActorStartError } from "../../lib/actor/errors.ts";
import { sleepForever } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { test } from "../harness/test.ts";
import type { Self } from "./fake_actors.ts";
import { play } from "./play.ts";

const MODULES = {
  calculator: () => ({ add: (a: number, b: number) => a + b }),
  broken: () => {
    throw new RangeError("a module that fails");
  },
};

function startOne({ system }: Self, module: keyof typeof MODULES, startTimeout?: number): Promise<void> {
  return openActorNurseryOn(system, async (nursery) => {
    await nursery.startActor("one", {
      module: `memory:${module}`,
      ...(startTimeout === undefined ? {} : { startTimeout }),
    });
  }, { collapse: true });
}

test("start: an actor is called as soon as it is there, and ended at once", async () => {
  const { value, endMs, goneMs } = await play({
    modules: MODULES,
    startMs: 100,
    program: ({ system }) =>
      openActorNurseryOn(system, async (nursery) => {
        const portal = await nursery.startActor<{ add(a: number, b: number): number }>("one", {
          module: "memory:calculator",
        });
        return await portal.call.add(1, 2);
      }, {}),
  });
  assert.deepEqual([value, endMs, goneMs], [3, 100, 100]);
});

test("start: many actors start at the same time", async () => {
  const { endMs } = await play({
    modules: MODULES,
    startMs: 100,
    program: ({ system }) =>
      openActorNurseryOn(system, (nursery) => {
        for (let i = 0; i < 10; i++) {
          nursery.startSoon(() => nursery.startActor(`actor${i}`, { module: "memory:calculator" }));
        }
      }, {}),
  });
  assert.equal(endMs, 100);
});

test("start: a cancel while the process has yet to connect kills it at once", async () => {
  const { endMs, goneMs, error } = await play({
    modules: MODULES,
    startMs: 100,
    program: (self) => moveOnAfter(40, () => startOne(self, "calculator")),
  });
  assert.deepEqual([endMs, goneMs, error], [40, 40, undefined]);
});

for (const ms of [101, 105, 109, 110, 115, 119, 120, 125]) {
  test(`start: a cancel in the middle of the beginning of the connection leaves nothing (at ${ms} ms)`, async () => {
    const { goneMs, error } = await play({
      modules: MODULES,
      startMs: 100,
      latencyMs: 10,
      program: (self) => moveOnAfter(ms, () => startOne(self, "calculator")),
    });
    assert.equal(error, undefined);
    assert.ok(goneMs <= ms + 40, String(goneMs));
  });
}

test("start: one that takes too long is killed at that instant", async () => {
  const { endMs, goneMs, error } = await play({
    modules: MODULES,
    startMs: 100,
    program: (self) => startOne(self, "calculator", 60),
  });
  assert.deepEqual([endMs, goneMs], [60, 60]);
  assert.ok(error instanceof ActorStartError);
  assert.match(error.message, /was not ready within 60 ms/);
});

test("start: a module that cannot be loaded is an error with its message", async () => {
  const { goneMs, error } = await play({
    modules: MODULES,
    startMs: 100,
    program: (self) => startOne(self, "broken"),
  });
  assert.ok(error instanceof ActorStartError);
  assert.match(error.message, /a module that fails/);
  assert.equal(goneMs, 100);
});

test("start: a process that is killed before it connects is an error at once", async () => {
  const { endMs, error } = await play({
    modules: MODULES,
    startMs: 100,
    program: (self) => startOne(self, "calculator"),
    async script({ at, signal }) {
      await at(50);
      signal("SIGKILL", "one");
    },
  });
  assert.ok(error instanceof ActorStartError);
  assert.deepEqual([endMs, error.status], [50, { how: "signalled", signal: "SIGKILL" }]);
});

for (const ms of [50, 100, 105, 115, 125]) {
  test(`start: an actor whose parent is killed meanwhile ends as soon as it hears of it (at ${ms} ms)`, async () => {
    const { endMs, goneMs } = await play({
      modules: MODULES,
      startMs: 100,
      latencyMs: 10,
      program: async (self) => {
        await startOne(self, "calculator");
        await sleepForever();
      },
      async script({ at, signal }) {
        await at(ms);
        signal("SIGKILL");
      },
    });
    assert.equal(endMs, ms);
    assert.ok(goneMs <= Math.max(100, ms) + 10, String(goneMs));
  });
}

test("start: an actor whose parent has died loads nothing, whenever that was", async () => {
  for (let ms = 95; ms <= 150; ms++) {
    const { said } = await play({
      modules: {
        stuck: (_, stage) => {
          stage.say("loaded");
          return {};
        },
      },
      startMs: 100,
      latencyMs: 10,
      program: ({ system }) =>
        openActorNurseryOn(system, async (nursery) => {
          await nursery.startActor("one", { module: "memory:stuck" });
        }, {}),
      script: async (stage) => {
        await stage.at(ms);
        stage.signal("SIGKILL");
      },
    });
    const loadedAt = said.map((line) => Number(line.split(" ")[0]));
    assert.ok(loadedAt.every((at) => at <= ms), `killed at ${ms}: ${said}`);
  }
});
