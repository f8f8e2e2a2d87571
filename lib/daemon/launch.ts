/** Starts a tree's own processes and connects to them. */
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { ControlClient } from "../control/client.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { connectSupervisor } from "./connect_supervisor.ts";
import { type LaunchOptions, type LaunchReport, TREE_KEPT } from "./launch_options.ts";
import { readLaunchReport } from "./launch_report.ts";
import type { Prepared } from "./prepare_launch.ts";
import { ensureRunFolder } from "./run_folder.ts";
import { clientOf, type StartedGuardian, startGuardian, supervisorLogOf } from "./start_guardian.ts";
import { ensureStateFolder } from "./state_folder.ts";
import { askKeeper } from "./take_over.ts";
import { treeIdOf } from "./tree_id.ts";
import type { SoundTreePlan } from "./tree_plan.ts";
import { waitUntilGone } from "./wait_until_gone.ts";

/** A tree that is up and has not begun yet. */
export interface Launched extends Omit<LaunchReport & { ok: true }, "ok"> {
  readonly client: ControlClient;
}

/** The work that a client has done already for a tree that it launches. */
export interface Handed {
  /** The compiled file. */
  readonly tree: SoundTreePlan;
  /** A guardian that waits for that, and is gone if the launch fails; null if one is started now. */
  readonly prepared: Prepared | null;
}

/**
 * Launches the guardian, and by it the supervisor, of a tree that has not begun yet: that waits for a `begin`. Where the
 * guardian of an earlier supervisor keeps the tree, it launches another one that goes on.
 *
 * @param handed Null if the supervisor is to compile the file.
 * @throws {UserError} Why the supervisor could not come up, such as `tree/already-running`.
 */
export async function launch(
  host: Host,
  program: Program,
  options: LaunchOptions,
  handed: Handed | null = null,
): Promise<Launched> {
  try {
    ensureRunFolder(host, program.uid);
    ensureStateFolder(host, program.uid, options.stateFolder);
    const tree = treeIdOf(host, program.uid, options.file);
    const forSupervisor = { ...options, client: clientOf(host, program) };
    // One that has been told of a tree does not wait any more.
    let waiting = handed?.prepared ?? null;
    const start = () => startGuardian(host, program, { ...forSupervisor, isHanded: handed !== null });
    const launched = await askKeeper(
      host,
      tree,
      "resume",
      { command: program.selfCommand, options: forSupervisor },
      () => {
        const guardian = waiting ?? start();
        waiting = null;
        return launchAnew(host, guardian, handed?.tree ?? null, options);
      },
    );
    if (!launched.ok) throw toUserError(launched.error);
    const client = await connectSupervisor(host, tree);
    if (client === null) throw died(options);
    const { cleared, unattributed, adopted } = launched;
    return { client, cleared, unattributed, adopted };
  } finally {
    await handed?.prepared?.letGo();
  }
}

/** Null if the guardian of an earlier supervisor keeps the tree. */
async function launchAnew(
  host: Host,
  guardian: StartedGuardian,
  tree: SoundTreePlan | null,
  options: LaunchOptions,
): Promise<LaunchReport | null> {
  if (tree !== null) guardian.hand(tree);
  const launched = await readLaunchReport(guardian.report);
  if (launched === null) throw died(options);
  // Until it is gone its supervisor has the lock, and the next try would be told that the tree is running.
  if (!launched.ok) await waitUntilGone(host, [guardian.process]);
  return !launched.ok && launched.error.code === TREE_KEPT ? null : launched;
}

function toUserError({ code, message, hint, exitCode }: (LaunchReport & { ok: false })["error"]): UserError {
  return new UserError(code, message, hint === null ? { exitCode } : { exitCode, hint });
}

function died({ stateFolder }: LaunchOptions): UserError {
  return new UserError("supervisor/died", "The supervisor died before it was up", {
    exitCode: ExitCode.failed,
    hint: `its last words are in ${supervisorLogOf(stateFolder)}`,
  });
}
