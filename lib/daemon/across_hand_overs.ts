/** Goes on with the next supervisor where one has handed its tree over to another program. */
import { UserError } from "../base/user_error.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { ControlClient } from "../control/client.ts";
import type { ClientHost } from "../host/ports/host.ts";
import { connectLasting } from "./lasting_supervisor.ts";
import type { TreeId } from "./tree_id.ts";

/** Whether an error may mean that the tree was handed over: a client that was slow to read has not been told. */
function isHandedOver(error: unknown): boolean {
  return error instanceof UserError &&
    (error.code === "control/handed-over" || error.code === "control/lost");
}

/**
 * Runs `body` with a connection, and again with one to each supervisor that the tree is handed over to meanwhile.
 *
 * @param client The first; who has opened it closes it.
 * @param body Told whether there was one before.
 * @throws {UserError} As `body` does; `control/handed-over` if nobody has gone on with the tree.
 */
export async function acrossHandOvers<T>(
  host: ClientHost,
  tree: TreeId,
  client: ControlClient,
  body: (client: ControlClient, isNext: boolean) => Promise<T>,
): Promise<T> {
  let own: ControlClient | null = null;
  try {
    while (true) {
      try {
        return await body(own ?? client, own !== null);
      } catch (error) {
        if (!isHandedOver(error)) throw error;
        own?.close();
        own = await fromPromise(connectLasting(host, tree));
        if (own === null) throw error;
      }
    }
  } finally {
    own?.close();
  }
}
