import type { Host } from "../host/ports/host.ts";
import { isSupervised } from "./holder.ts";
import type { TreeId } from "./tree_id.ts";
import { readRecord } from "./tree_record.ts";

/** The profiles that are active in a tree that runs, or has survived its supervisor; none if it is over. */
export function keptProfiles(host: Host, tree: TreeId): readonly string[] {
  const record = readRecord(host, tree);
  if (record === null || record.endedAt !== null) return [];
  const goesOn = record.onSupervisorDeath === "survive" || isSupervised(host, tree);
  return goesOn ? record.profiles ?? [] : [];
}
