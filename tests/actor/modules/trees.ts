/** Actors that have actors below them. */
import { spawn } from "node:child_process";
import process from "node:process";
import {
  CancelScope,
  context,
  currentActor,
  findActor,
  openActorNursery,
  openNursery,
  queryActor,
  type ServedContext,
  sleepForever,
  waitForActor,
} from "supervise";
import { note } from "./journal.ts";

type Trees = typeof import("./trees.ts");

/** Starts one actor below another, so many levels deep, and goes on until it is cancelled; starts with all their numbers. */
export const chain = context(async (ctx: ServedContext<readonly number[]>, depth: number) => {
  if (depth === 0) {
    await ctx.started([process.pid]);
    return await sleepForever();
  }
  await openActorNursery(async (nursery) => {
    const below = await nursery.startActor<Trees>(`level${depth}`, { module: import.meta.url });
    await below.openContext("chain", [depth - 1], async (_, pids) => {
      await ctx.started([process.pid, ...pids]);
      await sleepForever();
    });
  });
});

/**
 * Like {@linkcode chain}, but nobody in it ends when it is cancelled; each notes how many milliseconds it was given at most.
 */
export const stubbornChain = context(async (ctx: ServedContext<null>, depth: number) => {
  const hold = async () => {
    await ctx.started(null);
    const { deadline, host } = await untilTold();
    note(`${depth} was told ${deadline.at - host.clock.now()}`);
    note(`${depth} ignores it`);
    await new CancelScope({ shield: true }).run(() => sleepForever());
  };
  if (depth === 0) return await hold();
  await openActorNursery(async (nursery) => {
    const below = await nursery.startActor<Trees>(`level${depth}`, { module: import.meta.url });
    nursery.startSoon(() => below.openContext("stubbornChain", [depth - 1], () => hold()));
  }, { grace: OWN_GRACE_MS });
});

/** More than the nursery above all of them gives. */
const OWN_GRACE_MS = 1_000_000;

async function untilTold() {
  const { currentRuntime } = await import("../../../lib/actor/current_actor.ts");
  const runtime = currentRuntime();
  await sleepForever().catch(() => {});
  // The actor may hear of its own end a moment after its contexts, and a moment later how much time those above have.
  while (runtime.deadline.at - runtime.host.clock.now() > OWN_GRACE_MS / 2) {
    await new Promise((resolve) => setTimeout(resolve));
  }
  return runtime;
}

/** Starts actors beside each other below this one, and goes on until it is cancelled. */
export const parentOf = context(async (ctx: ServedContext<null>, names: readonly string[]) => {
  await openActorNursery(async (nursery) => {
    await openNursery((starting) => {
      for (const name of names) {
        starting.startSoon(() => nursery.startActor<Trees>(name, { module: import.meta.url }));
      }
    });
    await ctx.started(null);
    await sleepForever();
  });
});

export function path(): string {
  return currentActor().path;
}

export function pid(): number {
  return process.pid;
}

/** Heeds no cancel. */
export async function ignoresCancel(name: string): Promise<void> {
  note(`${name} ignores it`);
  await new CancelScope({ shield: true }).run(() => sleepForever());
}

/** Heeds no cancel, but the signal that comes after it. */
export async function heedsSignal(name: string): Promise<void> {
  process.on("SIGTERM", () => {
    note(`${name} was signalled`);
    process.exit();
  });
  await ignoresCancel(name);
}

/** Starts a program, and returns when it has said a line, or is gone. */
export async function startProgram([program, ...args]: readonly string[]): Promise<void> {
  const { stdout } = spawn(program!, args, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => stdout.once("data", resolve).once("close", resolve));
}

/** Starts a program, with one below it, that goes on for an hour; says its number when it is there. */
export async function startSleeper(): Promise<number> {
  const { pid, stdout } = spawn("sh", ["-c", "sleep 3600 & echo up; wait"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await new Promise((resolve) => stdout.once("data", resolve));
  return pid!;
}

/** The same in an actor below this one, which then fails, returns, or goes on. */
export async function startSleeperBelow(end: "fail" | "return" | "stay"): Promise<void> {
  await openActorNursery(async (nursery) => {
    const below = await nursery.startActor<Trees>("below", { module: import.meta.url });
    await below.call.startSleeper();
    note("sleeper below");
    if (end === "fail") throw new RangeError("as asked");
    if (end === "stay") await sleepForever();
  });
}

/** Never lets the event loop turn again. */
export function loop(): never {
  note("looping");
  // deno-lint-ignore no-empty -- This is what a stuck event loop is.
  while (true) {}
}

/** Who an actor finds by a name: the numbers of their processes, first and last come. */
export async function findNamed(name: string): Promise<readonly (number | null)[]> {
  const first = await findActor<Trees>(name, { pick: "first" });
  const last = await findActor<Trees>(name, { pick: "last" });
  return [await first?.call.pid() ?? null, await last?.call.pid() ?? null];
}

export async function listPaths(): Promise<readonly string[]> {
  return (await queryActor()).map((actor) => actor.path);
}

/** Waits for an actor, and calls it. */
export async function waitFor(name: string): Promise<string> {
  note(`waits for ${name}`);
  return await (await waitForActor<Trees>(name)).call.path();
}

/** Starts an actor below this one for as long as a call takes. */
export async function brieflyBelow(name: string): Promise<void> {
  await openActorNursery(async (nursery) => {
    const below = await nursery.startActor<Trees>(name, { module: import.meta.url });
    await below.call.pid();
  });
}
