/**
 * A nested tree of depth 4 that fails at a leaf: the one error arrives at the top with its type, its stack over there and
 * the path that it took, and every process is gone.
 *
 * Run it with `bun examples/actors/deep_failure.ts`.
 */
import { actorModule, openActorNursery, RemoteActorError, reportError, run, sleepForever } from "supervise";

/** Starts two actors of this kind below itself, and so on; on the lowest level the left one fails. */
export async function branch(level: number): Promise<void> {
  if (level === 0) throw new RangeError("a leaf has failed");
  await openActorNursery(async (nursery) => {
    const module = actorModule<typeof import("./deep_failure.ts")>(import.meta.url);
    const left = await nursery.startActor("left", { module });
    const right = await nursery.startActor("right", { module });
    nursery.startSoon(() => right.call.wait());
    await left.call.branch(level - 1);
  }, { collapse: true });
}

export async function wait(): Promise<void> {
  await sleepForever();
}

if (import.meta.main) {
  try {
    await run(() => branch(4));
  } catch (error) {
    if (!(error instanceof RemoteActorError)) throw error;
    console.log(`${error.type}: ${error.original.message}`);
    console.log(`raised in ${error.path[0]}, and came through ${error.path.slice(1).join(", ")}`);
    console.log(
      reportError(error).includes("deep_failure.ts") ? "its stack is that of the leaf" : "no stack",
    );
  }
}
