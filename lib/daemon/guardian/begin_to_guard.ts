/**
 * The first that a guardian does: it becomes the one to which orphans come, and starts its supervisor. All else it does while
 * that one loads.
 */
import { definedOnly } from "../../base/defined_only.ts";
import type { Host } from "../../host/ports/host.ts";
import type { ReapedOrphan } from "../../host/ports/processes.ts";
import type { Program } from "../../host/ports/program.ts";
import { type GuardianOptions, REPORT_DESCRIPTOR } from "../launch_options.ts";
import { UNHEEDED } from "../unheeded_signals.ts";
import { type SpawnedWard, spawnWard } from "./spawn_ward.ts";

/** The parts that a guardian has begun with. */
export interface Begun {
  /** Its supervisor; null if that was there before. */
  readonly spawned: SpawnedWard | null;
  /** The processes that it has reaped meanwhile, and goes on to reap until somebody else is told of them. */
  readonly reaped: readonly ReapedOrphan[];
}

/** See the module. */
export function beginToGuard(host: Host, program: Program, options: GuardianOptions): Begun {
  const { descriptors, processes } = host;
  descriptors.keepToOurselves();
  processes.outlive(["SIGHUP", ...UNHEEDED]);
  const reaped: ReapedOrphan[] = [];
  processes.adoptOrphans((orphan) => void reaped.push(orphan), options.containment !== "group");
  const { ward, ...forSupervisor } = options;
  if (ward !== undefined) return { spawned: null, reaped };
  const { selfCommand: command, environment } = program;
  const ordered = { command, environment: definedOnly(environment), options: forSupervisor };
  return { spawned: spawnWard(host, ordered, REPORT_DESCRIPTOR), reaped };
}
