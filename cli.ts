/** The program: what it is made of on the machine that runs it. Which of its roles it plays, its first argument says. */
import { EXEC_VERB } from "./lib/host/shared/exec_verb.ts";

// An actor waits for its shim, so that comes before whatever takes time to load.
if (process.argv[2] === EXEC_VERB) {
  const { execShim } = await import("./lib/host/exec_shim.ts");
  process.exit(await execShim(Number(process.argv[3]), Number(process.argv[4])));
}

const { nodeProgram } = await import("./lib/host/shared/node_program.ts");
const { runRole } = await import("./lib/roles/run_role.ts");

await runRole({
  program: nodeProgram({ isCommand: process.argv[2]?.startsWith("__") !== true }),
  async openHost(options) {
    const { openSystemHost } = await import("./lib/host/system_host.ts");
    return await openSystemHost(options);
  },
  async openClientHost() {
    const { openClientHost } = await import("./lib/host/client_host.ts");
    return await openClientHost();
  },
  loadLibrary: () => import("./mod.ts"),
});
