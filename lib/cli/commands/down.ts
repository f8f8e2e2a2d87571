import { ExitCode } from "../../base/exit_code.ts";
import { UserError } from "../../base/user_error.ts";
import type { ControlClient } from "../../control/client.ts";
import { awaitEnd } from "../../daemon/end_report.ts";
import { connectTree } from "../../daemon/find_tree.ts";
import { orLost } from "../../daemon/lost_supervisor.ts";
import { clearAway, forceDown, type Receipt, receiptOf } from "../../daemon/take_down.ts";
import type { TreeId } from "../../daemon/tree_id.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Command, Context } from "../command.ts";
import { renderReceipt } from "../render/receipt.ts";
import { treeOf } from "../which_tree.ts";
import { withProgress } from "./actions.ts";

/** `supervise down`. */
export const down: Command = {
  name: "down",
  summary: "ends the tree and proves that nothing is left",
  usage: "",
  about: [
    "Cancels the tree: what depends on others stops first, daemons last, each asked politely and killed when its grace " +
    "is over. Waits for it, looks through the process table, and prints a receipt of every process that was seen. " +
    "Exits with 9 if anything survived, and names it.",
    "While a crash of an actor with debug = true is held for inspection, nothing is taken down, unless with --force.",
  ],
  options: [
    { name: "deadline", value: "DURATION", doc: "everything that still runs after this is killed" },
    { name: "force", doc: "kill at once; also ends a supervisor that does not answer" },
  ],
  examples: [["supervise down", "as the file says"], ["supervise down --deadline 5s", "in a hurry"]],
  words: [0, 0],
  async run(context) {
    const { host, ui, args } = context;
    const tree = treeOf(context);
    const deadlineMs = args.has("force") ? 0 : args.duration("deadline");
    let receipt: Receipt;
    try {
      const client = await fromPromise(connectTree(host, tree));
      receipt = await orLost(host, tree, () => takeDown(context, tree, client, deadlineMs));
    } catch (error) {
      receipt = await takeDownAnyway(context, tree, error);
    }
    if (ui.json) await fromPromise(ui.printJson(receiptFields(receipt)));
    else await fromPromise(ui.print(renderReceipt(receipt, ui.verbosity === "verbose", ui.out)));
    return receipt.left === 0 ? ExitCode.done : ExitCode.survivors;
  },
};

/** The receipt for JSON. */
export function receiptFields(
  { left, containment, unseen, processes, survivors, leftOnPurpose }: Receipt,
): Record<string, unknown> {
  return { left, containment, unseen, processes, survivors, leftOnPurpose };
}

/** A tree that is ending already may not answer to a `down` any more, but it tells of its end. @throws {UserError} */
export function unlessLost(error: unknown): void {
  if (!(error instanceof UserError) || error.code !== "control/lost") throw error;
}

/** Ends a tree that cannot be asked to. @throws {UserError} `error` where that is not wanted. */
async function takeDownAnyway({ host, args }: Context, tree: TreeId, error: unknown): Promise<Receipt> {
  if (!(error instanceof UserError)) throw error;
  if (error.code === "tree/not-running") return await fromPromise(clearAway(host, tree));
  if (error.exitCode !== ExitCode.noAnswer || !args.has("force")) throw error;
  return await fromPromise(forceDown(host, tree));
}

async function takeDown(
  context: Context,
  tree: TreeId,
  client: ControlClient,
  withinMs: number | null,
): Promise<Receipt> {
  try {
    return await withProgress(context, client, (row) => row.pid !== null, async () => {
      const ended = awaitEnd(context.host, tree, client);
      ended.catch(() => {});
      await fromPromise(client.request("down", { cause: "down", withinMs }).catch(unlessLost));
      return await fromPromise(receiptOf(context.host, await fromPromise(ended)));
    });
  } finally {
    client.close();
  }
}
