import { ErrorGroup } from "../../scope/error_group.ts";
import type { ActorModule } from "./actor_module.ts";
import { type ActorNurseryOptions, type OneShotOptions, openActorNurseryOn } from "./actor_nursery.ts";
import type { ActorSystem } from "../current_actor.ts";
import { ActorDied, TransportClosed } from "../errors.ts";
import type { Calls, Portal } from "../dialog/portal.ts";
import type { ArgsOf, ResultOf } from "./one_shot.ts";

/** How a one-shot actor runs. */
export interface RunInActorOptions extends OneShotOptions, Pick<ActorNurseryOptions, "grace"> {}

/** @internal See `runInActor` of the library. */
export async function runInActorOn<M, K extends keyof Calls<M> & string>(
  system: Promise<ActorSystem>,
  module: ActorModule<M> | string | URL,
  call: K,
  args: ArgsOf<M, K>,
  { name = call, grace, ...options }: RunInActorOptions,
): Promise<ResultOf<M, K>> {
  try {
    // Nobody but this function can cancel the nursery: it gives a result, or raises.
    return await openActorNurseryOn(
      system,
      async (nursery) => {
        const portal: Portal<M> = await nursery.startActor<M>(name, { ...options, module });
        const run = portal.call[call] as unknown as (...args: ArgsOf<M, K>) => Promise<ResultOf<M, K>>;
        return await run(...args as never);
      },
      { collapse: true, ...(grace === undefined ? {} : { grace }) },
    ) as ResultOf<M, K>;
  } catch (error) {
    throw deathIn(error) ?? error;
  }
}

/** The death of the actor, of which the call that was lost with it says the same once more. */
function deathIn(error: unknown): ActorDied | null {
  if (!(error instanceof ErrorGroup)) return null;
  const died = error.errors.find((one) => one instanceof ActorDied);
  return died !== undefined && error.errors.every((one) => one === died || one instanceof TransportClosed)
    ? died
    : null;
}
