import { describeOrigin, ORIGIN } from "../../base/origin.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { VERSION } from "../../base/version.ts";
import { PROTOCOL_VERSION } from "../../control/protocol.ts";
import type { TellingCommand } from "../command.ts";

/** `supervise version`. */
export const version: TellingCommand = {
  usage: "",
  about: [
    "Prints the version, the runtime inside, the version of the control protocol, and where this program came from: " +
    "the package, the machine that it was built for, and the commit.",
  ],
  options: [],
  examples: [["supervise version --json", "for programs"]],
  words: [0, 0],
  async tell({ ui, program }) {
    const { runtime } = program;
    const fields = { version: VERSION, runtime, protocol: PROTOCOL_VERSION, origin: ORIGIN };
    const text = `supervise ${VERSION} (${runtime}, control protocol ${PROTOCOL_VERSION}; ${
      describeOrigin(ORIGIN)
    })`;
    await (ui.json ? ui.printJson([fields]) : ui.print(text));
    return ExitCode.done;
  },
};
