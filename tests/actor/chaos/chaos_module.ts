/** What the actors of the chaos serve. */
import { context } from "../../../lib/actor/dialog/exposed.ts";
import type { ServedContext } from "../../../lib/actor/dialog/served_context.ts";
import { sleep, sleepForever } from "../../../lib/scope/sleep.ts";
import type { Self } from "../fake_actors.ts";
import { chanceOf, Mishap } from "./chance.ts";
import { type Chaos, ChaosActor } from "./chaos_actor.ts";
import { exchange } from "./talk.ts";

/** Its functions. */
export type ChaosFunctions = ReturnType<typeof chaosModule>;

/** The module, as one process has it. */
export function chaosModule(self: Self, chaos: Chaos) {
  const { onError } = chaos;
  const actor = new ChaosActor(self, chaos);
  const watched = async (body: () => Promise<void>): Promise<void> => {
    try {
      await body();
    } catch (error) {
      onError(error);
      throw error;
    }
  };
  return {
    work: (drawn: number, depth: number): Promise<void> => watched(() => actor.act(chanceOf(drawn), depth)),
    raise: (drawn: number, depth: number): Promise<void> =>
      watched(() => actor.raiseFamily(chanceOf(drawn), depth)),
    echo: (text: string): string => text,
    nap: async (): Promise<void> => await sleepForever(),
    endItself: (): void => self.puppet.kill(self.puppet.pid, "SIGTERM"),
    async *count(last: number): AsyncGenerator<number> {
      for (let i = 0; i < last; i++) {
        yield i;
        if (i % 40 === 39) await sleep(5);
      }
    },
    converse: context(
      async (context: ServedContext<string, number, number>, drawn: number): Promise<string> => {
        const chance = chanceOf(drawn);
        if (chance() < 0.05) throw new Mishap("before it started");
        if (chance() < 0.1) await sleep(chance() * 300);
        await context.started("hello");
        if (chance() < 0.1) context.cancel("by itself");
        if (chance() < 0.8) await context.openStream((stream) => exchange(stream, { chance, onError }));
        if (chance() < 0.1) throw new Mishap("at the end of a context");
        return "done";
      },
    ),
  };
}
