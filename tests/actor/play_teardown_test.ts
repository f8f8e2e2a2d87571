/** How actors are ended: asked, signalled, killed, each at its instant, and a deep tree as fast as a flat one. */
import assert from "node:assert/strict";
import { openActorNurseryOn } from "../../lib/actor/process/actor_nursery.ts";
import type { Signal } from "../../lib/base/signals.ts";
import type { ActorSystem } from "../../lib/actor/current_actor.ts";
import { runInActorOn } from "../../lib/actor/process/run_in_actor.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { test } from "../harness/test.ts";
import { play, type Played } from "./play.ts";
import { chainModule, growChain, type Manner, nameAt } from "./play_chain.ts";

const GRACE_MS = 1_000;
const CANCEL_MS = 500;
/** When an actor is signalled, and killed: the last fifth of its time is for that. */
const [SIGNAL_MS, KILL_MS] = [800, 900];

/** Starts a chain, and cancels it from above. */
function endChain(manners: readonly Manner[], latencyMs = 0): Promise<Played<void>> {
  return play({
    modules: { chain: chainModule },
    latencyMs,
    program: async (self) => {
      await moveOnAfter(CANCEL_MS, () => growChain(self, { manners, graceMs: GRACE_MS }, 0, sleepForever));
    },
  });
}

test("teardown: actors that hear of it end at once, at whatever depth", async () => {
  const { endMs, goneMs, said, error } = await endChain(["polite", "polite", "polite", "polite", "polite"]);
  assert.deepEqual([endMs, goneMs, error], [CANCEL_MS, CANCEL_MS, undefined]);
  assert.deepEqual(
    said.slice(1).toSorted(),
    [1, 2, 3, 4, 5].flatMap((level) => [
      `500 level${level} cancelled`,
      `500 level${level} ends`,
    ]),
  );
});

test("teardown: all levels hear of a cancel as fast as messages are, not one after the end of another", async () => {
  const { said } = await endChain(
    [{ cleanupMs: 50 }, { cleanupMs: 50 }, { cleanupMs: 50 }, { cleanupMs: 50 }],
    10,
  );
  assert.deepEqual(said.filter((one) => one.endsWith("cancelled")), [
    "510 level1 cancelled",
    "520 level2 cancelled",
    "530 level3 cancelled",
    "540 level4 cancelled",
  ]);
});

for (const manner of ["deaf", "stuck"] as const) {
  test(`teardown: an actor that is ${manner} is asked, signalled and killed, at exact instants`, async () => {
    const signals: string[] = [];
    const { endMs, goneMs, error } = await play({
      modules: {
        one: ({ puppet }, { machine }) => ({
          async stay() {
            puppet.onSignal("SIGTERM", () => signals.push(`${machine.clock.now()} SIGTERM`));
            if (manner === "stuck") await puppet.compute(3_600_000);
            await puppet.forever();
          },
        }),
      },
      program: async ({ system }) => {
        await moveOnAfter(CANCEL_MS, () =>
          openActorNurseryOn(system, async (nursery) => {
            const portal = await nursery.startActor<{ stay(): Promise<void> }>("one", {
              module: "memory:one",
            });
            nursery.startSoon(() => portal.call.stay());
            await sleepForever();
          }, { grace: GRACE_MS }));
      },
    });
    assert.equal(error, undefined);
    assert.deepEqual(signals, manner === "stuck" ? [] : [`${CANCEL_MS + SIGNAL_MS} SIGTERM`]);
    assert.deepEqual([endMs, goneMs], [CANCEL_MS + KILL_MS, CANCEL_MS + KILL_MS]);
  });
}

test("teardown: all siblings are ended at the same time", async () => {
  const { goneMs } = await play({
    modules: { chain: chainModule },
    program: async ({ system }) => {
      await moveOnAfter(CANCEL_MS, () =>
        openActorNurseryOn(system, async (nursery) => {
          for (let i = 0; i < 5; i++) {
            const portal = await nursery.startActor<ReturnType<typeof chainModule>>(`deaf${i}`, {
              module: "memory:chain",
            });
            nursery.startSoon(() => portal.call.goOn({ manners: ["deaf"] }, 1));
          }
          await sleepForever();
        }, { grace: GRACE_MS }));
    },
  });
  assert.equal(goneMs, CANCEL_MS + KILL_MS);
});

for (let deaf = 1; deaf <= 5; deaf++) {
  test(`teardown: a chain of 5 with a deaf actor at depth ${deaf} is gone within one grace time`, async () => {
    const manners = Array.from({ length: 5 }, (_, index): Manner => index + 1 === deaf ? "deaf" : "polite");
    const { goneMs, error } = await endChain(manners);
    assert.equal(error, undefined);
    assert.ok(goneMs > CANCEL_MS && goneMs <= CANCEL_MS + KILL_MS, String(goneMs));
  });
}

for (const manner of ["deaf", "stuck"] as const) {
  test(`teardown: a chain of 5 in which all are ${manner} is gone within one grace time`, async () => {
    const { goneMs } = await endChain(Array.from({ length: 5 }, () => manner));
    assert.ok(goneMs <= CANCEL_MS + KILL_MS, String(goneMs));
  });
}

test("teardown: cleanups at every level that take a part of the grace time are left in peace", async () => {
  const { said, goneMs } = await endChain([{ cleanupMs: 100 }, { cleanupMs: 100 }, { cleanupMs: 100 }]);
  assert.equal(goneMs, 600);
  assert.deepEqual(said.filter((one) => one.endsWith("ends")).toSorted(), [
    "600 level1 ends",
    "600 level2 ends",
    "600 level3 ends",
  ]);
});

test("teardown: what is below an actor that dies while it is being ended keeps its time to clean up", async () => {
  const { said, goneMs } = await play({
    modules: { chain: chainModule },
    program: async (self) => {
      const manners = [{ cleanupMs: 300 }, { cleanupMs: 200 }];
      await moveOnAfter(CANCEL_MS, () => growChain(self, { manners, graceMs: GRACE_MS }, 0, sleepForever));
    },
    async script(stage) {
      await stage.at(CANCEL_MS + 50);
      stage.signal("SIGKILL", "level1");
    },
  });
  assert.ok(said.includes("700 level2 ends"), String(said));
  assert.ok(goneMs <= CANCEL_MS + KILL_MS, String(goneMs));
});

for (const depth of [2, 3, 4, 5, 6, 7]) {
  test(`teardown: above a leaf that is stuck at depth ${depth} each level has the time for its cleanup`, async () => {
    const { said, goneMs, error } = await play({
      latencyMs: 1,
      modules: {
        stuck: ({ puppet, system }, stage) => ({
          async go(level: number): Promise<void> {
            if (level === depth) return await puppet.compute(3_600_000);
            try {
              await goAt(system, level + 1);
            } finally {
              await new CancelScope({ shield: true }).run(() => sleep(300));
              stage.say(`${nameAt(level)} cleaned up`);
            }
          },
        }),
      },
      program: async ({ system }) => {
        await moveOnAfter(CANCEL_MS, () => goAt(system, 1));
      },
    });
    assert.equal(error, undefined);
    const cleaned = said.filter((one) => one.endsWith("cleaned up")).map((one) => one.split(" ")[1]);
    assert.deepEqual(cleaned, Array.from({ length: depth - 1 }, (_, index) => nameAt(depth - 1 - index)));
    assert.ok(goneMs <= CANCEL_MS + 5_000, String(goneMs));
  });
}

type StuckModule = { go(level: number): Promise<void> };

async function goAt(system: Promise<ActorSystem>, level: number): Promise<void> {
  await runInActorOn<StuckModule, "go">(system, "memory:stuck", "go", [level], { name: nameAt(level) });
}

test("teardown: the death of the parent is noticed while an actor is being ended, at every level", async () => {
  const { goneMs } = await play({
    modules: { chain: chainModule },
    program: async (self) => {
      const manners: readonly Manner[] = ["deaf", "deaf", "deaf", "deaf"];
      await moveOnAfter(
        CANCEL_MS,
        () => growChain(self, { manners, graceMs: 100_000 }, 0, sleepForever),
      );
    },
    async script(stage) {
      await stage.at(CANCEL_MS + 100);
      stage.signal("SIGKILL", "level1");
    },
  });
  // The kernel ends the one below it after 3 seconds; those below that one are ended by their parents before.
  assert.ok(goneMs <= CANCEL_MS + 100 + 3_000 + 250, String(goneMs));
});

const CRASHES: readonly Signal[] = ["SIGKILL", "SIGSEGV"];

for (const signal of CRASHES) {
  test(`teardown: an actor that dies of ${signal} while it is being ended takes no longer, and is no error`, async () => {
    const { endMs, goneMs, error } = await play({
      modules: { chain: chainModule },
      program: async (self) => {
        await moveOnAfter(
          CANCEL_MS,
          () =>
            growChain(self, { manners: [{ cleanupMs: 300 }, "polite"], graceMs: GRACE_MS }, 0, sleepForever),
        );
      },
      async script(stage) {
        await stage.at(CANCEL_MS + 100);
        stage.signal(signal, "level1");
      },
    });
    assert.deepEqual([endMs, goneMs, error], [CANCEL_MS + 100, CANCEL_MS + 100, undefined]);
  });
}
