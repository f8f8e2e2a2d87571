/** What becomes of the programs that an actor has started itself, which are no actors. */
import assert from "node:assert/strict";
import { openActorNurseryOn } from "../../lib/actor/process/actor_nursery.ts";
import { currentRuntime } from "../../lib/actor/current_actor.ts";
import { ActorDied } from "../../lib/actor/errors.ts";
import type { Puppet } from "../../lib/host/fake/puppet.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { test } from "../harness/test.ts";
import type { Self } from "./fake_actors.ts";
import { play, type Played, type Stage } from "./play.ts";

/** What a program does at SIGTERM: ends at once, after so many ms, or not at all. */
type AtTerm = "ends" | "deaf" | number;

interface Module {
  /** Starts a program, and as many actors below as there are levels, each with one. */
  begin(atTerm: AtTerm, levels: number): Promise<void>;
}

const GRACE_MS = 1_000;
const END_MS = 500;
/** The first pause between two looks at what is left. */
const LOOK_MS = 5;

function startProgram(puppet: Puppet, stage: Stage, atTerm: AtTerm): void {
  puppet.fork(async (program) => {
    if (atTerm === "deaf") program.ignore("SIGTERM");
    await program.signalled("SIGTERM");
    stage.say("program asked to end");
    if (typeof atTerm === "number") await program.sleep(atTerm);
    if (atTerm === "deaf") await program.forever();
    stage.say("program ends");
  });
}

function moduleOf({ puppet, system }: Self, stage: Stage): { [K in keyof Module]: Module[K] } {
  return {
    async begin(atTerm, levels) {
      if (atTerm !== "deaf") startProgram(puppet, stage, atTerm);
      else puppet.fork((program) => (program.ignore("SIGTERM"), program.forever()));
      if (levels === 0) return;
      const ready = Promise.withResolvers<void>();
      // The actor itself goes on with the nursery of those below it.
      currentRuntime().startService("below", () =>
        openActorNurseryOn(system, async (nursery) => {
          const portal = await nursery.startActor<Module>("below", { module: "memory:one" });
          await portal.call.begin(atTerm, levels - 1);
          ready.resolve();
          await sleepForever();
        }, { collapse: true, grace: GRACE_MS }));
      await ready.promise;
    },
  };
}

/** How an actor comes to its end. */
const ENDS: Readonly<Record<string, (portal: { cancelActor(): Promise<void> }) => Promise<void>>> = {
  "its block is over": async () => {},
  "cancelActor": (portal) => portal.cancelActor(),
  "an error of the block": () => Promise.reject(new RangeError("as asked")),
};

function endActor(
  atTerm: AtTerm,
  levels: number,
  end: (portal: { cancelActor(): Promise<void> }) => Promise<void>,
): Promise<Played<void>> {
  return play({
    modules: { one: moduleOf },
    program: async ({ system }) => {
      await openActorNurseryOn(system, async (nursery) => {
        const portal = await nursery.startActor<Module>("one", { module: "memory:one" });
        await portal.call.begin(atTerm, levels);
        await sleep(END_MS);
        await end(portal);
      }, { grace: GRACE_MS, collapse: true });
    },
  });
}

for (const [name, end] of Object.entries(ENDS)) {
  for (const levels of [0, 1, 2]) {
    test(`programs of actors: asked to end at once when the actor has ended, ${levels} levels deep: ${name}`, async () => {
      const { said, endMs, goneMs } = await endActor("ends", levels, end);
      assert.deepEqual(
        said.map((one) => one.replace(/^\d+ /, "")),
        Array.from({ length: levels + 1 }, () => ["program asked to end", "program ends"]).flat(),
      );
      assert.equal(goneMs, endMs);
      // Each level looks again a moment later.
      assert.ok(endMs <= END_MS + (levels + 1) * LOOK_MS, String(endMs));
    });
  }
}

/** The look that follows SIGKILL at once may find it dead already. */
function assertKilledAtOnce(endMs: number): void {
  const killMs = END_MS + GRACE_MS;
  assert.ok(endMs >= killMs && endMs <= killMs + LOOK_MS, String(endMs));
}

test("programs of actors: the nursery waits for one that takes its time, within the grace", async () => {
  const { said, endMs, goneMs } = await endActor(200, 0, async () => {});
  assert.deepEqual(said, [`${END_MS} program asked to end`, `${END_MS + 200} program ends`]);
  assert.ok(endMs >= END_MS + 200 && endMs <= END_MS + 500, String(endMs));
  assert.equal(goneMs, endMs);
});

test("programs of actors: one that does not hear of SIGTERM is killed when the grace is over", async () => {
  const { endMs, goneMs } = await endActor("deaf", 0, async () => {});
  assert.equal(goneMs, endMs);
  assertKilledAtOnce(endMs);
});

test("programs of actors: an actor that dies is told of at once, and its nursery waits for what it has left", async () => {
  const { said, error, endMs } = await play({
    modules: { one: moduleOf },
    program: async ({ system }, stage) => {
      await openActorNurseryOn(system, async (nursery) => {
        const portal = await nursery.startActor<Module>("one", { module: "memory:one" });
        await portal.call.begin("deaf", 0);
        try {
          await sleepForever();
        } finally {
          stage.say("siblings hear of it");
        }
      }, { grace: GRACE_MS, collapse: true });
    },
    async script(stage) {
      await stage.at(END_MS);
      stage.signal("SIGKILL", "one");
    },
  });
  assert.ok(error instanceof ActorDied, String(error));
  assert.deepEqual(said, [`${END_MS} siblings hear of it`]);
  assertKilledAtOnce(endMs);
});

test("programs of actors: an actor whose root was killed ends them itself", async () => {
  const { said, goneMs } = await play({
    modules: { one: moduleOf },
    program: async ({ system }) => {
      await openActorNurseryOn(system, async (nursery) => {
        const portal = await nursery.startActor<Module>("one", { module: "memory:one" });
        await portal.call.begin("ends", 2);
        await sleepForever();
      }, { grace: GRACE_MS });
    },
    async script(stage) {
      await stage.at(END_MS);
      stage.signal("SIGKILL");
    },
  });
  assert.equal(said.filter((one) => one.endsWith("program ends")).length, 3, String(said));
  assert.ok(goneMs <= END_MS + 3 * LOOK_MS, String(goneMs));
});

test("programs of actors: one without the token in its environment is not ended", async () => {
  const { said } = await play({
    modules: {
      one: ({ puppet }: Self, stage: Stage) => ({
        begin() {
          puppet.fork(async (program) => {
            program.setEnvironment({});
            await program.sleep(5_000);
            stage.say("free program ends");
          });
        },
      }),
    },
    program: async ({ system }) => {
      await openActorNurseryOn(system, async (nursery) => {
        const portal = await nursery.startActor<{ begin(): void }>("one", { module: "memory:one" });
        await portal.call.begin();
      }, { grace: GRACE_MS });
    },
  });
  assert.deepEqual(said, ["5000 free program ends"]);
});

test("programs of actors: what several that end at once have left is found, each its own", async () => {
  const { said } = await play({
    modules: { one: moduleOf },
    program: async ({ system }) => {
      await openActorNurseryOn(system, async (nursery) => {
        await openNursery((starting) => {
          for (let i = 0; i < 20; i++) {
            starting.startSoon(async () => {
              const portal = await nursery.startActor<Module>(`one${i}`, { module: "memory:one" });
              await portal.call.begin("ends", 0);
            });
          }
        });
      }, { grace: GRACE_MS });
    },
  });
  assert.equal(said.filter((one) => one.endsWith("program ends")).length, 20);
});
