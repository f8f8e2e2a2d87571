import { ExitCode } from "../../base/exit_code.ts";
import { connectTree } from "../../daemon/find_tree.ts";
import { orLost } from "../../daemon/lost_supervisor.ts";
import type { Receipt } from "../../daemon/receipt.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { ControlClient } from "../../control/client.ts";
import type { Command, Context } from "../command.ts";
import { receiptFields, renderReceipt } from "../render/receipt.ts";
import { takeDown, unlessLost } from "../take_down.ts";
import { treeOf } from "../which_tree.ts";

/** `supervise down`. */
export const down: Command = {
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
    { name: "no-wait", doc: "return when it has begun: no receipt, and no proof" },
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
      if (args.has("no-wait")) return await beginTakingDown(context, client, deadlineMs);
      receipt = await orLost(host, tree, () => takeDown(context, tree, client, deadlineMs));
    } catch (error) {
      const { takeDownAnyway } = await fromPromise(import("./down_unanswered.ts"));
      receipt = await takeDownAnyway(context, tree, error);
    }
    if (ui.json) await fromPromise(ui.printJson([receiptFields(receipt)]));
    else await fromPromise(ui.print(renderReceipt(receipt, ui.verbosity === "verbose", ui.out, ui.columns)));
    return receipt.left === 0 ? ExitCode.done : ExitCode.survivors;
  },
};

/** Asks for it alone. */
async function beginTakingDown(
  { ui }: Context,
  client: ControlClient,
  withinMs: number | null,
): Promise<number> {
  try {
    await fromPromise(client.request("down", { cause: "down", withinMs }).catch(unlessLost));
  } finally {
    client.close();
  }
  if (ui.json) await fromPromise(ui.printJson([{ ok: true }]));
  else await fromPromise(ui.say("the tree is being taken down; `supervise down` waits for it"));
  return ExitCode.done;
}
