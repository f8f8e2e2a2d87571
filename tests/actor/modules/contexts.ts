/** Functions that are opened as contexts. */
import { Cancelled, CancelScope, context, findActor, type ServedContext, sleepForever } from "supervise";
import { note } from "./journal.ts";

/** Starts with its argument, and returns it. */
export const giveBack = context(async (ctx: ServedContext<string>, value: string) => {
  await ctx.started(`started ${value}`);
  return `returned ${value}`;
});

/** Starts, and goes on until it is cancelled. */
export const hold = context(async (ctx: ServedContext<string>, name: string) => {
  try {
    note(`${name} begins`);
    await ctx.started(name);
    await sleepForever();
  } finally {
    note(`${name} ends`);
  }
});

/** Never starts. */
export const neverStarts = context(async (_: ServedContext<string>, name: string) => {
  try {
    note(`${name} begins`);
    await sleepForever();
  } finally {
    note(`${name} ends`);
  }
});

export const startsTwice = context(async (ctx: ServedContext<number>) => {
  await ctx.started(1);
  await ctx.started(2);
});

export const streamsTooEarly = context(async (ctx: ServedContext<number>) => {
  await ctx.openStream(() => {});
});

export const opensTwoStreams = context(async (ctx: ServedContext<number>) => {
  await ctx.started(1);
  await ctx.openStream(() => {});
  await ctx.openStream(() => {});
});

// deno-lint-ignore require-await -- Whatever is opened as a context returns a promise.
export const forgetsToStart = context(async (_: ServedContext<number>) => "done");

// deno-lint-ignore require-await -- See above.
export const failsBeforeStarted = context(async (_: ServedContext<number>) => {
  throw new RangeError("before");
});

export const failsAfterStarted = context(async (ctx: ServedContext<string>) => {
  await ctx.started("on its way");
  throw new RangeError("after");
});

/** Fails as soon as it receives something, or when the stream ends. */
export const failsOnWord = context(async (ctx: ServedContext<null, never, string>) => {
  await ctx.started(null);
  await ctx.openStream((stream) => stream.receive());
  throw new RangeError("told to");
});

/** Returns as soon as it receives something. */
export const returnsOnWord = context(async (ctx: ServedContext<null, never, string>) => {
  await ctx.started(null);
  return await ctx.openStream((stream) => stream.receive());
});

export const failsInCleanup = context(async (ctx: ServedContext<null>) => {
  await ctx.started(null);
  try {
    await sleepForever();
  } finally {
    // deno-lint-ignore no-unsafe-finally -- This is what cleanups do that go wrong.
    throw new RangeError("cleanup failed");
  }
});

/** Fails, and a cancel then cuts its cleanup short. */
export const cleanupIsCutShort = context(async (ctx: ServedContext<null>) => {
  await ctx.started(null);
  await using _ = {
    [Symbol.asyncDispose]: () => {
      note("cleanup begins");
      return sleepForever();
    },
  };
  throw new RangeError("the real one");
});

/** Returns a value although it is cancelled. */
export const returnsWhenCancelled = context(async (ctx: ServedContext<null>) => {
  await ctx.started(null);
  try {
    return await sleepForever();
  } catch {
    return "late";
  }
});

/** Does not end when it is cancelled. */
export const ignoresCancel = context(async (ctx: ServedContext<null>) => {
  await ctx.started(null);
  await new CancelScope({ shield: true }).run(() => sleepForever());
});

export const cancelsItselfBefore = context(async (ctx: ServedContext<number>) => {
  ctx.cancel("had enough");
  await sleepForever();
});

export const cancelsItselfAfter = context(async (ctx: ServedContext<number>) => {
  await ctx.started(1);
  ctx.cancel("had enough");
  await sleepForever();
});

/** Needs no other checkpoint to be cancelled by itself. */
export const cancelsItselfAndReturns = context(async (ctx: ServedContext<number>) => {
  await ctx.started(1);
  ctx.cancel("had enough");
  return "not to be seen";
});

/** Fails while it has a context open to another actor, which is cancelled for that. */
export const failsWithOtherContext = context(async (_: ServedContext<number>, other: string) => {
  const portal = await findActor<typeof import("./contexts.ts")>(other);
  await portal!.openContext("hold", ["of the other"], () => {
    throw new RangeError("the cause");
  });
});

/** Stays in a context with another actor. */
export const relay = context(async (ctx: ServedContext<string>, other: string) => {
  const portal = await findActor<typeof import("./contexts.ts")>(other);
  await portal!.openContext("hold", [`through ${other}`], async (_, started) => {
    await ctx.started(started);
    await sleepForever();
  });
});

export const notSendableStart = context(async (ctx: ServedContext<unknown>) => {
  await ctx.started(() => {});
});

/** Says what it was cancelled with. */
export const tellsWhy = context(async (ctx: ServedContext<null>) => {
  await ctx.started(null);
  try {
    await sleepForever();
  } catch (error) {
    if (error instanceof Cancelled) note(`cancelled: ${error.reason}`);
    throw error;
  }
});

/** Goes on until it is cancelled, with a stream on which it sends one value. */
export const holdStream = context(async (ctx: ServedContext<null, number>) => {
  await ctx.started(null);
  await ctx.openStream(async (stream) => {
    await stream.send(1);
    await sleepForever();
  });
});

/** Ends another actor as a whole. */
export async function cancelOther(name: string, reason: string): Promise<void> {
  const portal = await findActor(name);
  await portal!.cancelActor({ reason });
}
