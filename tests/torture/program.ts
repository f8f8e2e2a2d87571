/** The program of supervise, of which a process suffers what the test has ordered (`fault.ts`). */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { GUARDIAN_VERB, SUPERVISOR_VERB } from "../../lib/daemon/launch_options.ts";
import { nodeProgram } from "../../lib/host/shared/node_program.ts";
import { CLI } from "../../lib/host/shared/own_entry.ts";
import { openSystemHost } from "../../lib/host/system_host.ts";
import { runRole } from "../../lib/roles/run_role.ts";
import { orderedFault } from "./fault/fault.ts";
import { faultyHost } from "./fault/faulty_host.ts";

const verb = process.argv[2] ?? "";
const isTree = verb === GUARDIAN_VERB || verb === SUPERVISOR_VERB;

if (verb.startsWith("__") && !isTree) await import("../../cli.ts");
else {
  const program = nodeProgram();
  const itself = fileURLToPath(import.meta.url);
  const role = verb === GUARDIAN_VERB ? "guardian" : verb === SUPERVISOR_VERB ? "supervisor" : "client";
  const fault = isTree || verb === "upgrade" ? orderedFault(role) : null;
  await runRole({
    program: Object.create(program, {
      selfCommand: { value: program.selfCommand.map((word) => word === CLI ? itself : word) },
    }),
    async openHost(options) {
      const host = await openSystemHost(options);
      return fault === null ? host : faultyHost(host, fault);
    },
    loadLibrary: () => import("../../mod.ts"),
  });
}
