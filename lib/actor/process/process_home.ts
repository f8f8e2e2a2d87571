/** An actor's process: what is started, and how it is ended. */
import type { Host } from "../../host/ports/host.ts";
import type { SpawnSpec } from "../../host/ports/processes.ts";
import { killByToken, sweep } from "./kill_tree.ts";
import { PARENT_VARIABLE, TOKEN_VARIABLE } from "./spawn_spec.ts";
import type { ActorHome, JoinInfo } from "./actor_home.ts";

/** The command of an actor. */
type ActorCommand = Omit<SpawnSpec, "stdin" | "output">;

/** Starts the process. @throws {SpawnError} */
export function launchProcess(host: Host, command: ActorCommand, { address, token }: JoinInfo): ActorHome {
  const { processes } = host;
  const env = { ...command.env, [PARENT_VARIABLE]: address, [TOKEN_VARIABLE]: token };
  const child = processes.spawn({ ...command, env, stdin: null, output: "inherit" });
  return {
    exited: child.exited,
    gone: child.exited.then(() => {}),
    hasEnded: () => processes.hasDied(child),
    terminate: () => void processes.signal(child, "SIGTERM"),
    kill: () => {
      // All that it has started first, while it can still be told whose they are.
      killByToken(host, token);
      processes.signal(child, "SIGKILL");
    },
    sweep: (graceMs) => sweep(host, token, graceMs),
  };
}
