/**
 * Publish and subscribe: an actor publishes prices, and any number of others follow them. A slow one is told how many it has
 * missed; it slows down neither the publisher nor the others.
 *
 * Run it with `bun examples/actors/publish.ts`.
 */
import {
  actorModule,
  Broadcast,
  context,
  EndOfChannel,
  Event,
  Lagged,
  maybeOpenContext,
  type MsgStream,
  openActorNursery,
  openMemoryChannel,
  openNursery,
  type Portal,
  run,
  type ServedContext,
} from "supervise";

type Publisher = typeof import("./publish.ts");
type News = { readonly price: number } | { readonly missed: number };

const LAST_PRICE = 1_000;
const begun = new Event();

/** Lets the prices come. */
export function begin(): void {
  begun.set();
}

/** The feed, for as long as somebody follows it; all of them share one. */
async function openFeed(use: (feed: Broadcast<number>) => Promise<void>): Promise<void> {
  const [prices, source] = openMemoryChannel<number>(0);
  await openNursery(async (nursery) => {
    nursery.startSoon(async () => {
      await begun.wait();
      for (let price = 1; price <= LAST_PRICE; price++) await prices.send(price);
      prices.close();
    });
    await use(new Broadcast(source, 100));
    nursery.cancelScope.cancel("nobody follows it any more");
  });
}

/** Follows the prices. */
export const follow = context(async (ctx: ServedContext<void, News>) => {
  await maybeOpenContext("feed", openFeed, async (feed) => {
    const prices = feed.subscribe();
    await ctx.started();
    await ctx.openStream(async (stream) => {
      for (let news = await next(prices); news !== null; news = await next(prices)) await stream.send(news);
    });
  });
});

async function next(prices: ReturnType<Broadcast<number>["subscribe"]>): Promise<News | null> {
  try {
    return { price: await prices.receive() };
  } catch (error) {
    if (error instanceof Lagged) return { missed: error.missed };
    if (error instanceof EndOfChannel) return null;
    throw error;
  }
}

async function count(stream: MsgStream<News, unknown>): Promise<{ prices: number; missed: number }> {
  const seen = { prices: 0, missed: 0 };
  for await (const news of stream) {
    if ("price" in news) seen.prices += 1;
    else seen.missed += news.missed;
  }
  return seen;
}

async function main(): Promise<void> {
  await openActorNursery(async (nursery) => {
    const module = actorModule<Publisher>(import.meta.url);
    const publisher: Portal<Publisher> = await nursery.startActor("publisher", { module });
    const fastIsThrough = new Event();
    await publisher.openContext("follow", [], (slow) =>
      slow.openStream(async (slowNews) => {
        await publisher.openContext("follow", [], (fast) =>
          fast.openStream(async (fastNews) => {
            await publisher.call.begin();
            const { prices, missed } = await count(fastNews);
            console.log(`the fast one saw ${prices} prices and missed ${missed}`);
            fastIsThrough.set();
          }));
        // The slow one reads nothing before the fast one has read everything.
        await fastIsThrough.wait();
        const { prices, missed } = await count(slowNews);
        console.log(
          `the slow one missed some: ${missed > 0}; all are accounted for: ${prices + missed === LAST_PRICE}`,
        );
      }));
  });
}

if (import.meta.main) await run(main);
