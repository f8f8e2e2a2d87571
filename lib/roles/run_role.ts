/**
 * Chooses the role of this program by its first argument: the command line, a hidden process of a tree, or the runner of a
 * module or a script. Each loads what it needs alone, because a tree starts many of them.
 */
import { ExitCode } from "../base/exit_code.ts";
import { decodeJson, type Shape } from "../base/shape.ts";
import {
  guardedOptionsShape,
  GUARDIAN_VERB,
  guardianOptionsShape,
  isolatorOptionsShape,
  SUPERVISOR_VERB,
} from "../daemon/launch_options.ts";
import { LET_GO_VERB } from "../chaos/let_go_verb.ts";
import { COMPLETE_VERB } from "../cli/complete/complete_verb.ts";
import { ISOLATOR_VERB } from "../engine/isolator/protocol.ts";
import type { ClientHost, Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { SCRIPT_VERB } from "../host/shared/script_verb.ts";
import { lastWordsOf } from "./last_words.ts";

/** The means of every role. */
export interface Means {
  readonly program: Program;
  /** @param options The soft limit of open files for what is started; by default the present one. */
  readonly openHost: (options?: { readonly openFilesLimit: number | null }) => Promise<Host>;
  /** Opens what of the host a client needs that asks a supervisor. @default The whole host */
  readonly openClientHost?: () => Promise<ClientHost>;
  /** Gives the library, for modules and scripts that import it. */
  readonly loadLibrary: () => Promise<object>;
}

/** Plays the role to its end, and with it ends the program. */
export async function runRole(means: Means): Promise<void> {
  const { program, openHost } = means;
  const [verb, argument] = program.args;
  program.onUncaught(lastWordsOf);
  switch (verb) {
    case SCRIPT_VERB: {
      const { runScript } = await import("../host/shared/run_script.ts");
      const { offerLibrary } = await import("../host/bun/own_library.ts");
      offerLibrary(means.loadLibrary);
      return await runScript(argument!);
    }
    case ISOLATOR_VERB: {
      const { actorMain } = await import("../actor/process/child_main.ts");
      const { loadIsolatorModule } = await import("../engine/isolator/isolator_module.ts");
      const { UNHEEDED } = await import("../daemon/unheeded_signals.ts");
      const host = await openHost(await read(program, isolatorOptionsShape, argument));
      // By SIGALRM the kernel ends an actor whose parent is dead.
      host.processes.outlive(UNHEEDED.filter((signal) => signal !== "SIGALRM"));
      program.onSignal("SIGHUP", () => {});
      return program.exit(await actorMain({ host, program, load: loadIsolatorModule(host) }));
    }
    case GUARDIAN_VERB: {
      const { beginToGuard } = await import("../daemon/guardian/begin_to_guard.ts");
      const options = await read(program, guardianOptionsShape, argument);
      const host = await openHost();
      // The supervisor takes longest to load, so that it is started before the rest of its guardian is loaded.
      const begun = beginToGuard(host, program, options);
      const { guardian } = await import("../daemon/guardian/guardian.ts");
      return program.exit(await guardian(host, program, options, begun));
    }
    case SUPERVISOR_VERB: {
      const { supervisor } = await import("../daemon/supervisor.ts");
      const options = await read(program, guardedOptionsShape, argument);
      const host = await openHost({ openFilesLimit: options.openFilesLimit });
      return program.exit(await supervisor(host, program, options));
    }
    case LET_GO_VERB: {
      const { letGoAtEnd } = await import("../chaos/let_go.ts");
      const host = await openHost();
      await letGoAtEnd(host);
      host.processes.close();
      return program.exit(ExitCode.done);
    }
    case COMPLETE_VERB: {
      const { playComplete } = await import("../cli/complete/complete_role.ts");
      await playComplete({ openHost, openClientHost: means.openClientHost ?? openHost }, program);
      return program.exit(ExitCode.done);
    }
    default: {
      const { main } = await import("../cli/main.ts");
      // A program that a command starts itself gets the limit of open files that the command was started with.
      const open = () => openHost({ openFilesLimit: program.callersOpenFilesLimit });
      const hosts = { openHost: open, openClientHost: means.openClientHost ?? open };
      return program.exit(await main(hosts, program));
    }
  }
}

/** The argument of a hidden role; that it cannot be read means that somebody has started the role by hand. */
async function read<T>(program: Program, shape: Shape<T>, argument: string | undefined): Promise<T> {
  const options = decodeJson(shape, argument ?? "");
  if (options.ok) return options.value;
  await program.stderr.write(`error: "${program.args[0]}" is a part of supervise, which starts it itself\n`);
  return program.exit(ExitCode.usage);
}
