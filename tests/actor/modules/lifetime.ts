/** Functions that leave something to be done at the end of their actor. */
import process from "node:process";
import { CancelScope, currentActor, openForeignTask, sleep, sleepForever } from "supervise";
import { note } from "./journal.ts";

/** Notes its end three times: asynchronously, at once, and once more. */
export function deferNotes(): number {
  const { lifetime } = currentActor();
  lifetime.defer(() => note("first deferred"));
  lifetime.defer(async () => {
    await sleep(1);
    note("awaited");
  });
  lifetime.defer(() => note("last deferred"));
  return process.pid;
}

/** As {@linkcode deferNotes}, where nothing can be awaited. */
export function deferOne(): number {
  currentActor().lifetime.defer(() => note("deferred"));
  return process.pid;
}

export function deferFailures(): void {
  const { lifetime } = currentActor();
  lifetime.defer(() => note("done in spite of the others"));
  lifetime.defer(() => {
    throw new RangeError("one");
  });
  lifetime.defer(() => Promise.reject(new TypeError("two")));
}

export function throwLater(): number {
  deferOne();
  setTimeout(() => {
    throw new RangeError("nobody catches this");
  });
  return process.pid;
}

export function exitLater(code: number): number {
  deferOne();
  setTimeout(() => process.exit(code));
  return process.pid;
}

/** Work of a foreign kind that does not heed its signal until it is through with it, and a shield around more. */
export async function foreignWork(): Promise<void> {
  deferOne();
  await openForeignTask(async (channel) => {
    channel.started(null);
    await new Promise((resolve) => channel.signal.addEventListener("abort", resolve));
    note("foreign work is through");
  }, async () => {
    note("at work");
    try {
      await sleepForever();
    } finally {
      await new CancelScope({ shield: true }).run(() => sleep(1));
      note("shielded work is through");
    }
  });
}
