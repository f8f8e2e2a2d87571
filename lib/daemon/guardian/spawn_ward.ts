/** Spawns a supervisor. */
import type { Host } from "../../host/ports/host.ts";
import type { Child } from "../../host/ports/processes.ts";
import {
  type GuardedOptions,
  type HandedOptions,
  LINK_READ_DESCRIPTOR,
  LINK_WRITE_DESCRIPTOR,
  PLAN_DESCRIPTOR,
  REPORT_DESCRIPTOR,
  SUPERVISOR_VERB,
} from "../launch_options.ts";
import { type LinkEnds, openLink } from "./link_ends.ts";

/** The supervisor to start, and how. */
export interface WardOptions {
  /** Program and first arguments. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly options: HandedOptions;
}

/** A supervisor as it was spawned. */
export interface SpawnedWard {
  readonly child: Child;
  /** The guardian's side of the link. */
  readonly ends: LinkEnds;
}

/** See the module. @param report Where it says whether it is up, which is closed here. */
export function spawnWard(
  { descriptors, processes }: Host,
  { command, environment, options }: WardOptions,
  report: number,
): SpawnedWard {
  const { guardian, supervisor } = openLink(descriptors);
  const { pid: ownPid, startTime: ownStart } = processes.find(processes.ownPid)!;
  const guarded: GuardedOptions = { ...options, guardian: { pid: ownPid, startTime: ownStart } };
  const { isHanded = false } = options;
  const child = processes.spawn({
    argv: [...command, SUPERVISOR_VERB, JSON.stringify(guarded)],
    env: environment,
    cwd: "/",
    stdin: null,
    output: "inherit",
    descriptors: {
      [REPORT_DESCRIPTOR]: report,
      [LINK_READ_DESCRIPTOR]: supervisor.read,
      [LINK_WRITE_DESCRIPTOR]: supervisor.write,
      ...(isHanded ? { [PLAN_DESCRIPTOR]: PLAN_DESCRIPTOR } : {}),
    },
  });
  // The plan as well: else the client that hands it on would not hear of it when the supervisor dies.
  const passed = [report, supervisor.read, supervisor.write, ...(isHanded ? [PLAN_DESCRIPTOR] : [])];
  for (const descriptor of passed) descriptors.close(descriptor);
  return { child, ends: guardian };
}
