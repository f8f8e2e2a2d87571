/** Errors that cross from one actor to another: which one counts, and what it says of its way. */
import assert from "node:assert/strict";
import { type ActorNursery, openActorNurseryOn } from "../../lib/actor/process/actor_nursery.ts";
import { runInActorOn } from "../../lib/actor/process/run_in_actor.ts";
import { context } from "../../lib/actor/dialog/exposed.ts";
import type { Portal } from "../../lib/actor/dialog/portal.ts";
import type { ServedContext } from "../../lib/actor/dialog/served_context.ts";
import { ActorDied, ContextCancelled, RemoteActorError, TransportClosed } from "../../lib/actor/errors.ts";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { BrokenResourceError } from "../../lib/sync/channel_errors.ts";
import { breakLink } from "../../lib/testing/break_link.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import type { Self } from "./fake_actors.ts";
import { play } from "./play.ts";

const one = ({ system }: Self) => ({
  nap: sleepForever,
  /** Cancels itself, or fails, or returns, after a while. */
  end: context(async (ctx: ServedContext<null, number, number>, how: "cancel" | "fail" | "return") => {
    await ctx.started(null);
    await sleep(100);
    if (how === "cancel") ctx.cancel("enough");
    if (how === "fail") throw new RangeError("over there");
    return "done";
  }),
  fail(text: string): never {
    throw new RangeError(text);
  },
  /** Has an actor below fail, in the way that a group, a cause, or nothing keeps. */
  async relay(how: "group" | "groups" | "cause" | "plain", levels: number): Promise<void> {
    const name = levels === 1 ? "leaf" : `level${levels}`;
    const below = () =>
      levels === 1
        ? runInActorOn<One, "fail">(system, "memory:one", "fail", ["deep down"], { name })
        : runInActorOn<One, "relay">(system, "memory:one", "relay", [how, levels - 1], { name });
    if (how === "plain") return await below();
    if (how === "cause") {
      return await below().catch((cause) => {
        throw new TypeError("of this one", { cause });
      });
    }
    await openNursery(async (nursery) => {
      nursery.startSoon(below);
      try {
        await sleepForever();
      } finally {
        // deno-lint-ignore no-unsafe-finally -- It is what cleanup fails with.
        if (how === "groups") throw new SyntaxError("beside it");
      }
    });
  },
});
type One = ReturnType<typeof one>;

/** Runs a program with an actor `mid`, that never has to be killed. */
async function withMid(
  talk: (portal: Portal<One>, nursery: ActorNursery) => Promise<unknown>,
): Promise<unknown> {
  const { error, value } = await play({
    modules: { one },
    program: ({ system }) =>
      openActorNurseryOn(system, async (nursery) => {
        return await talk(await nursery.startActor<One>("mid", { module: "memory:one" }), nursery);
      }, { collapse: true }),
  });
  if (error !== undefined) throw error;
  return value;
}

const HANDLERS: Readonly<Record<string, (result: () => Promise<unknown>) => Promise<unknown>>> = {
  "caught from result()": (result) => result().catch(() => Promise.reject(new TypeError("handling"))),
  "met as the cancel of the block": async () => {
    try {
      return await sleepForever();
    } catch {
      throw new TypeError("handling");
    }
  },
};

for (const [name, handle] of Object.entries(HANDLERS)) {
  test(`errors: one that is raised while the cancel of the other side is handled wins: ${name}`, async () => {
    const error = await raisedBy(() =>
      withMid((portal) => portal.openContext("end", ["cancel"], (ctx) => handle(() => ctx.result())))
    );
    assert.ok(error instanceof TypeError, String(error));
  });

  test(`errors: beside an error of the other side it is one of two: ${name}`, async () => {
    const error = await errorOf(
      ErrorGroup,
      () => withMid((portal) => portal.openContext("end", ["fail"], (ctx) => handle(() => ctx.result()))),
    );
    assert.deepEqual(error.flatten().map((part) => (part as Error).name), ["TypeError", "RemoteActorError"]);
  });
}

test("errors: a cancel of the other side that nobody handles is raised", async () => {
  const error = await errorOf(
    ContextCancelled,
    () => withMid((portal) => portal.openContext("end", ["cancel"], sleepForever)),
  );
  assert.equal(error.reason, "enough");
});

test("errors: a transport that broke is the reason, and the end of the process follows", async () => {
  let lost: unknown;
  const error = await raisedBy(() =>
    withMid(async (portal) => {
      breakLink(portal);
      lost = await raisedBy(() => portal.call.nap());
      await sleepForever();
    })
  );
  assert.ok(lost instanceof TransportClosed);
  assert.equal(
    lost.message,
    'The connection to actor "main/mid" is closed: it ended in the middle, without a goodbye; its process has ended, ' +
      "exit code 0",
  );
  assert.ok(lost.cause instanceof BrokenResourceError);
  assert.deepEqual(lost.status, { how: "exited", code: 0 });
  assert.ok(error instanceof ActorDied);
  assert.equal(error.cause, lost);
});

for (const levels of [1, 2, 3]) {
  const whole = Array.from({ length: levels }, (_, index) => levels - index);
  const pathOf = (level: number) =>
    ["main", "mid", ...whole.filter((one) => one >= level && one > 1).map((one) => `level${one}`)].join("/");
  const way = [`${pathOf(2)}/leaf`, ...whole.toReversed().map((level) => pathOf(level + 1))];

  for (const how of ["group", "groups", "plain"] as const) {
    test(`errors: one of a leaf says its whole way, ${levels} levels deep, in the shape "${how}"`, async () => {
      const error = await errorOf(
        RemoteActorError,
        () => withMid((portal) => portal.call.relay(how, levels)),
      );
      const leaves = how === "plain" ? [error] : (error.original as ErrorGroup).flatten();
      const leaf = leaves.find((part) => part instanceof RemoteActorError && part.type === "RangeError");
      assert.ok(leaf instanceof RemoteActorError, String(leaves));
      assert.deepEqual(leaf.path, way);
      assert.equal(leaf.original.message, "deep down");
      assert.equal(error.is(RangeError), how !== "groups");
      const [ranges, others] = new ErrorGroup([error]).split(RangeError);
      assert.deepEqual([ranges !== null, others !== null], how === "groups" ? [false, true] : [true, false]);
    });
  }
}

test("errors: the cause of an error keeps its way, too", async () => {
  const error = await errorOf(RemoteActorError, () => withMid((portal) => portal.call.relay("cause", 1)));
  assert.deepEqual([error.type, error.path], ["TypeError", ["main/mid"]]);
  assert.ok(error.original.cause instanceof RemoteActorError);
  assert.deepEqual(error.original.cause.path, ["main/mid/leaf", "main/mid"]);
});

test("errors: a group is split by class through the errors of other actors", async () => {
  await withMid(async (portal) => {
    const remote = await errorOf(RemoteActorError, () => portal.call.fail("far away"));
    const group = new ErrorGroup([new ErrorGroup([remote, new SyntaxError("here")]), new RangeError("near")]);
    const [ranges, others] = group.split(RangeError);
    assert.deepEqual([ranges?.flatten().length, others?.flatten().length], [2, 1]);
    assert.equal(ranges?.flatten()[0], remote);
    assert.deepEqual(group.subgroup(RemoteActorError)?.flatten(), [remote]);
  });
});

test("errors: the outcome of a context is told without a throw, and the block goes on", async () => {
  await withMid(async (portal) => {
    const outcomeOf = (how: "cancel" | "fail" | "return") =>
      portal.openContext("end", [how], async (ctx) => {
        const outcome = await ctx.outcome();
        await sleep(10);
        return outcome;
      });
    assert.deepEqual(await outcomeOf("return"), { how: "returned", value: "done" });
    const failed = await outcomeOf("fail");
    assert.ok(failed.how === "failed" && failed.error instanceof RemoteActorError);
    const cancelled = await outcomeOf("cancel");
    assert.ok(cancelled.how === "cancelled" && cancelled.error.reason === "enough");
  });
});

test("errors: an outcome that comes too late for whoever asked for it is raised", async () => {
  const error = await errorOf(
    RemoteActorError,
    () =>
      withMid((portal) =>
        portal.openContext("end", ["fail"], async (ctx) => {
          await openNursery(async (nursery) => {
            nursery.startSoon(() => ctx.outcome());
            await sleep(50);
            nursery.cancelScope.cancel();
          });
          await sleepForever();
        })
      ),
  );
  assert.ok(error.is(RangeError));
});

test("errors: an outcome of a connection that is lost is one, too", async () => {
  const outcomes: string[] = [];
  await raisedBy(() =>
    withMid((portal) =>
      portal.openContext("end", ["return"], async (ctx) => {
        breakLink(portal);
        const outcome = await ctx.outcome();
        outcomes.push(outcome.how, outcome.how === "failed" ? outcome.error.name : "");
      })
    )
  );
  assert.deepEqual(outcomes, ["failed", "TransportClosed"]);
});
