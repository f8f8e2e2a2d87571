/** A chain of actors, each the child of the one before, for plays about its end. */
import { openActorNurseryOn } from "../../lib/actor/process/actor_nursery.ts";
import { currentActor } from "../../lib/actor/current_actor.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import type { Self } from "./fake_actors.ts";
import type { Stage } from "./play.ts";

/** What an actor of a chain does about its cancel: ends, cleans up for so many ms, never hears of it, or never comes to it. */
export type Manner = "polite" | { readonly cleanupMs: number } | "deaf" | "stuck";

/** What the actors of a chain do, from the top down, and the grace time of each nursery. */
export interface Chain {
  readonly manners: readonly Manner[];
  readonly graceMs?: number;
}

/** The name of the actor at a depth, from 1. */
export const nameAt = (depth: number): string => `level${depth}`;

/** The module that every actor of a chain runs, as `memory:chain`. */
export function chainModule(self: Self, stage: Stage) {
  return {
    /** Goes on the chain below, and then does as its manner says. */
    async goOn(chain: Chain, depth: number): Promise<void> {
      const name = nameAt(depth);
      currentActor().lifetime.defer(() => stage.say(`${name} ends`));
      await growChain(self, chain, depth, async () => {
        if (chain.manners[depth] === undefined) stage.say("all are there");
        await behave(self, chain.manners[depth - 1]!, () => stage.say(`${name} cancelled`));
      });
    },
  };
}

/** Starts the rest of a chain below `depth`, and runs `body` beside it. */
export async function growChain(
  { system }: Self,
  chain: Chain,
  depth: number,
  body: () => Promise<void>,
): Promise<void> {
  if (chain.manners[depth] === undefined) return await body();
  await openActorNurseryOn(system, async (nursery) => {
    const portal = await nursery.startActor<ReturnType<typeof chainModule>>(nameAt(depth + 1), {
      module: "memory:chain",
    });
    nursery.startSoon(() => portal.call.goOn(chain, depth + 1));
    await body();
  }, { collapse: true, ...(chain.graceMs === undefined ? {} : { grace: chain.graceMs }) });
}

async function behave({ puppet }: Self, manner: Manner, onCancel: () => void): Promise<void> {
  if (manner === "deaf") return await puppet.forever();
  if (manner === "stuck") return await puppet.compute(3_600_000);
  try {
    await sleepForever();
  } finally {
    onCancel();
    if (manner !== "polite") {
      await new CancelScope({ shield: true }).run(() => sleep(manner.cleanupMs));
    }
  }
}
