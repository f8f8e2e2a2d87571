/**
 * The command line, and the hidden processes of a tree: the binary is all of them, by its first argument. Each loads what it
 * needs alone, because a tree starts many of them.
 */
import type { ParentLine } from "./lib/actor/process/join_parent.ts";
import { ACTOR_VERB } from "./lib/host/shared/actor_verb.ts";
import { EXEC_VERB } from "./lib/host/shared/exec_verb.ts";
import { SCRIPT_VERB } from "./lib/host/shared/run_script.ts";
import { THREAD_VERB } from "./lib/host/shared/thread_verb.ts";
import { GUARDIAN_VERB, SUPERVISOR_VERB, type SupervisorOptions } from "./lib/daemon/launch_options.ts";

// An actor waits for its shim, so that comes before whatever takes time to load.
if (process.argv[2] === EXEC_VERB) {
  const { execShim } = await import("./lib/host/exec_shim.ts");
  process.exit(await execShim(Number(process.argv[3]), Number(process.argv[4])));
}

const { nodeProgram } = await import("./lib/host/shared/node_program.ts");
const program = nodeProgram();
const [verb, argument] = program.args;

switch (verb) {
  case SCRIPT_VERB: {
    const { runScript } = await import("./lib/host/shared/run_script.ts");
    await offerLibrary();
    await runScript(argument!);
    break;
  }
  case ACTOR_VERB: {
    await runActor();
    break;
  }
  case THREAD_VERB: {
    const { hearToken } = await import("./lib/actor/process/thread_line.ts");
    const { openThreadSide } = await import("./lib/host/shared/thread_side.ts");
    const side = await openThreadSide();
    // By hand the verb means nothing.
    await runActor(side === null ? program.exit(2) : await hearToken(side));
    break;
  }
  case GUARDIAN_VERB: {
    const { guardian } = await import("./lib/daemon/guardian.ts");
    program.exit(await guardian(await openHost(), program, argument!));
    break;
  }
  case SUPERVISOR_VERB: {
    const { supervisor } = await import("./lib/daemon/supervisor.ts");
    const options = JSON.parse(argument!) as SupervisorOptions;
    const host = await openHost({ openFilesLimit: options.openFilesLimit });
    program.exit(await supervisor(host, program, options));
    break;
  }
  default: {
    const { main } = await import("./lib/cli/main.ts");
    // What a command starts itself gets the limit of open files that the command was started with.
    const openFilesLimit = program.callersOpenFilesLimit;
    program.exit(await main(() => openHost({ openFilesLimit }), program));
  }
}

/** @param line The connection to whoever has started this actor, where it is in a thread. */
async function runActor(line?: ParentLine): Promise<void> {
  const { actorMain } = await import("./lib/actor/process/child_main.ts");
  const { loadModule } = await import("./lib/host/shared/load_module.ts");
  const { withWorkModule } = await import("./lib/worker/child/work.ts");
  const host = await openHost();
  await offerLibrary();
  const system = { host, program, load: withWorkModule(loadModule) };
  // Not awaited: on Bun an error that nobody catches does not end a program whose main module is still being loaded.
  void actorMain(line === undefined ? system : { ...system, line }).then(program.exit);
}

async function openHost(options?: { readonly openFilesLimit: number | null }) {
  const { openSystemHost } = await import("./lib/host/system_host.ts");
  return await openSystemHost(options);
}

/** Modules and scripts may import this library with nothing installed; it is loaded if one does. */
async function offerLibrary(): Promise<void> {
  const library = await import("./lib/host/bun/own_library.ts");
  library.offerLibrary(() => import("./mod.ts"));
}
