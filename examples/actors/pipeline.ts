/**
 * A pipeline of three actors with back-pressure: one makes numbers, one squares them, one is slow to add them up. The slow
 * one sets the pace of all: nothing is lost, and nothing piles up.
 *
 * Run it with `bun examples/actors/pipeline.ts`.
 */
import { actorModule, context, findActor, openActorNursery, run, type ServedContext } from "supervise";

/** Values that may wait between two actors, and so what may be under way at all. */
const BUFFER = 16;
const MOST_AHEAD = 200;

type Pipeline = typeof import("./pipeline.ts");

/** Made so far, and how far the others are behind at most. */
let made = 0;

export async function* numbers(count: number): AsyncGenerator<number> {
  for (made = 1; made <= count; made++) yield made;
}

export function madeSoFar(): number {
  return made;
}

/** Squares what the source makes, as fast as whoever follows takes it. */
export const squares = context(async (ctx: ServedContext<void, number>, count: number) => {
  const source = await findActor<Pipeline>("source");
  await ctx.started();
  await ctx.openStream((results) =>
    source!.openStreamFrom("numbers", [count], async (values) => {
      for await (const value of values) await results.send(value ** 2);
    }, { bufferSize: BUFFER })
  );
});

/** Adds up the squares, and takes its time. */
export async function slowSum(count: number): Promise<{ sum: number; ahead: number }> {
  const [source, middle] = [await findActor<Pipeline>("source"), await findActor<Pipeline>("middle")];
  return await middle!.openContext("squares", [count], (ctx) =>
    ctx.openStream(async (values) => {
      let [sum, taken, ahead] = [0, 0, 0];
      for await (const value of values) {
        sum += value;
        taken += 1;
        ahead = Math.max(ahead, await source!.call.madeSoFar() - taken);
      }
      return { sum, ahead };
    }));
}

async function main(count: number): Promise<void> {
  await openActorNursery(async (nursery) => {
    const module = actorModule<Pipeline>(import.meta.url);
    await nursery.startActor("source", { module });
    await nursery.startActor("middle", { module });
    const sink = await nursery.startActor("sink", { module });
    const { sum, ahead } = await sink.call.slowSum(count);
    console.log(`the squares of 1 to ${count} add up to ${sum}`);
    console.log(`the source was never far ahead: ${ahead < MOST_AHEAD}`);
  });
}

if (import.meta.main) await run(() => main(2_000));
