import { UserError } from "../base/user_error.ts";
import type { ControlClient } from "../control/client.ts";
import { awaitEnd } from "../daemon/end_report.ts";
import { type Receipt, receiptOf } from "../daemon/receipt.ts";
import type { TreeId } from "../daemon/tree_id.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { withProgress } from "./commands/actions.ts";
import type { Context } from "./command.ts";
import { isGoing } from "./progress.ts";

/** Has a supervisor take its tree down. */
export async function takeDown(
  context: Context,
  tree: TreeId,
  client: ControlClient,
  withinMs: number | null,
): Promise<Receipt> {
  try {
    return await withProgress(context, client, { isPending: isGoing }, async () => {
      const ended = awaitEnd(context.host, tree, client);
      ended.catch(() => {});
      await fromPromise(client.request("down", { cause: "down", withinMs }).catch(unlessLost));
      return await fromPromise(receiptOf(context.host, tree, await fromPromise(ended)));
    });
  } finally {
    client.close();
  }
}

/** A tree that is ending already may not answer to a `down` any more, but it tells of its end. @throws {UserError} */
export function unlessLost(error: unknown): void {
  if (!(error instanceof UserError) || error.code !== "control/lost") throw error;
}
