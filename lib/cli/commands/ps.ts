import { ExitCode } from "../../base/exit_code.ts";
import type { ControlClient } from "../../control/client.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { sleep } from "../../scope/sleep.ts";
import type { Command, Context } from "../command.ts";
import { renderTree } from "../render/rows.ts";
import { withTree } from "../which_tree.ts";
import { whileRead } from "../while_read.ts";

const WATCH_EVERY_MS = 1_000;

/** `supervise ps`. */
export const ps: Command = {
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
  async run(context) {
    await withTree(context, (client) => whileRead(context, () => show(context, client)));
    return ExitCode.done;
  },
};

async function show(context: Context, client: ControlClient): Promise<void> {
  const { ui, args } = context;
  while (true) {
    const status = await fromPromise(client.request("status", { paths: args.words }));
    if (ui.json) await fromPromise(ui.printJson([status]));
    else {
      const options = { flat: args.has("flat"), columns: columnsOf(context) };
      const text = renderTree(status, options, ui.out);
      await fromPromise(args.has("watch") ? ui.redraw(text) : ui.print(text));
    }
    if (!args.has("watch")) return;
    await sleep(WATCH_EVERY_MS);
  }
}

/** Lines are cut to a terminal only: a file or a pipe gets all of them. */
function columnsOf({ program, ui }: Context): number {
  return program.stdout.isTerminal ? ui.columns : Infinity;
}
