/**
 * The command line, and the hidden processes of a tree: the binary is all of them, by its first argument.
 */
import { actorMain } from "./lib/actor/child_main.ts";
import { main } from "./lib/cli/main.ts";
import { guardian } from "./lib/daemon/guardian.ts";
import { GUARDIAN_VERB, SUPERVISOR_VERB, type SupervisorOptions } from "./lib/daemon/launch_options.ts";
import { supervisor } from "./lib/daemon/supervisor.ts";
import { ACTOR_VERB } from "./lib/host/shared/actor_verb.ts";
import { loadModule } from "./lib/host/shared/load_module.ts";
import { runScript, SCRIPT_VERB } from "./lib/host/shared/run_script.ts";
import { nodeProgram } from "./lib/host/shared/node_program.ts";
import { openSystemHost } from "./lib/host/system_host.ts";

const program = nodeProgram();
const [verb, argument] = program.args;

switch (verb) {
  case SCRIPT_VERB:
    await runScript(argument!);
    break;
  case ACTOR_VERB:
    // Not awaited: on Bun an error that nobody catches does not end a program whose main module is still being loaded.
    void actorMain({ host: await openSystemHost(), program, load: loadModule }).then(program.exit);
    break;
  case GUARDIAN_VERB:
    program.exit(await guardian(await openSystemHost(), program, argument!));
    break;
  case SUPERVISOR_VERB: {
    const options = JSON.parse(argument!) as SupervisorOptions;
    const host = await openSystemHost({ openFilesLimit: options.openFilesLimit });
    program.exit(await supervisor(host, program, options));
    break;
  }
  default:
    program.exit(await main(openSystemHost, program));
}
