import { ExitCode } from "../../base/exit_code.ts";
import { readPiped } from "../../daemon/load_plan.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { PROFILE_OPTION } from "../active_profiles.ts";
import type { Command } from "../command.ts";
import { requirePlan } from "../require_plan.ts";
import { planFields, renderPlan } from "../render/plan.ts";
import { fileOf } from "../which_tree.ts";

/** `supervise plan`. */
export const plan: Command = {
  usage: "[FILE]",
  about: [
    "Prints every spawn that the file leads to, with its words, environment, folder, order and rules, all defaults " +
    "filled in. Nothing is started. Values that look secret are masked.",
  ],
  options: [PROFILE_OPTION],
  examples: [["supervise plan", "for people"], [
    "supervise plan --json | jq '.spawns[].argv'",
    "for programs",
  ]],
  words: [0, 1],
  async run(context) {
    const { host, ui } = context;
    const file = fileOf(context, 0, "may be open");
    const piped = await fromPromise(readPiped(host, file));
    const compiled = await requirePlan(context, file, "tell", piped);
    await fromPromise(
      ui.json ? ui.printJson([planFields(compiled)]) : ui.print(renderPlan(compiled, ui.out)),
    );
    return ExitCode.done;
  },
};
