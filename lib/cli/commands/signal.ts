/** `supervise signal`: sends a signal to actors, and leaves it to them what they make of it. */
import { ExitCode } from "../../base/exit_code.ts";
import { parseSignal } from "../../base/signals.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { AskingCommand } from "../command.ts";
import { usage } from "../option.ts";
import { renderRows } from "../render/rows.ts";
import { withTree } from "../which_tree.ts";

/** `supervise signal`. */
export const signal: AskingCommand = {
  usage: "SIG SEL...",
  about: [
    "Sends a signal to the main process of each named actor, by name or number: HUP, SIGUSR1, 10. It begins no stop: an " +
    "actor that ends of it has ended by itself, and is restarted as its file says; `stop` is what stops it for good.",
    "With --tree all processes of the actors get it, also those that have left for a session of their own.",
    "Exits with 3 if one of the names has no process, and sends nothing then.",
  ],
  options: [{ name: "tree", doc: "to all descendants, too" }],
  examples: [
    ["supervise signal HUP nginx", "has it read its configuration again"],
    ["supervise signal --tree STOP 'pool/*'", "holds all that runs in a tree"],
  ],
  words: [2, Infinity],
  takes: ["signal", "selector"],
  async ask(context) {
    const { args, ui } = context;
    const [name, ...paths] = args.words;
    const signal = parseSignal(name!);
    if (signal === null) {
      throw usage(
        "usage/bad-value",
        `"${name}" is no signal`,
        "write HUP, SIGUSR1, SIGRTMIN+1 or a number from 1 to 64",
      );
    }
    const result = await withTree(
      context,
      (client) => fromPromise(client.request("signal", { paths, signal, toAll: args.has("tree") })),
    );
    if (ui.json) await fromPromise(ui.printJson([result]));
    else await fromPromise(ui.print(renderRows(result.actors, { flat: true, columns: ui.columns }, ui.out)));
    return ExitCode.done;
  },
};
