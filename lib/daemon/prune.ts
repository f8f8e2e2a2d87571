import type { Host } from "../host/ports/host.ts";
import { countLeftovers, countMarked } from "./leftovers.ts";
import { removeEmptyGroups } from "./tree_groups.ts";
import { treeIdOf } from "./tree_id.ts";
import { listRecords, readRecord } from "./tree_record.ts";
import { isThere } from "./wait_until_gone.ts";

/**
 * Forgets the trees that have ended and whose files are gone, so that what is known of trees does not grow for ever. Their
 * logs stay. A tree that runs, or of which anything is left, be it on purpose, is known for as long as that is so.
 *
 * @throws {UserError} `state/not-private`
 */
export async function pruneTrees(host: Host, uid: number): Promise<void> {
  for (const { file, guardian, startedAt } of listRecords(host, uid)) {
    if (host.files.realPath(file) !== null || isThere(host, guardian)) continue;
    const tree = treeIdOf(host, uid, file);
    if (countLeftovers(host, tree) > 0 || countMarked(host, tree) > 0) continue;
    // While this is held nobody can start it; an `up` that finds it held takes us for the supervisor, so not for long.
    const held = await host.sockets.holdName(tree.lock);
    if (held === null) continue;
    try {
      const record = readRecord(host, tree);
      if (record?.startedAt !== startedAt) continue;
      removeEmptyGroups(host, tree, record);
      host.files.remove(tree.runFolder);
    } finally {
      held.release();
    }
  }
}
