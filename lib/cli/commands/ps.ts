import { ExitCode } from "../../base/exit_code.ts";
import type { TreeStatus } from "../../control/protocol.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { AskingCommand, AskingContext } from "../command.ts";
import { renderTree } from "../render/rows.ts";
import { statusOf } from "../which_tree.ts";

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
    if (context.args.has("watch")) {
      const { watchTree } = await fromPromise(import("./ps_watch.ts"));
      await watchTree(context, (status) => show(context, status));
    } else await show(context, await statusOf(context, context.args.words));
    return ExitCode.done;
  },
};

async function show(context: AskingContext, status: TreeStatus): Promise<void> {
  const { ui, args } = context;
  if (ui.json) return await fromPromise(ui.printJson([status]));
  const text = renderTree(status, { flat: args.has("flat"), columns: ui.columns }, ui.out);
  await fromPromise(args.has("watch") ? ui.redraw(text) : ui.print(text));
}
