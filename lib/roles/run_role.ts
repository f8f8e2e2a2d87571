/**
 * What this program is, by its first argument: the command line, a hidden process of a tree, or what runs a module or a
 * script. Each loads what it needs alone, because a tree starts many of them.
 */
import type { ParentLine } from "../actor/process/join_parent.ts";
import { ExitCode } from "../base/exit_code.ts";
import { decodeJson, type Shape } from "../base/shape.ts";
import {
  guardedOptionsShape,
  GUARDIAN_VERB,
  guardianOptionsShape,
  isolatorOptionsShape,
  SUPERVISOR_VERB,
} from "../daemon/launch_options.ts";
import { ISOLATOR_VERB } from "../engine/isolator/protocol.ts";
import type { ActorHost, ClientHost, Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { ACTOR_VERB } from "../host/shared/actor_verb.ts";
import { SCRIPT_VERB } from "../host/shared/script_verb.ts";
import { THREAD_VERB } from "../host/shared/thread_verb.ts";
import { lastWordsOf } from "./last_words.ts";

/** What every role is played with. */
export interface Means {
  readonly program: Program;
  /** @param options The soft limit of open files for what is started; by default the present one. */
  readonly openHost: (options?: { readonly openFilesLimit: number | null }) => Promise<Host>;
  /** Opens what of the host a client needs that asks a supervisor. @default The whole host */
  readonly openClientHost?: () => Promise<ClientHost>;
  /** Gives the library, for modules and scripts that import it. */
  readonly loadLibrary: () => Promise<object>;
}

/** Plays the role to its end, and with it ends the program; an actor goes on after this has returned. */
export async function runRole(means: Means): Promise<void> {
  const { program, openHost } = means;
  const [verb, argument] = program.args;
  // What a thread fails with its process is told of, and says.
  if (verb !== THREAD_VERB) program.onUncaught(lastWordsOf);
  switch (verb) {
    case SCRIPT_VERB: {
      const { runScript } = await import("../host/shared/run_script.ts");
      await offerLibrary(means);
      return await runScript(argument!);
    }
    case ACTOR_VERB: {
      const { openActorHost } = await import("../host/actor_host.ts");
      return await runActor(means, await openActorHost());
    }
    case THREAD_VERB: {
      const { hearToken } = await import("../actor/process/thread_line.ts");
      const { openThreadSide } = await import("../host/shared/thread_side.ts");
      const { threadHost } = await import("../host/actor_host.ts");
      const side = await openThreadSide();
      // By hand the verb means nothing.
      return await runActor(means, threadHost(), side === null ? program.exit(2) : await hearToken(side));
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
      const { guardian } = await import("../daemon/guardian/guardian.ts");
      const options = await read(program, guardianOptionsShape, argument);
      return program.exit(await guardian(await openHost(), program, options));
    }
    case SUPERVISOR_VERB: {
      const { supervisor } = await import("../daemon/supervisor.ts");
      const options = await read(program, guardedOptionsShape, argument);
      const host = await openHost({ openFilesLimit: options.openFilesLimit });
      return program.exit(await supervisor(host, program, options));
    }
    default: {
      const { main } = await import("../cli/main.ts");
      // What a command starts itself gets the limit of open files that the command was started with.
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

/** @param line The connection to whoever has started this actor, where it is in a thread. */
async function runActor(means: Means, host: ActorHost, line?: ParentLine): Promise<void> {
  const { program } = means;
  const { actorMain } = await import("../actor/process/child_main.ts");
  const { loadModule } = await import("../host/shared/load_module.ts");
  const { withWorkModule } = await import("../worker/child/work.ts");
  await offerLibrary(means);
  const system = { host, program, load: withWorkModule(loadModule), openHost: () => means.openHost() };
  // Not awaited: on Bun an error that nobody catches does not end a program whose main module is still being loaded.
  void actorMain(line === undefined ? system : { ...system, line }).then(program.exit);
}

/** Modules and scripts may import this library with nothing installed; it is loaded if one does. */
async function offerLibrary({ loadLibrary }: Means): Promise<void> {
  const library = await import("../host/bun/own_library.ts");
  library.offerLibrary(loadLibrary);
}
