/**
 * Finds the holder of the lock of a tree. Nobody is believed by a name or by a number that is written somewhere: a supervisor is a
 * process of the tree's own user that was started as the supervisor of this file, and of which the kernel says that it holds
 * the lock. So it is found, too, when somebody has removed the file of its lock, and it is this process that is killed or
 * none.
 */
import type { ClientHost, Host } from "../host/ports/host.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import { GUARDIAN_VERB, SUPERVISOR_VERB } from "./launch_options.ts";
import { lockNameOf, type TreeId } from "./tree_id.ts";
import type { TreeRecord } from "./tree_record.ts";
import { isThere } from "./wait_until_gone.ts";

/** The supervisor of a tree, wherever its lock is; null if there is none in sight. */
export function supervisorOf(host: ClientHost, tree: TreeId): ProcessId | null {
  const { processes, locks } = host;
  for (const pid of processes.pids()) {
    if (pid === processes.ownPid || !runsTree(processes.commandOf(pid), SUPERVISOR_VERB, tree.file)) continue;
    // The number may be another process's a moment later; but this process was there before it was found to hold the lock.
    const row = processes.find(pid);
    if (row !== null && locks.isHeldBy(pid, lockNameOf(tree))) {
      return { pid, startTime: row.startTime };
    }
  }
  return null;
}

/** Whether a tree has a supervisor, also one that is out of sight or has lost the file of its lock. */
export function isSupervised(host: ClientHost, tree: TreeId): boolean {
  return host.locks.isHeld(tree.lock) || supervisorOf(host, tree) !== null;
}

/**
 * The processes of supervise that a record names, as far as they are there. Another process that has such a number by now, or whose number was
 * written there, is none: it is neither waited for nor signalled.
 */
export function presentOf(
  host: ClientHost,
  tree: Pick<TreeId, "file">,
  { supervisor, guardian }: Pick<TreeRecord, "supervisor" | "guardian">,
): { readonly supervisor: ProcessId | null; readonly guardian: ProcessId | null } {
  const ifPresent = (id: ProcessId, verb: string) => {
    const command = isThere(host, id) ? host.processes.commandOf(id.pid) : null;
    // A process that is just ending has no command line any more.
    return command !== null && (command.length === 0 || runsTree(command, verb, tree.file)) ? id : null;
  };
  return {
    supervisor: ifPresent(supervisor, SUPERVISOR_VERB),
    guardian: ifPresent(guardian, GUARDIAN_VERB),
  };
}

/** Lets a guardian go on that somebody has stopped: it has nothing else to do. */
export function wake(host: Host, tree: TreeId, record: TreeRecord): void {
  const { guardian } = presentOf(host, tree, record);
  if (guardian !== null) host.processes.signal(guardian, "SIGCONT");
}

/** Whether a command line is one of supervise itself, for a file. */
export function runsTree(command: readonly string[], verb: string, file: string): boolean {
  const at = command.indexOf(verb);
  if (at < 0) return false;
  try {
    const options = JSON.parse(command[at + 1] ?? "") as { readonly file?: unknown } | null;
    return options?.file === file;
  } catch {
    return false;
  }
}
