import { ExitCode } from "../../base/exit_code.ts";
import { checkFile } from "../../daemon/check/check_file.ts";
import { readPiped } from "../../daemon/load_plan.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Command } from "../command.ts";
import { fileOf } from "../which_tree.ts";
import { problemFields, renderProblems } from "../render/problems.ts";

/** `supervise check`. */
export const check: Command = {
  usage: "[FILE]",
  about: [
    "Reports every problem of a configuration in one run, each with its place, what was expected and what to do.",
    "Warns of what is likely to go wrong at run time: commands and folders that do not exist, programs that put " +
    "themselves into the background, variables that no shell will read.",
  ],
  options: [],
  examples: [["supervise check", "the supervise.toml here or above"], [
    "supervise check --json ci.toml",
    "for programs",
  ]],
  words: [0, 1],
  async run(context) {
    const { host, program, ui } = context;
    const file = fileOf(context, 0, "may be open");
    const piped = await fromPromise(readPiped(host, file));
    const { problems, text } = checkFile(host, program, file, piped);
    const ok = problems.every((problem) => problem.severity !== "error");
    if (ui.json) await fromPromise(ui.printJson([{ ok, problems: problems.map(problemFields) }]));
    else {
      const rendered = renderProblems(problems, new Map([[file, text]]), ui.err.isOn);
      if (rendered !== "") await fromPromise(ui.say(rendered.trimEnd()));
      if (ok) await fromPromise(ui.say(`${ui.err.green("ok")}: ${file}`));
    }
    return ok ? ExitCode.done : ExitCode.badConfig;
  },
};
