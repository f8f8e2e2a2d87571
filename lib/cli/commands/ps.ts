import { ExitCode } from "../../base/exit_code.ts";
import type { TreeStatus } from "../../control/protocol.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { sleep } from "../../scope/sleep.ts";
import type { AskingCommand, AskingContext } from "../command.ts";
import { renderTree } from "../render/rows.ts";
import { statusOf, withTree } from "../which_tree.ts";
import { whileRead } from "../while_read.ts";

const WATCH_EVERY_MS = 1_000;

/** `supervise ps`. */
export const ps: AskingCommand = {
  usage: "[SEL...]",
  about: [
    "Shows every actor with its state, process, uptime, restarts, use of the machine and last exit, and why it is in a " +
    "state that needs a reason. `ready` means that its probe said so.",
  ],
  options: [
    { name: "watch", short: "w", doc: "again every second, until Ctrl-C" },
    { name: "flat", doc: "full paths instead of a tree" },
  ],
  examples: [["supervise ps", "the tree of this folder"], [
    "supervise ps --json 'pool/*'",
    "some of it, for programs",
  ]],
  words: [0, Infinity],
  takes: ["selector"],
  async ask(context) {
    if (context.args.has("watch")) await watchWhileRead(context);
    else await show(context, await statusOf(context, context.args.words));
    return ExitCode.done;
  },
};

async function watchWhileRead(context: AskingContext): Promise<void> {
  const host = await fromPromise(context.openHost());
  await whileRead({ ...context, host }, () => watch(context));
}

async function watch(context: AskingContext): Promise<void> {
  await withTree(context, async (client) => {
    while (true) {
      await show(context, await fromPromise(client.request("status", { paths: context.args.words })));
      await sleep(WATCH_EVERY_MS);
    }
  });
}

async function show(context: AskingContext, status: TreeStatus): Promise<void> {
  const { ui, args } = context;
  if (ui.json) return await fromPromise(ui.printJson([status]));
  const text = renderTree(status, { flat: args.has("flat"), columns: columnsOf(context) }, ui.out);
  await fromPromise(args.has("watch") ? ui.redraw(text) : ui.print(text));
}

/** Lines are cut to a terminal only: a file or a pipe gets all of them. */
function columnsOf({ program, ui }: AskingContext): number {
  return program.stdout.isTerminal ? ui.columns : Infinity;
}
