/** An actor's thread: what is started, and how it is ended. */
import { after } from "../../base/instant.ts";
import type { Host } from "../../host/ports/host.ts";
import type { ExitStatus } from "../../host/ports/processes.ts";
import type { ThreadEnd } from "../../host/ports/threads.ts";
import { FrameReader } from "../link/frame_reader.ts";
import type { ActorRuntime } from "../runtime.ts";
import { sayToken } from "./thread_line.ts";
import type { ActorHome, JoinInfo } from "./actor_home.ts";

/** How long a thread may take to end once it was asked to: one that computes may never, where nothing interrupts it. */
const ABANDON_MS = 500;

/**
 * Starts the thread, and takes its connection.
 *
 * @param tell Told what a thread has failed with: a process says that itself.
 */
export function launchThread(
  host: Pick<Host, "clock" | "threads">,
  runtime: ActorRuntime,
  { token }: JoinInfo,
  tell: (error: string) => void,
): ActorHome {
  const thread = host.threads.start();
  sayToken(thread, token);
  runtime.adopt(thread.connection, new FrameReader(thread.connection), { memory: thread.memory });
  const { promise: abandoned, resolve: abandon } = Promise.withResolvers<ExitStatus>();
  void thread.ended.then((end) => {
    if (end.how === "failed") tell(end.error);
  });
  return {
    exited: Promise.race([thread.ended.then(statusOf), abandoned]),
    gone: thread.ended.then(() => {}),
    // The end of a thread is known when its messages are taken, and not before.
    hasEnded: () => false,
    terminate: () => thread.terminate(),
    kill() {
      thread.terminate();
      const giveUp = () => {
        thread.connection.close();
        abandon(KILLED);
      };
      void thread.ended.then(host.clock.schedule(after(host.clock.now(), ABANDON_MS), giveUp));
    },
    sweep: () => Promise.resolve(),
  };
}

const KILLED: ExitStatus = { how: "signalled", signal: "SIGKILL" };

function statusOf(end: ThreadEnd): ExitStatus {
  if (end.how === "terminated") return KILLED;
  return { how: "exited", code: end.how === "exited" ? end.code : 1 };
}
