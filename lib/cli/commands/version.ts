import { ExitCode } from "../../base/exit_code.ts";
import { VERSION } from "../../base/version.ts";
import { PROTOCOL_VERSION } from "../../control/protocol.ts";
import type { TellingCommand } from "../command.ts";

/** `supervise version`. */
export const version: TellingCommand = {
  usage: "",
  about: ["Prints the version, the runtime inside, and the version of the control protocol."],
  options: [],
  examples: [["supervise version --json", "for programs"]],
  words: [0, 0],
  async tell({ ui, program }) {
    const fields = { version: VERSION, runtime: program.runtime, protocol: PROTOCOL_VERSION };
    const text = `supervise ${VERSION} (${program.runtime}, control protocol ${PROTOCOL_VERSION})`;
    await (ui.json ? ui.printJson([fields]) : ui.print(text));
    return ExitCode.done;
  },
};
