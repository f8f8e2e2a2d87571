/** `supervise init --pid1`: the init of a container. */
import { ExitCode, signalExitCode } from "../../base/exit_code.ts";
import { signalNumber } from "../../base/signals.ts";
import { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { type InitEnd, runAsInit } from "../../daemon/container_init.ts";
import { type ExitStatus, SpawnError } from "../../host/ports/processes.ts";
import type { Context } from "../command.ts";
import { usage } from "../option.ts";
import { renderRest } from "../render/rest.ts";

/** How long what is left behind may take: a container that is stopped has 10 seconds, as a rule, for all of it. */
const GRACE_MS = 5_000;

/** Runs the command that the words are; returns its exit code. @throws {UserError} `usage/no-command`, `init/...` */
export async function initContainer({ host, program, args, ui }: Context): Promise<number> {
  if (args.words.length === 0) {
    throw usage("usage/no-command", "There is no command to run", "write `supervise init --pid1 -- CMD...`");
  }
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
