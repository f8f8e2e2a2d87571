/** A module whose functions do what chance says: what the actors of the chaos do to each other and to themselves. */
import { type ActorNursery, openActorNurseryOn } from "../../lib/actor/actor_nursery.ts";
import { openActorClusterOn } from "../../lib/actor/actor_cluster.ts";
import type { Context } from "../../lib/actor/context.ts";
import { context } from "../../lib/actor/exposed.ts";
import { findActorOn, queryActorOn, waitForActorOn } from "../../lib/actor/find_actor.ts";
import type { MsgStream } from "../../lib/actor/msg_stream.ts";
import type { Portal } from "../../lib/actor/portal.ts";
import { runInActorOn } from "../../lib/actor/run_in_actor.ts";
import type { ServedContext } from "../../lib/actor/served_context.ts";
import { seeded } from "../../lib/base/chance.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { Cancelled } from "../../lib/scope/cancelled.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import type { Self } from "./fake_actors.ts";

/** What fails by chance. */
export class Mishap extends Error {
  override readonly name = "Mishap";
}

/** What all actors of one round share. */
export interface Chaos {
  /** Whether one more actor may be started. */
  mayStart(): boolean;
  /** Told of every error that is seen. */
  readonly onError: (error: unknown) => void;
}

const MODULE = "memory:chaos";
const DEEPEST = 4;
const NAMES = ["a", "b", "c", "d", "main"];

/** One of several, by chance. */
export function pick<T>(random: () => number, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)]!;
}

/** The module, as one process has it. */
export function chaosModule({ puppet, system }: Self, chaos: Chaos) {
  const random01 = (seed: number) => seeded(Math.floor(seed * 2 ** 32));

  /** Does some things, of which each may fail, wait, or be cut short. */
  async function act(random: () => number, depth: number): Promise<void> {
    for (let steps = 1 + Math.floor(random() * 3); steps > 0; steps--) {
      const step = pick(random, steps_);
      if (random() < 0.5) await step(random, depth);
      else if (random() < 0.5) await moveOnAfter(random() * 400, () => step(random, depth));
      else await swallow(() => step(random, depth));
    }
  }

  /** Whoever handles an error goes on. */
  async function swallow(body: () => unknown): Promise<void> {
    try {
      await body();
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      chaos.onError(error);
    }
  }

  type Step = (random: () => number, depth: number) => unknown;
  const family: Step = async (random, depth) => {
    if (depth >= DEEPEST) return;
    const options = {
      grace: 200 + random() * 5_000,
      collapse: random() < 0.5,
      daemons: random() < 0.9 ? "cancel" : "wait",
    } as const;
    await openActorNurseryOn(system, (nursery) => raise(nursery, random, depth), options);
  };

  async function raise(nursery: ActorNursery, random: () => number, depth: number): Promise<void> {
    for (let children = 1 + Math.floor(random() * 3); children > 0; children--) {
      const seed = random();
      if (random() < 0.5) nursery.startSoon(() => raiseOne(nursery, seed, depth));
      else await raiseOne(nursery, seed, depth);
    }
    if (random() < 0.5) await act(random, depth);
    if (random() < 0.2) nursery.cancelScope.cancel("by chance");
  }

  async function raiseOne(nursery: ActorNursery, seed: number, depth: number): Promise<void> {
    if (!chaos.mayStart()) return;
    const random = random01(seed);
    const portal = await nursery.startActor<Functions>(pick(random, NAMES.slice(0, -1)), {
      module: MODULE,
      ...(random() < 0.2 ? { startTimeout: random() * 300 } : {}),
    });
    for (let uses = Math.floor(random() * 3); uses > 0; uses--) {
      const seed = random();
      if (random() < 0.5) nursery.startSoon(() => use(portal, random01(seed), depth));
      else await use(portal, random01(seed), depth);
    }
  }

  const steps_: readonly Step[] = [
    family,
    family,
    family,
    (random) => sleep(random() * 300),
    (random) => {
      if (random() < 0.4) throw new Mishap("by chance");
    },
    // No checkpoint: a cancel has to wait.
    (random) => puppet.sleep(random() * 500),
    (random) => puppet.compute(random() * (random() < 0.1 ? 10_000 : 300)),
    async (random) => {
      try {
        await sleep(random() * 300);
      } finally {
        await new CancelScope({ shield: true }).run(() => sleep(random() * 400));
        if (random() < 0.2) throw new Mishap("in a cleanup");
      }
    },
    async (random, depth) => {
      const [one, other] = [random(), random()];
      await openNursery((nursery) => {
        nursery.startSoon(() => act(random01(one), depth));
        nursery.startSoon(() => act(random01(other), depth));
      });
    },
    async (random, depth) => {
      const portal = await findActorOn<Functions>(await fromPromise(system), pick(random, NAMES), {
        pick: random() < 0.5 ? "first" : "last",
      });
      if (portal !== null) await use(portal, random, depth);
    },
    async (random, depth) => {
      const found = await moveOnAfter(
        random() * 300,
        async () => await waitForActorOn<Functions>(await fromPromise(system), pick(random, NAMES), {}),
      );
      if (found !== undefined) await use(found, random, depth);
    },
    async () => void await queryActorOn(await fromPromise(system), null, {}),
    async (random, depth) => {
      if (depth >= DEEPEST || !chaos.mayStart()) return;
      await runInActorOn<Functions, "work">(system, MODULE, "work", [random(), depth + 1], {
        grace: 200 + random() * 3_000,
      });
    },
    async (random, depth) => {
      if (depth >= DEEPEST || !chaos.mayStart() || !chaos.mayStart()) return;
      await openActorClusterOn<Functions, void>(
        system,
        { names: ["a", "b"], module: MODULE },
        async (portals) => {
          for (const portal of portals.values()) await use(portal, random, depth);
        },
      );
    },
  ];

  /** Talks to an actor, in one of the ways there are. */
  async function use(portal: Portal<Functions>, random: () => number, depth: number): Promise<void> {
    await pick(random, uses)(portal, random, depth);
  }

  const uses: readonly ((portal: Portal<Functions>, random: () => number, depth: number) => unknown)[] = [
    (portal, random, depth) => portal.call.work(random(), depth + 1),
    (portal, random, depth) => portal.call.work(random(), depth + 1),
    async (portal, random) => {
      const value = { number: random(), text: "x".repeat(Math.floor(random() * 3_000)) };
      const back = await portal.call.echo(value);
      if (back.number !== value.number || back.text !== value.text) {
        chaos.onError(new Error("an echo is not what was called"));
      }
    },
    (portal, random) => moveOnAfter(random() * 300, () => portal.call.nap()),
    (portal, random) => portal.cancelActor({ timeout: random() * 2_000, reason: "by chance" }),
    (portal, random) =>
      portal.openContext("talk", [random()], (context) => talkTo(context, random), {
        cancelTimeout: 100 + random() * 3_000,
      }),
    (portal, random) =>
      portal.openStreamFrom("count", [Math.floor(random() * 300)], async (values) => {
        let expected = 0;
        for await (const value of values) {
          if (value !== expected++) chaos.onError(new Error(`${value} came instead of ${expected - 1}`));
          if (random() < 0.02) break;
          if (random() < 0.02) throw new Mishap("in a stream");
        }
      }),
    (portal) => portal.call.cancelItself(),
  ];

  async function talkTo(context: Context<number, number, string>, random: () => number): Promise<void> {
    if (random() < 0.1) throw new Mishap("in a context");
    if (random() < 0.8) await context.openStream((stream) => exchange(stream, random));
    if (random() < 0.2) await context.cancel("by chance");
    else if (random() < 0.2) await context.result();
    else if (random() < 0.3) await sleep(random() * 300);
  }

  /** Sends numbers in order and checks those that come. */
  async function exchange(stream: MsgStream<number, number>, random: () => number): Promise<void> {
    const [outgoing, incoming] = [Math.floor(random() * 150), Math.floor(random() * 150)];
    const pauses = seeded(outgoing);
    await openNursery((nursery) => {
      nursery.startSoon(async () => {
        for (let i = 0; i < outgoing; i++) {
          await stream.send(i);
          if (pauses() < 0.05) await sleep(pauses() * 50);
        }
      });
      nursery.startSoon(async () => {
        let expected = 0;
        for await (const value of stream) {
          if (value !== expected++) chaos.onError(new Error(`${value} came instead of ${expected - 1}`));
          if (expected >= incoming) break;
        }
      });
    }, { collapse: true });
  }

  return {
    /** What a program of the chaos does. */
    async work(seed: number, depth: number): Promise<number> {
      try {
        await act(random01(seed), depth);
      } catch (error) {
        chaos.onError(error);
        throw error;
      }
      return seed;
    },
    echo: (value: { readonly number: number; readonly text: string }) => value,
    async nap(): Promise<void> {
      await sleepForever();
    },
    cancelItself(): void {
      puppet.kill(puppet.pid, "SIGTERM");
    },
    async *count(last: number): AsyncGenerator<number> {
      for (let i = 0; i < last; i++) {
        yield i;
        if (i % 40 === 39) await sleep(5);
      }
    },
    talk: context(async (ctx: ServedContext<number, number, number>, seed: number): Promise<string> => {
      const random = random01(seed);
      if (random() < 0.05) throw new Mishap("before it started");
      if (random() < 0.1) await sleep(random() * 300);
      await ctx.started(seed);
      if (random() < 0.1) ctx.cancel("by itself");
      if (random() < 0.8) await ctx.openStream((stream) => exchange(stream, random));
      if (random() < 0.1) throw new Mishap("at the end of a context");
      return "done";
    }),
  };
}

type Functions = ReturnType<typeof chaosModule>;
