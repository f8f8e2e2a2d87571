/** A tree of actors, each of which does about its end what chance says: hears of it, does not come to it, or turns no more. */
import {
  actorModule,
  type ActorNursery,
  context,
  Event,
  openActorNursery,
  openNursery,
  type ServedContext,
  sleepForever,
} from "supervise";
import { type Chance, chanceOf, pick } from "../chaos/chance.ts";

/** How many children an actor has at each level, from the top down, and what all chance follows from. */
export interface Shape {
  readonly widths: readonly number[];
  readonly drawn: number;
}

type Tree = typeof import("./chaos_tree.ts");

const TREE = actorModule<Tree>(import.meta.url);
const GRACE_MS = 1_000;

/** Starts with all that is below it. */
export const grow = context(async (context: ServedContext<null>, shape: Shape): Promise<void> => {
  const chance = chanceOf(shape.drawn);
  await growBelow(shape.widths, chance, async () => {
    await context.started(null);
    await live(chance);
  });
});

/** Grows a tree below this program, says so, and stays. */
export async function growProgram({ widths, drawn }: Shape): Promise<void> {
  await growBelow(widths, chanceOf(drawn), async () => {
    console.log("up");
    await sleepForever();
  });
}

/** @param stay What is done when all is there. */
async function growBelow(
  [width = 0, ...widths]: readonly number[],
  chance: Chance,
  stay: () => Promise<void>,
): Promise<void> {
  if (width === 0) return await stay();
  await openActorNursery(async (nursery) => {
    await openNursery((starting) => {
      for (let index = 0; index < width; index++) {
        const shape = { widths, drawn: chance() };
        starting.startSoon(() => growOne(nursery, `actor${index}`, shape));
      }
    });
    await stay();
  }, { grace: GRACE_MS });
}

async function growOne(nursery: ActorNursery, name: string, shape: Shape): Promise<void> {
  const portal = await nursery.startActor(name, { module: TREE });
  const isUp = new Event();
  nursery.startSoon(() =>
    portal.openContext("grow", [shape], async () => {
      isUp.set();
      await sleepForever();
    })
  );
  await isUp.wait();
}

async function live(chance: Chance): Promise<void> {
  const manner = pick(chance, ["polite", "polite", "polite", "polite", "polite", "deaf", "stuck"]);
  if (manner === "polite") return await sleepForever();
  if (manner === "deaf") return await new Promise<never>(() => {});
  // deno-lint-ignore no-empty -- This is what a stuck event loop is.
  while (true) {}
}
