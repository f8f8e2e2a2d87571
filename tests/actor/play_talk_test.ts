/** Talk between actors that loses one of the two at a bad moment. */
import assert from "node:assert/strict";
import { openActorNurseryOn } from "../../lib/actor/process/actor_nursery.ts";
import { RemoteActorError } from "../../lib/actor/errors.ts";
import { context } from "../../lib/actor/dialog/exposed.ts";
import { waitForActorOn } from "../../lib/actor/find_actor.ts";
import type { Portal } from "../../lib/actor/dialog/portal.ts";
import type { ServedContext } from "../../lib/actor/dialog/served_context.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { test } from "../harness/test.ts";
import type { Self } from "./fake_actors.ts";
import { play, type Stage } from "./play.ts";

const LATENCY_MS = 10;

/** What the actor of these plays serves. */
const talker = () => ({
  async *count(last: number): AsyncGenerator<number> {
    for (let i = 1; i <= last; i++) {
      yield i;
      await sleep(100);
    }
  },
  async *failAfter(last: number): AsyncGenerator<number> {
    for (let i = 1; i <= last; i++) yield i;
    await sleep(100);
    throw new RangeError("no more");
  },
  echo: (value: number) => value,
  nap: async () => await sleepForever(),
  stay: context(async (context: ServedContext<string>) => {
    await context.started("here");
    await sleepForever();
  }),
});
type Talker = ReturnType<typeof talker>;

/** Starts an actor and talks to it; what goes wrong is said. */
async function withTalker(
  { system }: Self,
  talk: (portal: Portal<Talker>) => Promise<void>,
): Promise<readonly string[]> {
  try {
    await openActorNurseryOn(system, async (nursery) => {
      await talk(await nursery.startActor<Talker>("talker", { module: "memory:talker" }));
    }, {});
    return [];
  } catch (error) {
    return (error instanceof ErrorGroup ? error.flatten() : [error]).map((one) => (one as Error).name);
  }
}

test("talk: a generator that is cut short never looks as if it were through", async () => {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const { value, said } = await play({
      modules: { talker },
      latencyMs: LATENCY_MS,
      program: (self, { say }) =>
        withTalker(self, (portal) =>
          portal.openStreamFrom("count", [100], async (values) => {
            for await (const value of values) say(`value ${value}`);
            say("through");
          })),
      async script({ at, signal: send }) {
        await at(450);
        send(signal, "talker");
      },
    });
    assert.ok(value!.length > 0, signal);
    assert.deepEqual([said.length > 0, said.filter((one) => one.endsWith("through"))], [true, []], signal);
  }
});

test("talk: the error of a generator comes in the place of its end", async () => {
  const { error } = await play({
    modules: { talker },
    latencyMs: LATENCY_MS,
    program: ({ system }) =>
      openActorNurseryOn(system, async (nursery) => {
        const portal = await nursery.startActor<Talker>("talker", { module: "memory:talker" });
        await portal.openStreamFrom("failAfter", [3], async (values) => {
          for await (const value of values) assert.ok(value <= 3);
          assert.fail("it looks as if it were through");
        });
      }, { collapse: true }),
  });
  assert.ok(error instanceof RemoteActorError, String(error));
  assert.equal(error.type, "RangeError");
});

test("talk: who waits for an actor whose entry outlives it waits for the next one, and lets time pass", async () => {
  const { value, said } = await play({
    modules: { talker },
    latencyMs: LATENCY_MS,
    program: ({ system }, { say, signal }) =>
      openActorNurseryOn(system, async (nursery) => {
        nursery.startSoon(async () => {
          try {
            await openActorNurseryOn(system, async (inner) => {
              await inner.startActor("talker", { module: "memory:talker" });
              signal("SIGKILL", "talker");
              const portal = await waitForActorOn<Talker>(await fromPromise(system), "talker", {});
              say("found");
              assert.equal(await portal.call.echo(1), 1);
            }, {});
          } catch {
            say("the first one died");
          }
        });
        await sleep(1_000);
        await nursery.startActor("talker", { module: "memory:talker" });
        const portal = await waitForActorOn<Talker>(await fromPromise(system), "talker", {});
        return await portal.call.echo(2);
      }, { collapse: true }),
  });
  assert.equal(value, 2);
  assert.equal(said.filter((one) => one.endsWith("died")).length, 1);
});

for (const signal of ["SIGKILL", "SIGTERM", "SIGSTOP"] as const) {
  test(`talk: what an actor does that gets ${signal} while a call to it is cancelled is told, and in time`, async () => {
    const { value, endMs } = await play({
      modules: { talker },
      latencyMs: LATENCY_MS,
      program: (self) =>
        withTalker(self, async (portal) => {
          await moveOnAfter(200, () => portal.call.nap());
        }),
      async script({ at, signal: send }) {
        await at(205);
        send(signal, "talker");
      },
    });
    // At SIGTERM it has cancelled the call by itself before it was asked to.
    const expected = { SIGKILL: "ActorDied", SIGTERM: "ContextCancelled", SIGSTOP: "ActorTooSlow" };
    assert.ok(value!.includes(expected[signal]), String(value));
    assert.ok(endMs <= 200 + 3_000 + 5_000, String(endMs));
  });
}

test("talk: what waits in a context wakes when the other side is killed", async () => {
  const { value, endMs } = await play({
    modules: { talker },
    latencyMs: LATENCY_MS,
    program: (self) => withTalker(self, (portal) => portal.openContext("stay", [], () => sleepForever())),
    async script({ at, signal }) {
      await at(500);
      signal("SIGKILL", "talker");
    },
  });
  assert.ok(value!.includes("ActorDied"), String(value));
  assert.equal(endMs, 500 + LATENCY_MS);
});

test("talk: connections between processes of one machine that are idle, or wait for an answer, cost nothing", async () => {
  let arrivals = 0;
  const { endMs } = await play({
    modules: { talker },
    program: (self, { machine }) => {
      machine.sockets.openTransit = () => ({
        split: (bytes) => [bytes],
        carry(arrive) {
          arrivals += 1;
          arrive();
        },
      });
      return withTalker(self, async (portal) => {
        await portal.call.echo(1);
        const before = arrivals;
        await sleep(3_600_000);
        await moveOnAfter(3_600_000, async () => {
          assert.ok(arrivals === before);
          await portal.call.nap();
        });
        // The call, its cancel, and the answer to that.
        assert.equal(arrivals, before + 3);
      });
    },
  });
  assert.equal(endMs, 7_200_000);
});

/** What becomes of an actor that has called another one. */
const GOING: Readonly<Record<string, (portal: Portal<Caller>, stage: Stage) => Promise<void>>> = {
  "was killed": (_, { signal }) => Promise.resolve(signal("SIGKILL", "caller")),
  "was ended": (portal) => portal.cancelActor(),
  "was cancelled by its own caller": () => Promise.resolve(),
};

/** Calls an actor `callee`. */
const caller = ({ system }: Self) => ({
  async callNap(): Promise<void> {
    const portal = await waitForActorOn<Callee>(await fromPromise(system), "callee", {});
    await portal.call.nap();
  },
});
type Caller = ReturnType<typeof caller>;

const callee = (_: Self, { say }: Stage) => ({
  async nap(): Promise<void> {
    try {
      await sleepForever();
    } catch (error) {
      say((error as Error).name);
      throw error;
    }
  },
});
type Callee = ReturnType<typeof callee>;

for (const [how, go] of Object.entries(GOING)) {
  test(`talk: a call whose caller ${how} is cancelled`, async () => {
    const { said } = await play({
      modules: { caller, callee },
      program: ({ system }, stage) =>
        openActorNurseryOn(system, async (nursery) => {
          await nursery.startActor("callee", { module: "memory:callee" });
          const portal = await nursery.startActor<Caller>("caller", { module: "memory:caller" });
          nursery.startSoon(() => moveOnAfter(200, () => portal.call.callNap().catch(() => {})));
          await sleep(100);
          await go(portal, stage);
          await sleep(200);
          stage.say("the nursery ends");
        }, {}).catch(() => {}),
    });
    assert.deepEqual(said[0], how === "was cancelled by its own caller" ? "200 Cancelled" : "100 Cancelled");
  });
}
