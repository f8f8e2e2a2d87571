/**
 * An actor in a thread. All that it loads is imported here and not in steps, so that it is loaded side by side; and it is little:
 * each module costs the first job of a worker a part of a millisecond.
 */
import { hearToken } from "../actor/process/thread_line.ts";
import { threadProgram } from "../host/shared/thread_program.ts";
import { openThreadSide } from "../host/shared/thread_side.ts";
import { threadHost } from "../host/thread_host.ts";
import { type ActorMeans, runActor } from "./run_actor.ts";

/** The exit code of a program that was started by hand as a thread, which means nothing. */
const NO_THREAD = 2;

/** Plays the role. The actor goes on after this has returned. Its process is told of its failure, and reports it. */
export async function playThread(means: ActorMeans): Promise<void> {
  const program = threadProgram();
  const side = await openThreadSide();
  const line = side === null ? program.exit(NO_THREAD) : await hearToken(side);
  runActor(means, { host: threadHost(), program, line });
}
