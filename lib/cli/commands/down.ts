import { ExitCode } from "../../base/exit_code.ts";
import { UserError } from "../../base/user_error.ts";
import type { ControlClient } from "../../control/client.ts";
import { awaitEnd } from "../../daemon/end_report.ts";
import { connectTree } from "../../daemon/find_tree.ts";
import { launch } from "../../daemon/launch.ts";
import { orLost } from "../../daemon/lost_supervisor.ts";
import { clearAway, forceDown, type Receipt, receiptOf } from "../../daemon/take_down.ts";
import { isUnsupervised } from "../../daemon/take_over.ts";
import type { TreeId } from "../../daemon/tree_id.ts";
import { readRecord } from "../../daemon/tree_record.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Command, Context } from "../command.ts";
import { isGoing } from "../progress.ts";
import { receiptFields, renderReceipt } from "../render/receipt.ts";
import { tellCleared } from "../tell_cleared.ts";
import { treeOf } from "../which_tree.ts";
import { withProgress } from "./actions.ts";

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
      receipt = await takeDownAnyway(context, tree, error);
    }
    if (ui.json) await fromPromise(ui.printJson([receiptFields(receipt)]));
    else await fromPromise(ui.print(renderReceipt(receipt, ui.verbosity === "verbose", ui.out)));
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

/** A tree that is ending already may not answer to a `down` any more, but it tells of its end. @throws {UserError} */
export function unlessLost(error: unknown): void {
  if (!(error instanceof UserError) || error.code !== "control/lost") throw error;
}

/** Ends a tree that cannot be asked to. @throws {UserError} `error` where that is not wanted. */
async function takeDownAnyway(context: Context, tree: TreeId, error: unknown): Promise<Receipt> {
  const { host, args } = context;
  if (!(error instanceof UserError)) throw error;
  if (error.code === "tree/not-running") {
    const isAdopted = !args.has("force") && isUnsupervised(host, tree);
    return isAdopted
      ? await adoptAndTakeDown(context, tree)
      : await fromPromise(clearAway(host, tree, args.has("force")));
  }
  if (error.exitCode !== ExitCode.noAnswer || !args.has("force")) throw error;
  return await fromPromise(forceDown(host, tree));
}

/** Has a new supervisor go on with the actors, so that each is stopped as the file says. */
async function adoptAndTakeDown(context: Context, tree: TreeId): Promise<Receipt> {
  const { host, program, args } = context;
  const { stateFolder, profiles = [] } = readRecord(host, tree)!;
  const launched = await fromPromise(
    launch(host, program, {
      file: tree.file,
      stateFolder,
      only: null,
      profiles,
      exitCodeFrom: [],
      openFilesLimit: program.callersOpenFilesLimit,
      containment: null,
    }).catch(withForceHint),
  );
  await tellCleared(context.ui, launched);
  await fromPromise(launched.client.request("begin", { owner: false }));
  return await orLost(host, tree, () => takeDown(context, tree, launched.client, args.duration("deadline")));
}

function withForceHint(error: unknown): never {
  if (!(error instanceof UserError)) throw error;
  const { code, message, exitCode } = error;
  throw new UserError(code, message, {
    exitCode,
    hint: "`supervise down --force` ends the actors without a supervisor",
    cause: error,
  });
}

async function takeDown(
  context: Context,
  tree: TreeId,
  client: ControlClient,
  withinMs: number | null,
): Promise<Receipt> {
  try {
    return await withProgress(context, client, isGoing, async () => {
      const ended = awaitEnd(context.host, tree, client);
      ended.catch(() => {});
      await fromPromise(client.request("down", { cause: "down", withinMs }).catch(unlessLost));
      return await fromPromise(receiptOf(context.host, tree, await fromPromise(ended)));
    });
  } finally {
    client.close();
  }
}
