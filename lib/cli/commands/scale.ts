/** `supervise scale`: other numbers of replicas than the file has. */
import type { WantedReplicas } from "../../control/protocol.ts";
import type { Command } from "../command.ts";
import { usage } from "../option.ts";
import { WAIT_OPTIONS } from "./actions.ts";
import { goOn } from "./apply.ts";

/** `supervise scale`. */
export const scale: Command = {
  usage: "SEL=N...",
  about: [
    "Has actors run in N copies from now on. More of them start in order; of too many the highest numbers are stopped. " +
    "Returns when the new ones are ready and the others are gone.",
    "The number holds as long as the tree runs, also over `apply` and under another supervisor that goes on with the tree; " +
    "SEL=file goes by the file again. Nothing else of the file is read: that is what `apply` does. `plan` shows where the " +
    "tree has another number than its file.",
    "An actor has copies if its file gives it replicas, 1 for instance: its address is then that of a copy, as api.1.",
  ],
  options: [
    { name: "dry-run", doc: "show what would be done, and do nothing" },
    ...WAIT_OPTIONS,
  ],
  examples: [
    ["supervise scale api=5", "five copies, api.1 to api.5"],
    ["supervise scale 'pool/*=2' api=file", "two of each in pool, and of api as many as the file has"],
  ],
  words: [1, Infinity],
  takes: ["count"],
  async run(context) {
    const { args } = context;
    const counts = args.words.map(wantedBy);
    const fields = { counts, dry: args.has("dry-run"), wait: !args.has("no-wait") };
    const how = { verb: "scale", dry: fields.dry, timeoutMs: args.duration("timeout") };
    return await goOn(context, how, (client) => client.request("scale", fields));
  },
};

function wantedBy(word: string): WantedReplicas {
  const [, selector, count] = /^(.+)=(file|\d{1,9})$/.exec(word) ?? [];
  if (selector !== undefined) return { selector, replicas: count === "file" ? null : Number(count) };
  throw usage("usage/bad-value", `"${word}" is no actor with a number`, "write api=3, or api=file");
}
