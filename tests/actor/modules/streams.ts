/** Generators, and contexts with streams. */
import { checkpoint, context, type ServedContext, sleepForever } from "supervise";
import { note } from "./journal.ts";

export async function* countTo(last: number): AsyncGenerator<number> {
  for (let i = 1; i <= last; i++) yield i;
}

export async function* countForever(): AsyncGenerator<number> {
  try {
    for (let i = 1;; i++) yield i;
  } finally {
    note("the generator ends");
  }
}

export async function* failsAfter(values: number): AsyncGenerator<number> {
  for (let i = 1; i <= values; i++) yield i;
  throw new RangeError("no more");
}

/** Yields once and then waits for ever. */
export async function* yieldsOnce(): AsyncGenerator<string> {
  try {
    yield "only";
    await sleepForever();
  } finally {
    note("the generator ends");
  }
}

/** Sends so many numbers as fast as it may, and returns how many it sent. */
export const burst = context(async (ctx: ServedContext<null, number>, count: number) => {
  await ctx.started(null);
  return await ctx.openStream(async (stream) => {
    for (let i = 0; i < count; i++) await stream.send(i);
    return count;
  });
});

/** Sends back what it receives, doubled, until the other side has no more. */
export const double = context(async (ctx: ServedContext<null, number, number>) => {
  await ctx.started(null);
  let total = 0;
  await ctx.openStream(async (stream) => {
    for await (const value of stream) {
      total += value;
      await stream.send(2 * value);
    }
  });
  return total;
});

/** Opens a stream and closes it unused, then goes on. */
export const closesAtOnce = context(async (ctx: ServedContext<null, number, number>) => {
  await ctx.started(null);
  await ctx.openStream(() => {});
  await sleepForever();
});

/** Sends some values and closes, then waits to be told to return. */
export const sendsAndCloses = context(async (ctx: ServedContext<null, number>, count: number) => {
  await ctx.started(null);
  await ctx.openStream(async (stream) => {
    for (let i = 0; i < count; i++) await stream.send(i);
  });
  return "closed";
});

/** Starts, and never opens its stream. */
export const neverOpens = context(async (ctx: ServedContext<null, never, number>) => {
  await ctx.started(null);
  await sleepForever();
});

/** Sends until something keeps it from that, and says what. */
export const sendsToOneWhoNeverOpens = context(async (ctx: ServedContext<null, number>) => {
  await ctx.started(null);
  await ctx.openStream(async (stream) => {
    for (let i = 0;; i++) await stream.send(i);
  }, { openTimeout: 1 });
});

/** Opens its stream with room for so many values, and receives none of them. */
export const opensAndWaits = context(async (ctx: ServedContext<null, never, number>, bufferSize: number) => {
  await ctx.started(null);
  await ctx.openStream(() => sleepForever(), { bufferSize });
});

/** Sends more than anybody has room for, without waiting. */
export const overruns = context(async (ctx: ServedContext<null, number>, count: number) => {
  await ctx.started(null);
  await ctx.openStream(async (stream) => {
    for (let i = 0; i < count; i++) await stream.send(i);
  }, { overrun: "error" });
});

/** Sends some values, and fails. */
export const sendsAndFails = context(async (ctx: ServedContext<null, number>, count: number) => {
  await ctx.started(null);
  await ctx.openStream(async (stream) => {
    for (let i = 0; i < count; i++) await stream.send(i);
    throw new RangeError("the sender failed");
  });
});

/** Receives until it can no more, and says why. */
export const receivesToTheEnd = context(async (ctx: ServedContext<null, never, unknown>) => {
  await ctx.started(null);
  return await ctx.openStream(async (stream) => {
    const received: unknown[] = [];
    for await (const value of stream) received.push(value);
    return received;
  });
});

/** Never stops sending, and notes when it ends. */
export const sendsForever = context(async (ctx: ServedContext<null, number>) => {
  try {
    await ctx.started(null);
    await ctx.openStream(async (stream) => {
      for (let i = 0;; i++) await stream.send(i);
    });
  } finally {
    note("the sender ends");
  }
});

/** Fails when its consumer has had enough. */
export async function* failsInCleanup(): AsyncGenerator<number> {
  try {
    for (let i = 1;; i++) yield i;
  } finally {
    // deno-lint-ignore no-unsafe-finally -- This is what cleanups do that go wrong.
    throw new RangeError("cleanup failed");
  }
}

/** Sends something that cannot be sent, and goes on. */
export const sendsUnsendable = context(async (ctx: ServedContext<null, unknown>) => {
  await ctx.started(null);
  await ctx.openStream(async (stream) => {
    await stream.send("before");
    try {
      await stream.send(() => {});
    } catch (error) {
      await stream.send((error as Error).name);
    }
  });
});

/** Takes one value at a time, of so many, and sends all of them back at the end. */
export const receivesSlowly = context(async (ctx: ServedContext<null, number[], number>, count: number) => {
  await ctx.started(null);
  await ctx.openStream(async (stream) => {
    const all: number[] = [];
    while (all.length < count) {
      await checkpoint();
      all.push(await stream.receive());
    }
    await stream.send(all);
  }, { bufferSize: 1 });
});
