import { FileError } from "../host/ports/files.ts";
import type { Host } from "../host/ports/host.ts";
import { presentOf } from "./holder.ts";
import { countLeftovers, countMarked } from "./leftovers.ts";
import { removeEmptyGroups } from "./tree_groups.ts";
import { runFolderOf } from "./run_folder.ts";
import { type TreeId, treeIdOf } from "./tree_id.ts";
import { listRecords, readRecord, type TreeRecord } from "./tree_record.ts";

/** The name of the folder of a tree that is being removed. */
const GONE = ".gone";

/**
 * Forgets the trees that have ended and whose files are gone, so that the records do not grow for ever. Their
 * logs stay. A tree that runs, or of which anything is left, even on purpose, is known for as long as that is so.
 *
 * @returns The records of all trees that there were.
 * @throws {UserError} `state/not-private`
 */
export function pruneTrees(host: Host, uid: number): readonly TreeRecord[] {
  const { path } = runFolderOf(host, uid);
  for (const name of host.files.list(path)) if (name.endsWith(GONE)) host.files.remove(`${path}/${name}`);
  const records = listRecords(host, uid);
  for (const record of records) {
    if (host.files.realPath(record.file) !== null) continue;
    try {
      forget(host, treeIdOf(host, uid, record.file), record);
    } catch (error) {
      // Somebody else has forgotten it in this moment.
      if (!(error instanceof FileError)) throw error;
    }
  }
  return records;
}

function forget(host: Host, tree: TreeId, known: TreeRecord): void {
  if (presentOf(host, tree, known).guardian !== null) return;
  if (countLeftovers(host, tree) > 0 || countMarked(host, tree) > 0) return;
  // While this is held nobody can start it; an `up` that finds it held takes us for the supervisor, so not for long.
  const held = host.locks.take(tree.lock);
  if (held === null) return;
  try {
    const record = readRecord(host, tree);
    if (record?.startedAt !== known.startedAt) return;
    removeEmptyGroups(host, tree, record);
    // In one step: an `up` of the tree meanwhile makes a folder of its own, and does not find one that is half removed.
    host.files.rename(tree.runFolder, `${tree.runFolder}${GONE}`);
    host.files.remove(`${tree.runFolder}${GONE}`);
  } finally {
    held.release();
  }
}
