import { ExitCode } from "../../base/exit_code.ts";
import { VERSION } from "../../base/version.ts";
import { PROTOCOL_VERSION } from "../../control/protocol.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Command } from "../command.ts";

/** `supervise version`. */
export const version: Command = {
  name: "version",
  summary: "the version of this binary",
  usage: "",
  about: ["Prints the version, the runtime inside, and the version of the control protocol."],
  options: [],
  examples: [["supervise version --json", "for programs"]],
  words: [0, 0],
  async run({ ui, program }) {
    const fields = { version: VERSION, runtime: program.runtime, protocol: PROTOCOL_VERSION };
    const text = `supervise ${VERSION} (${program.runtime}, control protocol ${PROTOCOL_VERSION})`;
    await fromPromise(ui.json ? ui.printJson([fields]) : ui.print(text));
    return ExitCode.done;
  },
};
