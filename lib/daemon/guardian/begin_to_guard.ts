/**
 * The first that a guardian does: it becomes the one to which orphans come, and starts its supervisor. All else it does while
 * that one loads.
 */
import { definedOnly } from "../../base/defined_only.ts";
import type { Host } from "../../host/ports/host.ts";
import type { ReapedOrphan } from "../../host/ports/processes.ts";
import type { Program } from "../../host/ports/program.ts";
import type { GuardianOptions } from "../launch_options.ts";
import { UNHEEDED } from "../unheeded_signals.ts";
import { startWard, takeOverWard, type Ward } from "./ward.ts";

/** What a guardian has begun with. */
export interface Begun {
  readonly ward: Ward;
  /** Those that it has reaped meanwhile, and goes on to until somebody else is told of them. */
  readonly reaped: readonly ReapedOrphan[];
}

/** See the module. */
export function beginToGuard(host: Host, program: Program, options: GuardianOptions): Begun {
  host.descriptors.keepToOurselves();
  host.processes.outlive(["SIGHUP", ...UNHEEDED]);
  const reaped: ReapedOrphan[] = [];
  host.processes.adoptOrphans((orphan) => void reaped.push(orphan), options.containment !== "group");
  return { ward: firstWard(host, program, options), reaped };
}

function firstWard(host: Host, program: Program, { ward, ...options }: GuardianOptions): Ward {
  if (ward !== undefined) return takeOverWard(host, ward);
  const { selfCommand, environment } = program;
  return startWard(host, { command: selfCommand, environment: definedOnly(environment), options });
}
