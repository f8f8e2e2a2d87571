/**
 * Has guardian and supervisor load while their client reads and compiles the file of the tree. Nothing of the tree is done
 * before they are handed what comes of that: they take no lock, and nobody finds them.
 */
import { UserError } from "../base/user_error.ts";
import type { Host } from "../host/ports/host.ts";
import { SpawnError } from "../host/ports/processes.ts";
import type { Program } from "../host/ports/program.ts";
import type { LaunchOptions } from "./launch_options.ts";
import { ensureRunFolder } from "./run_folder.ts";
import { clientOf, type StartedGuardian, startGuardian, supervisorLogOf } from "./start_guardian.ts";
import { ensureStateFolder } from "./state_folder.ts";
import { treeIdOf } from "./tree_id.ts";
import { readRecord } from "./tree_record.ts";
import { waitUntilGone } from "./wait_until_gone.ts";

/** See the module. */
export interface Prepared extends Omit<StartedGuardian, "letGo"> {
  /**
   * Lets guardian and supervisor go, and resolves when they and what was made for them are gone. Does nothing when they have
   * been handed a tree, or were let go before.
   */
  letGo(): Promise<void>;
}

/** @returns Null if the tree may have a guardian already, or if they cannot be started: the launch says why. */
export function prepareLaunch(host: Host, program: Program, options: LaunchOptions): Prepared | null {
  const { stateFolder } = options;
  try {
    ensureRunFolder(host, program.uid);
    const record = readRecord(host, treeIdOf(host, program.uid, options.file));
    if (record !== null && record.endedAt === null) return null;
    const isNew = host.files.inspectFolder(stateFolder) === null;
    ensureStateFolder(host, program.uid, stateFolder);
    const handed = { ...options, client: clientOf(host, program), isHanded: true };
    const started = startGuardian(host, program, handed);
    let isOurs = true;
    return {
      ...started,
      hand(tree) {
        isOurs = false;
        started.hand(tree);
      },
      async letGo() {
        if (!isOurs) return;
        isOurs = false;
        started.letGo();
        started.report.close();
        await waitUntilGone(host, [started.process]);
        if (isNew) removeUnused(host, stateFolder);
      },
    };
  } catch (error) {
    if (error instanceof UserError || error instanceof SpawnError) return null;
    throw error;
  }
}

/** Removes the folder of a tree that has never come up, unless something was said there. */
function removeUnused({ files }: Host, stateFolder: string): void {
  const log = supervisorLogOf(stateFolder);
  const isUnused = files.list(stateFolder).every((name) => `${stateFolder}/${name}` === log) &&
    files.readOwn(log) === "";
  if (isUnused) files.remove(stateFolder);
}
