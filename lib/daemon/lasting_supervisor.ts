/**
 * Whether the supervisor that holds the lock of a tree is there to stay. One that was killed holds its lock and its socket
 * for a moment yet, and is in the process table a moment longer: it is not to be taken for one that runs, nor what it has
 * left for what somebody looks after. One that is starting has its lock before it listens.
 */
import { after } from "../base/instant.ts";
import { UserError } from "../base/user_error.ts";
import type { ControlClient } from "../control/client.ts";
import type { ClientHost } from "../host/ports/host.ts";
import { connectSupervisor } from "./connect_supervisor.ts";
import { isSupervised, presentOf } from "./holder.ts";
import type { TreeId } from "./tree_id.ts";
import { readRecord } from "./tree_record.ts";
import { pause } from "./wait_until_gone.ts";

/** How long a supervisor with the lock may take until it listens, or is gone; and how often to look. */
const SETTLING_MS = 2_000;
const LOOK_EVERY_MS = 5;

/** How long a supervisor without its lock may take to be gone, or to take it again. */
const DYING_MS = 10_000;

/**
 * Connects to the supervisor.
 *
 * @param along Sends what is asked, perhaps several times: the supervisor that goes on answers the last.
 * @returns Null when there is none, and an earlier one is gone; also when it has not listened for too long.
 * @throws {UserError} `control/not-trusted`, `control/version`, `control/no-answer`
 */
export async function connectLasting(
  host: ClientHost,
  tree: TreeId,
  along?: (client: ControlClient) => void,
): Promise<ControlClient | null> {
  let deadline = after(host.clock.now(), SETTLING_MS);
  do {
    const client = await connectOrLose(host, tree, along);
    if (client !== null) return client;
    const wasSupervised = isSupervised(host, tree);
    if (await outwaitDying(host, tree)) return null;
    if (!wasSupervised) deadline = after(host.clock.now(), SETTLING_MS);
    await pause(host, LOOK_EVERY_MS);
  } while (host.clock.now() < deadline);
  return null;
}

/**
 * Waits for the end of a supervisor that has let go of its lock, or until it has it again: as another program, that the tree was
 * handed over to.
 *
 * @returns Whether there is none.
 */
export async function outwaitDying(host: ClientHost, tree: TreeId): Promise<boolean> {
  const deadline = after(host.clock.now(), DYING_MS);
  while (!isSupervised(host, tree)) {
    const record = readRecord(host, tree);
    const supervisor = record === null ? null : presentOf(host, tree, record).supervisor;
    if (supervisor === null || host.clock.now() >= deadline) return true;
    await pause(host, LOOK_EVERY_MS);
  }
  return false;
}

/** A connection; null also if the supervisor is gone before it answers. */
async function connectOrLose(
  host: ClientHost,
  tree: TreeId,
  along?: (client: ControlClient) => void,
): Promise<ControlClient | null> {
  try {
    return await connectSupervisor(host, tree, along);
  } catch (error) {
    if (error instanceof UserError && error.code === "control/lost") return null;
    throw error;
  }
}
