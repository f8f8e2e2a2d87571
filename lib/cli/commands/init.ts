import { ExitCode, signalExitCode } from "../../base/exit_code.ts";
import { signalNumber } from "../../base/signals.ts";
import { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { type InitEnd, runAsInit } from "../../daemon/container_init.ts";
import { type ExitStatus, SpawnError } from "../../host/ports/processes.ts";
import type { Command, Context } from "../command.ts";
import { usage } from "../option.ts";
import { renderRest } from "../render/rest.ts";

/** How long what is left behind may take: a container that is stopped has 10 seconds, as a rule, for all of it. */
const GRACE_MS = 5_000;

/** `supervise init --pid1`. */
export const init: Command = {
  usage: "--pid1 -- CMD...",
  about: [
    "Starts CMD in the foreground, with the terminal if there is one, passes signals on to it, and reaps every orphan of " +
    "the container at once. When CMD ends it ends what is left, with SIGTERM, a grace and SIGKILL, and says what that was.",
    "Exits with the code of CMD, with 128 and the number of the signal that ended it, with 127 if it is not found, with " +
    "126 if it may not be run, and with 9 if anything survived. A signal while the rest is being ended cuts the grace.",
    "Where it is not process 1, it is the parent of the orphans of CMD all the same.",
    "For more than one command write a file: `supervise up` does all of this, too, where it is process 1.",
  ],
  options: [
    { name: "pid1", doc: "be the init of a container" },
    { name: "grace", value: "DURATION", doc: "how long what CMD leaves behind may take to end; default: 5s" },
    { name: "group", short: "g", doc: "pass signals on to the whole group of CMD, not to CMD alone" },
  ],
  examples: [
    ["supervise init --pid1 -- nginx -g 'daemon off;'", "as the entry point of an image"],
    ["supervise init --pid1 --group -- sh -c 'a; b'", "for a shell that passes no signals on"],
  ],
  words: [0, Infinity],
  takes: ["command"],
  async run(context) {
    const { args } = context;
    if (!args.has("pid1")) {
      throw usage("usage/pid1", "`init` is the init of a container, and needs --pid1", INIT_HINT);
    }
    if (args.words.length === 0) {
      throw usage("usage/no-command", "There is no command to run", INIT_HINT);
    }
    return await runCommand(context);
  },
};

const INIT_HINT = "write `supervise init --pid1 -- CMD...`";

async function runCommand({ host, program, args, ui }: Context): Promise<number> {
  const end = await runAsInit(host, program, {
    argv: args.words,
    graceMs: args.duration("grace") ?? GRACE_MS,
    toGroup: args.has("group"),
  }).catch(asUserError);
  const line = renderRest(end.rest);
  if (line !== null) await fromPromise(ui.say(`supervise: ${line}`));
  return exitCodeOf(end);
}

function exitCodeOf({ status, rest }: InitEnd): number {
  return rest.survivors.length > 0 ? ExitCode.survivors : commandCode(status);
}

function commandCode(status: ExitStatus): number {
  return status.how === "exited" ? status.code : signalExitCode(signalNumber(status.signal));
}

/** The exit codes are those that shells have for it. */
function asUserError(error: unknown): never {
  if (!(error instanceof SpawnError)) throw error;
  const isFound = error.stage !== "program";
  throw new UserError(isFound ? "init/not-startable" : "init/command-not-found", error.message, {
    exitCode: isFound ? ExitCode.commandNotStartable : ExitCode.commandNotFound,
  });
}
