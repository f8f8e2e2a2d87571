/** `supervise apply`: goes on with what the file says now. */
import { ExitCode } from "../../base/exit_code.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { refusalOf } from "../../control/apply_file.ts";
import type { ControlClient } from "../../control/client.ts";
import type { ApplyResult } from "../../control/protocol.ts";
import { receiptOfStop } from "../../daemon/take_down.ts";
import type { TreeId } from "../../daemon/tree_id.ts";
import type { Command, Context } from "../command.ts";
import { changeFields, renderChanges } from "../render/changes.ts";
import { receiptFields, renderReceipt } from "../render/receipt.ts";
import { renderRows } from "../render/rows.ts";
import { requireSound } from "../require_plan.ts";
import { isUnderWay } from "../progress.ts";
import { withTree } from "../which_tree.ts";
import { WAIT_OPTIONS, withPatience, withProgress } from "./actions.ts";

/** `supervise apply`. */
export const apply: Command = {
  usage: "[FILE]",
  about: [
    "Reads the file of a running tree again, shows what is different and why, and does only that: what is new starts, what " +
    "the file has no more is stopped as it was to be when it was started, what would be another process is started anew, " +
    "and rules such as timeouts, probes, dependencies and restarts hold from now on without a restart. Returns when what " +
    "has started is ready and what leaves is gone.",
    "FILE says which tree: it is the one that the tree was started from. Variables of the environment in it have the values " +
    "that they had for `up`; an env_file is read again.",
    "Nothing is touched if the file has an error (5) or changes what cannot be changed while the supervisor runs (1): " +
    "isolate and on_supervisor_death.",
  ],
  options: [
    { name: "dry-run", doc: "show what would be done, and do nothing" },
    ...WAIT_OPTIONS,
  ],
  examples: [
    ["supervise apply", "the supervise.toml here or above"],
    ["supervise apply --dry-run", "what would become of which actor, and why"],
  ],
  words: [0, 1],
  async run(context) {
    const { ui, args } = context;
    const dry = args.has("dry-run");
    const result = await withTree(context, (client, tree) => applyTo(context, client, tree, dry), 0);
    await tell(context, result, dry);
    const refused = dry ? refusalOf(result.changes) : null;
    if (refused !== null) throw refused;
    if (ui.json || result.account === null) return exitCodeOf(context, result);
    const receipt = receiptOfStop(context.host, result.account, result.containment);
    await fromPromise(ui.print(renderReceipt(receipt, ui.verbosity === "verbose", ui.out)));
    return exitCodeOf(context, result);
  },
};

async function applyTo(
  context: Context,
  client: ControlClient,
  { file }: TreeId,
  dry: boolean,
): Promise<ApplyResult> {
  const { args } = context;
  const asked = { dry, wait: !args.has("no-wait") };
  const result = await withPatience(
    args.duration("timeout"),
    "apply",
    () => withProgress(context, client, isUnderWay, () => fromPromise(client.request("apply", asked))),
  );
  await requireSound(context, file, result, "was changed");
  return result;
}

async function tell({ host, ui }: Context, result: ApplyResult, dry: boolean): Promise<void> {
  const { ok, containment, actors, changes, account } = result;
  if (ui.json) {
    const receipt = account === null ? null : receiptFields(receiptOfStop(host, account, containment));
    return await fromPromise(
      ui.printJson([{ ok, containment, actors, changes: changeFields(changes), receipt }]),
    );
  }
  if (changes.length === 0) return await fromPromise(ui.say("nothing to do: the tree is as the file has it"));
  await fromPromise(ui.print(renderChanges(changes, ui.out)));
  const rows = actors.filter(({ kind }) => kind !== "tree");
  if (dry || rows.length === 0) return;
  await fromPromise(ui.print(renderRows(rows, { flat: true, columns: Infinity }, ui.out)));
}

function exitCodeOf({ host }: Context, { ok, account, containment }: ApplyResult): number {
  const left = account === null ? 0 : receiptOfStop(host, account, containment).left;
  if (left > 0) return ExitCode.survivors;
  return ok ? ExitCode.done : ExitCode.failed;
}
