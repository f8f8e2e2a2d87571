import { ExitCode } from "../../base/exit_code.ts";
import { jsonSchema } from "../../config/reference/json_schema.ts";
import type { TellingCommand } from "../command.ts";

const INDENT = 2;

/** `supervise schema`. */
export const schema: TellingCommand = {
  usage: "",
  about: [
    "Prints the JSON Schema of supervise.toml, made of the definition that `check` goes by: for editors, which complete keys, " +
    "explain them and mark what is wrong. It is of draft 7, as taplo and Even Better TOML understand it.",
    "A file that begins with the line `#:schema ./supervise.schema.json` is edited by the schema in that file.",
  ],
  options: [],
  examples: [
    ["supervise schema", "to look at it"],
    ["supervise schema --json", "on one line, for programs"],
  ],
  words: [0, 0],
  async tell({ ui }) {
    await ui.printJson([jsonSchema()], ui.json ? 0 : INDENT);
    return ExitCode.done;
  },
};
