/** The program: what it is made of on the machine that runs it. Which of its roles it plays, its first argument says. */
import { ACTOR_VERB } from "./lib/host/shared/actor_verb.ts";
import { EXEC_VERB } from "./lib/host/shared/exec_verb.ts";
import { THREAD_VERB } from "./lib/host/shared/thread_verb.ts";
import type { SystemHostOptions } from "./lib/host/system_host.ts";

// An actor waits for its shim, so that comes before whatever takes time to load.
if (process.argv[2] === EXEC_VERB) {
  const { execShim } = await import("./lib/host/exec_shim.ts");
  process.exit(await execShim(Number(process.argv[3]), Number(process.argv[4])));
}

const means = {
  async openHost(options?: SystemHostOptions) {
    const { openSystemHost } = await import("./lib/host/system_host.ts");
    return await openSystemHost(options);
  },
  async openClientHost() {
    const { openClientHost } = await import("./lib/host/client_host.ts");
    return await openClientHost();
  },
  loadLibrary: () => import("./mod.ts"),
};

switch (process.argv[2]) {
  case THREAD_VERB: {
    const { playThread } = await import("./lib/roles/thread_role.ts");
    await playThread(means);
    break;
  }
  case ACTOR_VERB: {
    const { playActor } = await import("./lib/roles/actor_role.ts");
    await playActor(means);
    break;
  }
  default: {
    const { nodeProgram } = await import("./lib/host/shared/node_program.ts");
    const { runRole } = await import("./lib/roles/run_role.ts");
    const isCommand = process.argv[2]?.startsWith("__") !== true;
    await runRole({ program: nodeProgram({ isCommand }), ...means });
  }
}
