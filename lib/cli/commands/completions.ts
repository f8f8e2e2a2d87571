import { ExitCode } from "../../base/exit_code.ts";
import { nearestName } from "../../base/nearest.ts";
import { anyOf, didYouMean, quote } from "../../config/wording.ts";
import type { TellingCommand } from "../command.ts";
import { SCRIPTS } from "../complete/scripts.ts";
import { usage } from "../option.ts";

const SHELLS = Object.keys(SCRIPTS);

/** `supervise completions`. */
export const completions: TellingCommand = {
  usage: SHELLS.join(" | "),
  about: [
    "Prints a script with which a shell completes commands, options and their values, and, as they are at that moment, the " +
    "names of trees, actors, functions and profiles. Its first lines say how it is loaded.",
  ],
  options: [],
  examples: [
    ["supervise completions bash", 'for a line in ~/.bashrc: eval "$(supervise completions bash)"'],
    ["supervise completions fish", "for ~/.config/fish/completions/supervise.fish"],
  ],
  words: [1, 1],
  takes: [SHELLS],
  async tell({ ui, args }) {
    const name = args.words[0]!;
    const script = Object.hasOwn(SCRIPTS, name) ? SCRIPTS[name]! : null;
    if (script === null) {
      const near = didYouMean(nearestName(name, SHELLS));
      throw usage(
        "usage/bad-value",
        `There are no completions for ${quote(name)}${near}`,
        `write ${anyOf(SHELLS)}`,
      );
    }
    await (ui.json ? ui.printJson([{ shell: name, script }]) : ui.print(script));
    return ExitCode.done;
  },
};
