import { ExitCode } from "../../base/exit_code.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { AskingCommand } from "../command.ts";
import { renderCard } from "../render/card.ts";
import { selectorsOf, withTree } from "../which_tree.ts";

/** `supervise status`. */
export const status: AskingCommand = {
  usage: "SEL...",
  about: [
    "A page about each of the named actors, in the order in which one asks: its state, since when, why, and what happens " +
    "next; what runs, as who and where; restarts and what is left of them; what says that it is ready; what it uses of " +
    "the machine; what it depends on; where its file has it; and the last lines of its log, without secrets.",
  ],
  options: [],
  examples: [["supervise status api", "one actor"], ["supervise status --json pool", "a tree, for programs"]],
  words: [0, Infinity],
  takes: ["selector"],
  async ask(context) {
    const paths = selectorsOf(context, "status");
    return await withTree(context, async (client) => {
      const { ui } = context;
      const found = await fromPromise(client.request("status", { paths }));
      const { actors } = await fromPromise(client.request("details", { paths }));
      const details = new Map(actors.map((one) => [one.path, one]));
      const known = found.actors.flatMap((row) => {
        const about = details.get(row.path);
        return about === undefined ? [] : [{ row, about }];
      });
      if (ui.json) {
        const rows = known.map(({ row, about }) => ({ ...row, ...about }));
        await fromPromise(ui.printJson([{ ...found, actors: rows }]));
        return ExitCode.done;
      }
      const now = context.host.wallClock();
      const pages = known.map(({ row, about }) =>
        renderCard(row, about, { columns: ui.columns, now }, ui.out)
      );
      await fromPromise(ui.print(pages.join("\n\n")));
      return ExitCode.done;
    });
  },
};
