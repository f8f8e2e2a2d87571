/** `supervise exec`: runs a command where an actor runs, with the terminal of the asker. */
import { ExitCode, signalExitCode } from "../../base/exit_code.ts";
import { signalNumber } from "../../base/signals.ts";
import { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { ControlClient } from "../../control/client.ts";
import type { ExecPlace } from "../../control/protocol.ts";
import { type InitEnd, runAsInit } from "../../daemon/container_init.ts";
import { type Child, SpawnError } from "../../host/ports/processes.ts";
import type { Command, Context } from "../command.ts";
import { usage } from "../option.ts";
import { renderRest } from "../render/rest.ts";
import { withTree } from "../which_tree.ts";

/** How long what the command leaves behind may take after SIGTERM. */
const GRACE_MS = 1_000;

/** Of the caller's terminal the actor knows nothing. */
const TERMINAL_VARIABLES = ["TERM", "COLORTERM"];

/** `supervise exec`. */
export const exec: Command = {
  usage: "SEL -- CMD...",
  about: [
    "Runs CMD as the actor runs: with its environment, in its folder, as its user, with its privileges and limits, and in " +
    "its control group if there is one that may be entered from here. Input, output and terminal are yours.",
    "CMD is part of the actor's run: it ends when the actor stops or is restarted. When CMD ends, or this command does in " +
    "whatever way, all that CMD has started is ended, too.",
    "Exits with the code of CMD, with 128 and the number of the signal that ended it, with 127 if it is not found, and with " +
    "3 if the actor does not run.",
  ],
  options: [],
  examples: [
    ["supervise exec api -- env", "the environment of an actor"],
    ["supervise exec db -- psql", "a client of it, on this terminal"],
  ],
  words: [0, Infinity],
  takes: ["selector", "command"],
  async run(context) {
    const [selector, ...argv] = context.args.words;
    if (selector === undefined || argv.length === 0) {
      throw usage(
        "usage/no-command",
        "There is no actor, or no command to run",
        "write `supervise exec api -- CMD...`",
      );
    }
    return await withTree(context, async (client) => {
      const place = await fromPromise(client.request("exec", { path: selector, command: argv }));
      const end = await runAt(context, client, place, argv);
      await fromPromise(client.request("exec_ended", { guest: place.id }).catch(unlessLost));
      const line = renderRest(end.rest);
      if (line !== null) await fromPromise(context.ui.say(`supervise: ${line}`));
      return end.status.how === "exited" ? end.status.code : signalExitCode(signalNumber(end.status.signal));
    });
  },
};

/** Runs it in the control group of the actor; outside of it if that cannot be entered from where the caller is. */
async function runAt(
  context: Context,
  client: ControlClient,
  place: ExecPlace,
  argv: readonly string[],
): Promise<InitEnd> {
  const { group, isLimited } = place;
  try {
    return await start(context, client, place, argv, group === null ? {} : { group, isLimited });
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    if (group === null || error.stage !== "start") throw asUserError(error);
  }
  await fromPromise(
    context.ui.say(`supervise: the command runs outside of the control group of ${place.path}`),
  );
  return await start(context, client, place, argv, {}).catch(asUserError);
}

async function start(
  { host, program }: Context,
  client: ControlClient,
  { id, env, cwd, privileges }: ExecPlace,
  argv: readonly string[],
  group: { readonly group?: string; readonly isLimited?: boolean },
): Promise<InitEnd> {
  const terminal = program.stdout.isTerminal
    ? TERMINAL_VARIABLES.flatMap((name) => {
      const value = program.environment[name];
      return value === undefined ? [] : [[name, value] as const];
    })
    : [];
  return await runAsInit(host, program, {
    argv,
    graceMs: GRACE_MS,
    toGroup: false,
    isJob: true,
    place: { env: { ...env, ...Object.fromEntries(terminal) }, cwd, privileges, ...group },
    onStarted: (child) => {
      const end = () => void host.processes.signalGroup(child, "SIGKILL");
      client.request("exec_started", { guest: id }).catch(end);
      endWith(client, child, end);
    },
  });
}

/** Without its supervisor nobody would end the command with its actor. */
function endWith(client: ControlClient, child: Child, end: () => void): void {
  let isOver = false;
  child.exited.then(() => {
    isOver = true;
  });
  client.closed.then(() => {
    if (!isOver) end();
  });
}

/** A supervisor that has ended meanwhile has seen to the rest. */
function unlessLost(error: unknown): void {
  if (!(error instanceof UserError) || error.code !== "control/lost") throw error;
}

/** The exit codes are those that shells have for it. */
function asUserError(error: unknown): never {
  if (!(error instanceof SpawnError)) throw error;
  const isFound = error.stage !== "program";
  throw new UserError(isFound ? "exec/not-startable" : "exec/not-found", error.message, {
    exitCode: isFound ? ExitCode.commandNotStartable : ExitCode.commandNotFound,
  });
}
