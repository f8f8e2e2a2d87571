import { ExitCode } from "../../base/exit_code.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { examine } from "../../daemon/doctor/doctor_probe.ts";
import { reportOn } from "../../daemon/doctor/doctor_report.ts";
import type { Command } from "../command.ts";
import { renderDoctor } from "../render/doctor.ts";

/** `supervise doctor`. */
export const doctor: Command = {
  usage: "",
  about: [
    "Looks at the machine: what trees are contained by, whether all processes can be seen and signalled, limits and " +
    "folders. Says of each what it means for the promises, and how to get more.",
    "Exits with 0 if all promises hold here, and with 1 if one is weakened.",
  ],
  options: [],
  examples: [["supervise doctor", "before the first tree"], ["supervise doctor --json", "for programs"]],
  words: [0, 0],
  async run({ host, program, ui }) {
    const report = reportOn(examine(host, program));
    await fromPromise(
      ui.json
        ? ui.printJson([report])
        : ui.print(renderDoctor(report, { columns: ui.columns, paint: ui.out })),
    );
    return report.ok ? ExitCode.done : ExitCode.failed;
  },
};
