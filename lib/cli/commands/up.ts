import { ExitCode } from "../../base/exit_code.ts";
import type { UserError } from "../../base/user_error.ts";
import { Adopted } from "../../daemon/adopted.ts";
import type { LaunchOptions } from "../../daemon/launch_options.ts";
import { adjustPlan } from "../../daemon/load_plan.ts";
import { askedPathOf } from "../../daemon/elsewhere.ts";
import { DEFAULT_FILE } from "../../daemon/find_tree.ts";
import { pruneTrees } from "../../daemon/prune.ts";
import { stateFolderOf } from "../../daemon/state_folder.ts";
import { treeIdOf } from "../../daemon/tree_id.ts";
import { LAYER_NAMES, type LayerName } from "../../engine/containment/layer.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { PROFILE_OPTION } from "../active_profiles.ts";
import { type Command, type Context, RAW_OPTION } from "../command.ts";
import { usage } from "../option.ts";
import { renderRest } from "../render/rest.ts";
import { requirePlan } from "../require_plan.ts";
import { shortages, tellShort } from "../tell_short.ts";
import { fileOf } from "../which_tree.ts";
import { upDetached } from "./up_detached.ts";
import { upForeground } from "./up_foreground.ts";

/** How long what is no part of the tree may take to end where this is process 1. */
const REST_GRACE_MS = 2_000;

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
    { name: "only", value: "SEL", many: true, doc: "start only these, and what they depend on" },
    PROFILE_OPTION,
    {
      name: "containment",
      value: "LAYER",
      doc: "contain by cgroup, subreaper or group; default: the strongest that `supervise doctor` finds",
    },
    { name: "exit-code-from", value: "SEL", many: true, doc: "end with this actor, and with its exit code" },
    RAW_OPTION,
  ],
  examples: [
    ["supervise up", "the supervise.toml here or above, in the foreground"],
    ["supervise up -d --timeout 30s", "in the background, when it is ready"],
    ["supervise up ci.toml --exit-code-from tests", "for a CI job"],
  ],
  words: [0, 1],
  async run(context) {
    const file = fileOf(context, 0);
    pruneTrees(context.host, context.program.uid);
    const compiled = await requirePlan(context, file, "refuse");
    const options = launchOptions(context, file, compiled.profiles);
    const plan = adjustPlan(compiled, options);
    const isDetached = context.args.has("detach");
    if (context.args.has("no-wait") && !isDetached) throw lastsAsLong();
    const { host, program, ui } = context;
    await tellShort(ui, shortages(plan, host.facts(), program.uid === 0));
    const start = () => (isDetached ? upDetached : upForeground)(context, plan, options);
    if (context.program.pid !== 1) return await start();
    if (isDetached) throw endsContainer();
    return await asInit(context, start);
  },
};

/** Does what is asked of process 1 beside `start`, and after it. */
async function asInit({ host, ui }: Context, start: () => Promise<number>): Promise<number> {
  const adopted = new Adopted(host);
  const code = await start();
  const rest = await adopted.endRest(REST_GRACE_MS);
  const line = renderRest(rest);
  if (line !== null) await fromPromise(ui.say(line));
  return rest.survivors.length > 0 ? ExitCode.survivors : code;
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

function launchOptions(
  { host, program, args }: Context,
  file: string,
  profiles: readonly string[],
): LaunchOptions {
  const only = args.list("only");
  const word = args.words[0] ?? args.text("file");
  return {
    file,
    asked: askedPathOf(host, program, { file, word, defaultName: DEFAULT_FILE }),
    stateFolder: stateFolderOf(program, treeIdOf(host, program.uid, file)),
    only: only.length === 0 ? null : only,
    profiles,
    exitCodeFrom: args.list("exit-code-from"),
    openFilesLimit: program.callersOpenFilesLimit,
    containment: layerOf(args.text("containment")),
  };
}
