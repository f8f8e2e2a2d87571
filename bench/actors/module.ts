/** What the actors of the measurements serve. */
import { actorModule, context, openActorNursery, type ServedContext, sleepForever } from "supervise";

export const echo = (value: unknown) => value;

/** As many values as asked for: small numbers, or byte arrays of a size. */
export async function* values(count: number, bytes: number) {
  const value = bytes === 0 ? 1 : new Uint8Array(bytes);
  for (let i = 0; i < count; i++) yield value;
}

/** Starts actors below itself, `width` at each of `depth` levels, says so, and stays. */
export const grow = context(async (ctx: ServedContext<void>, width: number, depth: number) => {
  await openActorNursery(async (nursery) => {
    const self = actorModule<{ readonly grow: typeof grow }>(import.meta.url);
    const holding: Promise<unknown>[] = [];
    for (let i = 0; i < width && depth > 0; i++) {
      const portal = await nursery.startActor(`actor${i}`, { module: self });
      if (depth === 1) continue;
      await new Promise<void>((resolve, reject) =>
        nursery.startSoon(async () => {
          const held = portal.openContext("grow", [width, depth - 1], async () => {
            resolve();
            await sleepForever();
          });
          holding.push(held);
          await held.catch((error: unknown) => {
            reject(error);
            throw error;
          });
        })
      );
    }
    await ctx.started();
    await sleepForever();
  });
});
