/** Waits for the supervisor that goes on with a tree whose supervisor is gone. */
import { fromPromise } from "../bridge/from_promise.ts";
import type { ControlClient } from "../control/client.ts";
import { UserError } from "../base/user_error.ts";
import type { Host } from "../host/ports/host.ts";
import { sleep } from "../scope/sleep.ts";
import { connectSupervisor } from "./connect_supervisor.ts";
import { presentOf } from "./holder.ts";
import type { TreeId } from "./tree_id.ts";
import { readRecord } from "./tree_record.ts";

const LOOK_EVERY_MS = 200;

/**
 * Connects to the next supervisor of a tree as soon as there is one.
 *
 * @param meanwhile Called again and again until then, and a last time when there will be none.
 * @returns Null if there will be none: the tree has ended, or nobody is left who could keep it.
 */
export async function nextSupervisor(
  host: Host,
  tree: TreeId,
  meanwhile: () => Promise<void>,
): Promise<ControlClient | null> {
  while (true) {
    const isKept = isOn(host, tree);
    const client = await connectIfThere(host, tree);
    if (client !== null) return client;
    await meanwhile();
    if (!isKept) return null;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Whether a tree is known to have come to its end. */
export function hasEnded(host: Host, tree: TreeId): boolean {
  const record = readRecord(host, tree);
  return record !== null && record.endedAt !== null;
}

function isOn(host: Host, tree: TreeId): boolean {
  const record = readRecord(host, tree);
  if (record === null || record.endedAt !== null) return false;
  const { supervisor, guardian } = presentOf(host, tree, record);
  return supervisor !== null || guardian !== null;
}

async function connectIfThere(host: Host, tree: TreeId): Promise<ControlClient | null> {
  try {
    return await fromPromise(connectSupervisor(host, tree));
  } catch (error) {
    // One that is just going, or just coming, answers nothing: it is asked again.
    if (error instanceof UserError) return null;
    throw error;
  }
}
