/** The way of a command whose supervisor goes away without an answer. */
import { UserError } from "../base/user_error.ts";
import type { Host } from "../host/ports/host.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { TreeId } from "./tree_id.ts";

/** Runs `body`; if the supervisor is lost meanwhile, the error says what has become of its tree. @throws {UserError} */
export async function orLost<T>(host: Host, tree: TreeId, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "control/lost") throw error;
    // Most supervisors answer, and to end what another one has left takes much.
    const { lossOf } = await fromPromise(import("./lost_tree.ts"));
    throw await fromPromise(lossOf(host, tree, error));
  }
}
