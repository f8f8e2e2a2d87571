/** `supervise ps --watch`: looks again and again, as long as somebody reads and the tree lives. */
import { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { ControlClient } from "../../control/client.ts";
import type { TreeStatus } from "../../control/protocol.ts";
import { acrossHandOvers } from "../../daemon/across_hand_overs.ts";
import { orLost } from "../../daemon/lost_supervisor.ts";
import { hasEnded } from "../../daemon/next_supervisor.ts";
import { sleep } from "../../scope/sleep.ts";
import type { AskingContext } from "../command.ts";
import { withTree } from "../which_tree.ts";
import { whileRead } from "../while_read.ts";

const WATCH_EVERY_MS = 1_000;

/** Goes on with the next supervisor where the tree is handed over, and ends with the tree. @throws {UserError} */
export async function watchTree(
  asking: AskingContext,
  show: (status: TreeStatus) => Promise<void>,
): Promise<void> {
  const { ui, args } = asking;
  const host = await fromPromise(asking.openHost());
  const watch = async (client: ControlClient): Promise<never> => {
    while (true) {
      await show(await fromPromise(client.request("status", { paths: args.words })));
      await sleep(WATCH_EVERY_MS);
    }
  };
  await whileRead({ ...asking, host }, () =>
    withTree(asking, async (first, tree) => {
      try {
        await orLost(host, tree, () => acrossHandOvers(host, tree, first, watch));
      } catch (error) {
        if (!(error instanceof UserError) || !hasEnded(host, tree)) throw error;
        await fromPromise(ui.say("the tree has ended; `supervise events` shows how"));
      }
    }));
}
