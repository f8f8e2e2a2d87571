/** Connects to a tree's supervisor, and says nothing to anybody else. */
import type { ControlClient } from "../control/client.ts";
import type { ClientHost } from "../host/ports/host.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import type { Peer } from "../host/ports/sockets.ts";
import type { TreeId } from "./tree_id.ts";
import { readRecord } from "./tree_record.ts";
import { isThere } from "./wait_until_gone.ts";

/**
 * Connects to the supervisor of a tree.
 *
 * @param along See {@linkcode connectControl}.
 * @returns Null if nobody listens.
 * @throws {UserError} `control/not-trusted`, `control/version`, `control/no-answer`
 */
export async function connectSupervisor(
  host: ClientHost,
  tree: TreeId,
  along?: (client: ControlClient) => void,
): Promise<ControlClient | null> {
  const doubt = (peer: Peer | null) => {
    const record = readRecord(host, tree);
    const known = record !== null && record.endedAt === null && isThere(host, record.supervisor);
    return whyNotTrusted(tree.uid, known ? record.supervisor : null, peer);
  };
  // Late, because `up` has others to start before it has anybody to connect to.
  const { connectControl } = await import("../control/client.ts");
  return await connectControl(host, tree.socket, doubt, along);
}

/**
 * Why the listener is not to be told anything; null if it is the one that is meant.
 *
 * @param meant The process that is to be there; null if that is not known.
 */
export function whyNotTrusted(uid: number, meant: ProcessId | null, peer: Peer | null): string | null {
  if (peer === null) return "the kernel does not tell whose process it is";
  if (peer.uid !== uid) return `process ${peer.pid} of user ${peer.uid} listens there`;
  // The kernel has no number for a process that is out of our sight, as in another PID namespace.
  if (meant === null || peer.pid === 0 || peer.pid === meant.pid) return null;
  return `process ${peer.pid} listens there, and not ${meant.pid}`;
}
