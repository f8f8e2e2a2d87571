/** Starts a tree's own processes and connects to them. */
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { ControlClient } from "../control/client.ts";
import type { Host } from "../host/ports/host.ts";
import type { Child } from "../host/ports/processes.ts";
import type { Program } from "../host/ports/program.ts";
import { definedOnly } from "../base/defined_only.ts";
import { connectSupervisor } from "./connect_supervisor.ts";
import {
  GUARDIAN_VERB,
  type LaunchOptions,
  type LaunchReport,
  REPORT_DESCRIPTOR,
  type SupervisorOptions,
  TREE_KEPT,
} from "./launch_options.ts";
import { readLaunchReport } from "./launch_report.ts";
import { askKeeper } from "./take_over.ts";
import { ensureRunFolder } from "./run_folder.ts";
import { ensureStateFolder } from "./state_folder.ts";
import { treeIdOf } from "./tree_id.ts";
import { waitUntilGone } from "./wait_until_gone.ts";

/** Where the supervisor's own complaints go. */
export function supervisorLogOf(stateFolder: string): string {
  return `${stateFolder}/supervisor.log`;
}

/** A tree that is up and has not begun yet. */
export interface Launched extends Omit<LaunchReport & { ok: true }, "ok"> {
  readonly client: ControlClient;
}

/**
 * Launches the guardian, and by it the supervisor, of a tree that has not begun yet: that waits for a `begin`. Where the
 * guardian of an earlier supervisor keeps the tree, it launches another one that goes on.
 *
 * @throws {UserError} Why the supervisor could not come up, such as `tree/already-running`.
 */
export async function launch(host: Host, program: Program, options: LaunchOptions): Promise<Launched> {
  ensureRunFolder(host, program.uid);
  ensureStateFolder(host, program.uid, options.stateFolder);
  const log = supervisorLogOf(options.stateFolder);
  const { pid, startTime } = host.processes.find(program.pid)!;
  const tree = treeIdOf(host, program.uid, options.file);
  const handed: SupervisorOptions = { ...options, client: { pid, startTime } };
  const launched = await askKeeper(
    host,
    tree,
    "resume",
    { command: program.selfCommand, options: handed },
    () => launchAnew(host, program, handed, log),
  );
  if (!launched.ok) throw toUserError(launched.error);
  const client = await connectSupervisor(host, tree);
  if (client === null) throw died(log);
  const { cleared, unattributed, adopted } = launched;
  return { client, cleared, unattributed, adopted };
}

/** Null if the guardian of an earlier supervisor keeps the tree. */
async function launchAnew(
  host: Host,
  program: Program,
  options: SupervisorOptions,
  log: string,
): Promise<LaunchReport | null> {
  const pipe = host.descriptors.openPipe();
  const report = host.descriptors.sourceOf(pipe.read);
  let guardian: Child;
  try {
    guardian = host.processes.spawn({
      argv: [...program.selfCommand, GUARDIAN_VERB, JSON.stringify(options)],
      env: definedOnly(program.environment),
      cwd: "/",
      stdin: null,
      output: { file: log },
      descriptors: { [REPORT_DESCRIPTOR]: pipe.write },
    });
  } finally {
    host.descriptors.close(pipe.write);
  }
  const launched = await readLaunchReport(report);
  if (launched === null) throw died(log);
  // Until it is gone its supervisor has the lock, and whoever tries again would be told that the tree is running.
  if (!launched.ok) await waitUntilGone(host, [guardian]);
  return !launched.ok && launched.error.code === TREE_KEPT ? null : launched;
}

function toUserError({ code, message, hint, exitCode }: (LaunchReport & { ok: false })["error"]): UserError {
  return new UserError(code, message, hint === null ? { exitCode } : { exitCode, hint });
}

function died(log: string): UserError {
  return new UserError("supervisor/died", "The supervisor died before it was up", {
    exitCode: ExitCode.failed,
    hint: `its last words are in ${log}`,
  });
}
