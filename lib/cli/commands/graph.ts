import { counted } from "../../base/counted.ts";
import { nameSome } from "../../base/name_some.ts";
import { UserError } from "../../base/user_error.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { anyOf } from "../../config/wording.ts";
import type { TreeStatus } from "../../control/protocol.ts";
import { connectSupervisor } from "../../daemon/connect_supervisor.ts";
import { readPiped } from "../../daemon/load_plan.ts";
import { treeIdOf } from "../../daemon/tree_id.ts";
import { PROFILE_OPTION } from "../active_profiles.ts";
import type { Command, Context } from "../command.ts";
import { usage } from "../option.ts";
import { renderDot } from "../render/graph_dot.ts";
import { MERMAID_LIMITS, renderMermaid } from "../render/graph_mermaid.ts";
import { type Graph, graphFields, graphOf } from "../render/graph_model.ts";
import { renderGraph } from "../render/graph_text.ts";
import { requirePlan } from "../require_plan.ts";
import { fileOf } from "../which_tree.ts";

const FORMATS = ["text", "dot", "mermaid"] as const;
type Format = typeof FORMATS[number];

/** `supervise graph`. */
export const graph: Command = {
  usage: "[FILE]",
  about: [
    "Shows the actors and trees of a file, the strategies of its trees, and what waits for what. Nothing is started. While " +
    "the tree runs, each node has its state, and the reason for it, too.",
    `FORMAT is ${
      anyOf(FORMATS)
    }: \`dot\` is read by Graphviz, \`mermaid\` by what shows Markdown. Their arrows lead from ` +
    "what starts first to what waits for it. Replicas of an actor are one node.",
  ],
  options: [
    { name: "format", value: "FORMAT", takes: FORMATS, doc: "text, dot or mermaid; default: text" },
    PROFILE_OPTION,
  ],
  examples: [
    ["supervise graph", "the tree of this folder"],
    ["supervise graph --format dot | dot -Tsvg > tree.svg", "a picture, by Graphviz"],
    ["supervise graph --format mermaid shop.toml", "for a page of documentation"],
  ],
  words: [0, 1],
  takes: ["file"],
  async run(context) {
    const { host, ui } = context;
    const format = formatOf(context);
    const file = fileOf(context, 0, "may be open");
    const piped = await fromPromise(readPiped(host, file));
    const plan = await requirePlan(context, file, "tell", piped);
    const made = graphOf(plan, piped === null ? await liveStatus(context, file) : null);
    await fromPromise(
      ui.json ? ui.printJson([graphFields(made)]) : ui.print(RENDERERS[format](made, context)),
    );
    await tellStrangers(context, made);
    if (format === "mermaid") await tellLimits(context, made);
    return ExitCode.done;
  },
};

const RENDERERS: Readonly<Record<Format, (graph: Graph, context: Context) => string>> = {
  text: (graph, { ui }) => renderGraph(graph, ui.columns, ui.out),
  dot: renderDot,
  mermaid: renderMermaid,
};

function formatOf({ args, ui }: Context): Format {
  const text = args.text("format");
  const format = FORMATS.find((one) => one === (text ?? "text"));
  if (format === undefined) {
    throw usage("usage/bad-value", `--format is "${text}"`, `write ${anyOf(FORMATS)}`);
  }
  if (!ui.json || text === null) return format;
  throw usage(
    "usage/contradiction",
    "--json and --format each ask for another form",
    "leave one of them out",
  );
}

/** The state of the tree of a file; null if it does not run. One that does not answer is told of, and shown as its file has it. */
async function liveStatus(context: Context, file: string): Promise<TreeStatus | null> {
  const { host, program, ui } = context;
  try {
    const client = await fromPromise(connectSupervisor(host, treeIdOf(host, program.uid, file)));
    if (client === null) return null;
    try {
      return await fromPromise(client.request("status", { paths: [] }));
    } finally {
      client.close();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await fromPromise(ui.complain(error));
    return null;
  }
}

async function tellStrangers({ ui }: Context, { strangers }: Graph): Promise<void> {
  if (strangers.length === 0) return;
  await fromPromise(
    ui.say(`note: the tree that runs has ${nameSome(strangers)}, which the file does not have`),
  );
}

async function tellLimits({ ui }: Context, made: Graph): Promise<void> {
  const { edges, chars } = MERMAID_LIMITS;
  if (ui.json || (made.edges.length <= edges && renderMermaid(made).length <= chars)) return;
  await fromPromise(ui.say(
    `note: Mermaid draws at most ${counted(edges, "arrow")} and ${counted(chars, "character")} unless ` +
      "`maxEdges` and `maxTextSize` of its configuration allow more; `--format dot` has no such limit",
  ));
}
