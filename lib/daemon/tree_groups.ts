/** The control groups of a tree, found again by its record and by their names. */
import { folderOf } from "../base/posix_path.ts";
import { groupName } from "../engine/containment/choose_layer.ts";
import type { Host } from "../host/ports/host.ts";
import type { TreeId } from "./tree_id.ts";
import type { TreeRecord } from "./tree_record.ts";

/** The control group of a tree's last instance; null if it had none. */
export function recordedGroup({ id }: TreeId, { instance, group }: TreeRecord): string | null {
  if (group === undefined || group === null || instance?.startsWith(`${id}.`) !== true) return null;
  // The file may have been changed: nothing else is ever killed.
  return group === groupName(folderOf(group), instance) ? group : null;
}

/**
 * Removes the empty groups of all instances of a tree that does not run, beside that of the last one: what was left on
 * purpose stays in its group, which outlasts its instance.
 */
export function removeEmptyGroups(host: Host, tree: TreeId, record: TreeRecord | null): void {
  const last = record === null ? null : recordedGroup(tree, record);
  if (last === null) return;
  const home = folderOf(last);
  const prefix = groupName(home, `${tree.id}.`);
  for (const group of host.groups.inside(home)) if (group.startsWith(prefix)) host.groups.remove(group);
}
