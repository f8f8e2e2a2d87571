import { fromPromise } from "../../bridge/from_promise.ts";
import type { UserError } from "../../base/user_error.ts";
import { askedPathOf } from "../../daemon/elsewhere.ts";
import { DEFAULT_FILE } from "../../daemon/find_tree.ts";
import type { LaunchOptions } from "../../daemon/launch_options.ts";
import { prepareLaunch } from "../../daemon/prepare_launch.ts";
import { stateFolderOf } from "../../daemon/state_folder.ts";
import { treeIdOf } from "../../daemon/tree_id.ts";
import { LAYER_NAMES, type LayerName } from "../../engine/containment/layer.ts";
import { dieOfSignals } from "../mortal.ts";
import { PROFILE_OPTION } from "../active_profiles.ts";
import { type Command, type Context, RAW_OPTION } from "../command.ts";
import { usage } from "../option.ts";
import { fileOf } from "../which_tree.ts";

/** `supervise up`. */
export const up: Command = {
  usage: "[FILE]",
  about: [
    "In the foreground it shows what the actors print, each line with its actor's name, and lasts as long as the tree. " +
    "Ctrl-C takes the tree down; a second Ctrl-C cuts the grace short, a third kills at once.",
    "On a terminal only the colours of what actors print pass, each for its own line, and --raw shows the rest, too. " +
    "Elsewhere it is what they have printed.",
    "Exits with 0 if the tree ended well, with the code of the first actor that failed it otherwise, with 10 if it gave " +
    "up restarting, with 130 after Ctrl-C, and with 9 if anything survived.",
    "If it prints to a pipe that nobody reads any more, it takes the tree down, as when its terminal is closed, and " +
    "exits with 141; a tree that is to go on alone is started with -d.",
    "As process 1 of a container it also reaps every orphan there is, and ends what is left in the end.",
    "With -d it returns when everything is ready, or takes the tree down again if something failed, unless it " +
    "goes on with a tree that has survived its supervisor.",
  ],
  options: [
    { name: "detach", short: "d", doc: "return when everything is ready; the tree goes on" },
    { name: "timeout", short: "t", value: "DURATION", doc: "how long it may take until everything is ready" },
    { name: "no-wait", doc: "with -d: return when it has begun, whatever becomes of it" },
    { name: "keep", doc: "with -d: do not take a tree down that failed to come up" },
    {
      name: "only",
      value: "SEL",
      takes: "selector",
      many: true,
      doc: "start only these, and what they depend on",
    },
    PROFILE_OPTION,
    {
      name: "containment",
      value: "LAYER",
      takes: LAYER_NAMES,
      doc: "contain by cgroup, subreaper or group; default: the strongest that `supervise doctor` finds",
    },
    {
      name: "exit-code-from",
      value: "SEL",
      takes: "selector",
      many: true,
      doc: "end with this actor, and with its exit code",
    },
    RAW_OPTION,
  ],
  examples: [
    ["supervise up", "the supervise.toml here or above, in the foreground"],
    ["supervise up -d --timeout 30s", "in the background, when it is ready"],
    ["supervise up ci.toml --exit-code-from tests", "for a CI job"],
  ],
  words: [0, 1],
  takes: ["file"],
  async run(context) {
    const { program, args } = context;
    if (args.has("no-wait") && !args.has("detach")) throw lastsAsLong();
    const options = launchOptions(context, fileOf(context, 0));
    if (program.pid === 1 && args.has("detach")) throw endsContainer();
    return await upFile(context, options);
  },
};

/** Brings up the tree of a file; returns the exit code of the command. @param isPassing Whether all that is known of it goes with it. */
export async function upFile(context: Context, options: LaunchOptions, isPassing = false): Promise<number> {
  const { host, program } = context;
  // Before anything is started: what is told process 1 and not heard is lost.
  const listen = dieOfSignals(program);
  // They take longer to load than the file takes to be read.
  const prepared = prepareLaunch(host, program, options);
  try {
    const { upTree } = await fromPromise(import("./up_tree.ts"));
    return await upTree(context, { options, prepared, listen, isPassing });
  } finally {
    // Nothing, if they have been told of a tree.
    if (prepared !== null) await fromPromise(prepared.letGo());
  }
}

function endsContainer(): UserError {
  return usage(
    "usage/detached-process-1",
    "This is process 1: when it ends, its container ends, and a detached tree with it",
    "leave out -d",
  );
}

function lastsAsLong(): UserError {
  return usage(
    "usage/no-wait",
    "In the foreground `up` lasts as long as the tree",
    "add -d, or leave out --no-wait",
  );
}

function layerOf(text: string | null): LayerName | null {
  const known = LAYER_NAMES.find((name) => name === text) ?? null;
  if (text === null || known !== null) return known;
  throw usage("usage/bad-value", `--containment is "${text}"`, `write ${LAYER_NAMES.join(", ")}`);
}

function launchOptions({ host, program, args }: Context, file: string): LaunchOptions {
  const only = args.list("only");
  const word = args.words[0] ?? args.text("file");
  return {
    file,
    asked: askedPathOf(host, program, { file, word, defaultName: DEFAULT_FILE }),
    stateFolder: stateFolderOf(program, treeIdOf(host, program.uid, file)),
    only: only.length === 0 ? null : only,
    exitCodeFrom: args.list("exit-code-from"),
    openFilesLimit: program.callersOpenFilesLimit,
    containment: layerOf(args.text("containment")),
  };
}
