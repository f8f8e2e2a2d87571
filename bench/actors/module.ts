/** What the actors of the measurements serve. */
import {
  actorModule,
  context,
  Event,
  openActorNursery,
  openNursery,
  type ServedContext,
  sleepForever,
} from "supervise";

export const echo = (value: unknown) => value;

/** As many values as asked for: small numbers, or byte arrays of a size. */
export async function* values(count: number, bytes: number) {
  const value = bytes === 0 ? 1 : new Uint8Array(bytes);
  for (let i = 0; i < count; i++) yield value;
}

/** Starts actors below itself, `width` at each of `depth` levels, says so, and stays. */
export const grow = context(
  async (ctx: ServedContext<void>, width: number, depth: number) => {
    await openActorNursery(async (nursery) => {
      const module = actorModule<{ readonly grow: typeof grow }>(
        import.meta.url,
      );
      await openNursery((starting) => {
        for (let i = 0; i < width; i++) {
          starting.startSoon(async () => {
            const portal = await nursery.startActor(`actor${i}`, { module });
            if (depth === 1) return;
            const isGrown = new Event();
            nursery.startSoon(() =>
              portal.openContext("grow", [width, depth - 1], async () => {
                isGrown.set();
                await sleepForever();
              })
            );
            await isGrown.wait();
          });
        }
      });
      await ctx.started();
      await sleepForever();
    });
  },
);
