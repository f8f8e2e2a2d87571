import { ErrorGroup } from "../../scope/error_group.ts";
import type { ActorModule } from "./actor_module.ts";
import { type ActorNurseryOptions, type ActorOptions, openActorNurseryOn } from "./actor_nursery.ts";
import type { ActorSystem } from "../current_actor.ts";
import { ActorDied, TransportClosed } from "../errors.ts";
import type { Calls, Portal } from "../dialog/portal.ts";

/** How a one-shot actor runs. */
export interface RunInActorOptions
  extends Omit<ActorOptions, "module" | "exec">, Pick<ActorNurseryOptions, "grace"> {
  /**
   * What the actor is called.
   *
   * @default The function's name.
   */
  readonly name?: string;
}

/** The arguments of a function of a module. */
export type ArgsOf<M, K extends keyof Calls<M>> = Calls<M>[K] extends (...args: infer A) => unknown ? A
  : never;

/** What a function of a module gives. */
export type ResultOf<M, K extends keyof Calls<M>> = Calls<M>[K] extends (...args: never[]) => Promise<infer R>
  ? R
  : never;

/** @internal See `runInActor` of the library. */
export async function runInActorOn<M, K extends keyof Calls<M> & string>(
  system: Promise<ActorSystem>,
  module: ActorModule<M> | string | URL,
  call: K,
  args: ArgsOf<M, K>,
  { name = call, grace, ...options }: RunInActorOptions,
): Promise<ResultOf<M, K>> {
  try {
    return await openActorNurseryOn(
      system,
      async (nursery) => {
        const portal: Portal<M> = await nursery.startActor<M>(name, { ...options, module });
        const run = portal.call[call] as unknown as (...args: ArgsOf<M, K>) => Promise<ResultOf<M, K>>;
        return await run(...args as never);
      },
      { collapse: true, ...(grace === undefined ? {} : { grace }) },
    );
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
