/** `supervise apply`: goes on with what the file says now. */
import { ExitCode } from "../../base/exit_code.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { refusalOf } from "../../control/apply_file.ts";
import type { ControlClient } from "../../control/client.ts";
import type { ApplyResult } from "../../control/protocol.ts";
import { readWireError } from "../../control/wire_error.ts";
import { type Receipt, receiptOfStop } from "../../daemon/receipt.ts";
import { otherVariables } from "../../daemon/variable_mark.ts";
import type { Command, Context } from "../command.ts";
import { changeFields, otherVariableLines, renderChanges, scaledLines } from "../render/changes.ts";
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
    "With --rolling the replicas that would be other processes are restarted as by `supervise restart --rolling`; actors " +
    "without a second replica are restarted at once.",
    "Nothing is touched if the file has an error (5) or changes what cannot be changed while the supervisor runs (1): " +
    "isolate and on_supervisor_death.",
  ],
  options: [
    { name: "rolling", doc: "restart replicas one after the other, with one ready at any time" },
    { name: "dry-run", doc: "show what would be done, and do nothing" },
    ...WAIT_OPTIONS,
  ],
  examples: [
    ["supervise apply", "the supervise.toml here or above"],
    ["supervise apply --rolling", "another version of an API that is asked all the while"],
    ["supervise apply --dry-run", "what would become of which actor, and why"],
  ],
  words: [0, 1],
  takes: ["file"],
  async run(context) {
    const { args } = context;
    const fields = { dry: args.has("dry-run"), wait: !args.has("no-wait"), rolling: args.has("rolling") };
    const how = { verb: "apply", dry: fields.dry, timeoutMs: args.duration("timeout"), fileAt: 0 };
    return await goOn(context, how, (client) => client.request("apply", fields));
  },
};

/** How a tree is to go on with another plan. */
export interface GoOnOptions {
  /** How people know what is done. */
  readonly verb: string;
  /** Whether it is told alone what would be done. */
  readonly dry: boolean;
  /** How long to wait; null for any time. */
  readonly timeoutMs: number | null;
  /** Which word may name the file. @default None */
  readonly fileAt?: number;
}

/** Has a tree go on with another plan, and tells what has come of it; returns the exit code. */
export async function goOn(
  context: Context,
  { verb, dry, timeoutMs, fileAt }: GoOnOptions,
  send: (client: ControlClient) => Promise<ApplyResult>,
): Promise<number> {
  const { host } = context;
  const result = await withTree(context, async (client, { file }) => {
    const result = await withPatience(
      timeoutMs,
      verb,
      () => withProgress(context, client, { isPending: isUnderWay }, () => fromPromise(send(client))),
    );
    const { isValid, problems, texts } = result;
    const told = { isValid, problems, texts: new Map(Object.entries(texts)) };
    await tellOtherVariables(context, result);
    await requireSound(context, file, told, "was changed");
    return result;
  }, fileAt);
  const { account, containment, ok } = result;
  // A supervisor of another version may not look for it.
  const obstacle = readWireError(result.obstacle ?? null);
  const receipt = account === null ? null : receiptOfStop(host, account, containment);
  await tell(context, result, receipt, dry);
  const refused = dry ? refusalOf(result.changes) : null;
  if (refused !== null) throw refused;
  if (obstacle !== null) throw obstacle;
  if (receipt !== null && receipt.left > 0) return ExitCode.survivors;
  return ok ? ExitCode.done : ExitCode.failed;
}

/** Tells of the variables in the file that are others in this shell; a supervisor of another version may not say which there are. */
export async function tellOtherVariables(
  { host, program, ui }: Context,
  { variables = {} }: Partial<Pick<ApplyResult, "variables">>,
): Promise<void> {
  for (const text of otherVariableLines(otherVariables(host, program, variables))) {
    await fromPromise(ui.say(text));
  }
}

async function tell(
  { ui }: Context,
  result: ApplyResult,
  receipt: Receipt | null,
  dry: boolean,
): Promise<void> {
  const { ok, containment, actors, changes, scaled } = result;
  if (ui.json) {
    const fields = { ok, containment, actors, changes: changeFields(changes, dry ? scaled : []) };
    return await fromPromise(
      ui.printJson([{ ...fields, receipt: receipt === null ? null : receiptFields(receipt) }]),
    );
  }
  if (changes.length === 0) await fromPromise(ui.say("nothing to do: the tree is as it is to be"));
  else await fromPromise(ui.print(renderChanges(changes, ui.out)));
  for (const text of scaledLines(scaled)) await fromPromise(ui.say(text));
  const rows = actors.filter(({ kind }) => kind !== "tree");
  if (!dry && rows.length > 0) {
    await fromPromise(ui.print(renderRows(rows, { flat: true, columns: ui.columns }, ui.out)));
  }
  if (receipt === null) return;
  await fromPromise(ui.print(renderReceipt(receipt, ui.verbosity === "verbose", ui.out, ui.columns)));
}
