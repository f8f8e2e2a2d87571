/** An actor in a process of its own. All that it loads is imported here and not in steps, so that it is loaded side by side. */
import { openActorHost } from "../host/actor_host.ts";
import { nodeProgram } from "../host/shared/node_program.ts";
import { lastWordsOf } from "./last_words.ts";
import { type ActorMeans, runActor } from "./run_actor.ts";

/** Plays the role. The actor goes on after this has returned. */
export async function playActor(means: ActorMeans): Promise<void> {
  const program = nodeProgram();
  program.onUncaught(lastWordsOf);
  runActor(means, { host: await openActorHost(), program });
}
