import { ExitCode } from "../../base/exit_code.ts";
import { UserError } from "../../base/user_error.ts";
import { checkFile } from "../../daemon/check/check_file.ts";
import { readPiped } from "../../daemon/load_plan.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { activeProfiles, PROFILE_OPTION } from "../active_profiles.ts";
import type { Command } from "../command.ts";
import { fileOf } from "../which_tree.ts";
import { quote } from "../../config/wording.ts";
import { foreignFile } from "../foreign_file.ts";
import { includedLines } from "../render/plan.ts";
import { problemFields, renderProblems } from "../render/problems.ts";

/** `supervise check`. */
export const check: Command = {
  usage: "[FILE]",
  about: [
    "Reports every problem of a configuration in one run, each with its place, what was expected and what to do.",
    "Warns of what is likely to go wrong at run time: commands and folders that do not exist, programs that put " +
    "themselves into the background, variables that no shell will read.",
  ],
  options: [PROFILE_OPTION],
  examples: [["supervise check", "the supervise.toml here or above"], [
    "supervise check --json ci.toml",
    "for programs",
  ]],
  words: [0, 1],
  takes: ["file"],
  async run(context) {
    const { host, program, ui } = context;
    const file = fileOf(context, 0, "may be open");
    const piped = await fromPromise(readPiped(host, file));
    const { problems, texts, unmatched } = checkFile(host, program, file, piped, {
      profiles: activeProfiles(context, null),
    });
    const ok = problems.every((problem) => problem.severity !== "error");
    if (ui.json) {
      await fromPromise(
        ui.printJson([{ ok, problems: problems.map(problemFields), files: [...texts.keys()] }]),
      );
    } else {
      const foreign = await foreignFile(file, { problems, texts });
      const rendered = foreign?.isOtherLanguage === true
        ? ""
        : renderProblems(problems, texts, ui.err.isOn, ui.talkColumns);
      if (rendered !== "") await fromPromise(ui.say(rendered.trimEnd()));
      if (foreign !== null) {
        await fromPromise(
          ui.complain(
            new UserError("config/invalid", foreign.message, {
              exitCode: ExitCode.badConfig,
              hint: foreign.hint,
            }),
          ),
        );
      }
      for (const pattern of unmatched) {
        await fromPromise(ui.say(`note: include ${quote(pattern)} matches no file`));
      }
      if (ok) {
        await fromPromise(
          ui.say([`${ui.err.green("ok")}: ${file}`, ...includedLines([...texts.keys()])].join("\n")),
        );
      }
    }
    return ok ? ExitCode.done : ExitCode.badConfig;
  },
};
