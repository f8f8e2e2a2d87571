import { openNursery } from "../../scope/nursery.ts";
import { type ActorNurseryOptions, type ActorOptions, openActorNurseryOn } from "./actor_nursery.ts";
import type { ActorSystem } from "../current_actor.ts";
import type { Portal } from "../dialog/portal.ts";

/** Options of a cluster. */
export interface ClusterOptions<M> extends ActorOptions<M>, Pick<ActorNurseryOptions, "grace"> {
  /** Names of the actors; as many are started. */
  readonly names: readonly string[];
}

/** @internal See `openActorCluster` of the library. */
export async function openActorClusterOn<M, T>(
  system: Promise<ActorSystem>,
  { names, grace, ...actor }: ClusterOptions<M>,
  body: (portals: ReadonlyMap<string, Portal<M>>) => T | Promise<T>,
): Promise<T> {
  if (new Set(names).size !== names.length) {
    throw new TypeError("Cannot open a cluster: two names are the same");
  }
  // Nobody but this function can cancel the nursery: it gives a result, or raises.
  return await openActorNurseryOn(
    system,
    async (nursery) => {
      const portals = new Map<string, Portal<M>>();
      await openNursery((starting) => {
        for (const name of names) {
          starting.startSoon(async () => {
            portals.set(name, await nursery.startActor<M>(name, actor as ActorOptions<M>));
          }, { name: `start of ${name}` });
        }
      }, { collapse: true });
      return await body(new Map(names.map((name) => [name, portals.get(name)!])));
    },
    { collapse: true, ...(grace === undefined ? {} : { grace }) },
  ) as T;
}
