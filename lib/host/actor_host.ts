/**
 * The part of the real host that an actor needs which was started by another one. To load all of it, and what both runtimes need, would
 * take a good part of the time of the start; such an actor starts processes of its own by the whole host.
 */
import { openActorSockets } from "./actor_sockets.ts";
import { dieWithParent } from "./linux/parent_death.ts";
import { openLibc } from "./load_libc.ts";
import type { ActorHost } from "./ports/host.ts";
import { threadHost } from "./thread_host.ts";

/** The host of an actor in a process of its own, which connects to its parent first of all. */
export async function openActorHost(): Promise<ActorHost> {
  const opening = openActorSockets();
  const libc = await openLibc();
  return {
    ...threadHost(),
    processes: {
      ownPid: process.pid,
      dieWithParent: (parentPid, mode) => dieWithParent(libc, parentPid, mode),
    },
    sockets: await opening,
  };
}
