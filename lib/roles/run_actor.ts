import { actorMain, type ChildSystem } from "../actor/process/child_main.ts";
import { compileSoon } from "../host/bun/compile_soon.ts";
import { offerLibrary } from "../host/bun/own_library.ts";
import type { Host } from "../host/ports/host.ts";
import { loadModule } from "../host/shared/load_module.ts";
import { withWorkModule } from "../worker/child/work.ts";

/** The means with which the role of an actor is played. */
export interface ActorMeans {
  readonly openHost: () => Promise<Host>;
  /** Gives the library, for modules that import it. */
  readonly loadLibrary: () => Promise<object>;
}

/** An actor's own parts, in a process or in a thread. */
interface ActorSystem extends Pick<ChildSystem, "host" | "line"> {
  readonly program: ChildSystem["program"] & { exit(code: number): never };
}

/** Runs an actor; it goes on after this has returned, and ends its process or its thread. */
export function runActor({ openHost, loadLibrary }: ActorMeans, system: ActorSystem): void {
  compileSoon();
  offerLibrary(loadLibrary);
  // Not awaited: on Bun an error that nobody catches does not end a program whose main module is still being loaded.
  void actorMain({ ...system, load: withWorkModule(loadModule), openHost }).then(system.program.exit);
}
