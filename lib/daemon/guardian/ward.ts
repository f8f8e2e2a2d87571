/** The supervisor that a guardian looks after. */
import type { Host } from "../../host/ports/host.ts";
import type { ExitStatus, ProcessId } from "../../host/ports/processes.ts";
import { type LaunchReport, LINK_READ_DESCRIPTOR, LINK_WRITE_DESCRIPTOR } from "../launch_options.ts";
import { readLaunchReport } from "../launch_report.ts";
import { isThere, pause } from "../wait_until_gone.ts";
import { WardLink } from "./guardian_link.ts";
import { type SpawnedWard, spawnWard, type WardOptions } from "./spawn_ward.ts";

/** How often a supervisor that is no child is looked for, once it has let go of the link. */
const LOOK_EVERY_MS = 5;

/** See the module. */
export interface Ward extends ProcessId {
  readonly link: WardLink;
  /** Resolves when it has ended; with null if it is no child of ours. To be called when the link has ended. */
  ended(): Promise<ExitStatus | null>;
}

/**
 * Starts a supervisor.
 *
 * @param onReport Told what it says of itself when it is up, if it does.
 */
export function startWard(
  host: Host,
  options: WardOptions,
  onReport: (report: LaunchReport | null) => void,
): Ward {
  const report = host.descriptors.openPipe();
  const spawned = spawnWard(host, options, report.write);
  void readLaunchReport(host.descriptors.sourceOf(report.read)).then(onReport);
  return lookAfter(host, spawned);
}

/** Looks after a supervisor that this guardian has spawned. */
export function lookAfter(
  { descriptors }: Pick<Host, "descriptors">,
  { child: { pid, startTime, exited }, ends }: SpawnedWard,
): Ward {
  return { pid, startTime, link: new WardLink(descriptors, ends), ended: () => exited };
}

/** Looks after a supervisor that has started this guardian itself. */
export function takeOverWard(host: Host, ward: ProcessId): Ward {
  const ends = { read: LINK_READ_DESCRIPTOR, write: LINK_WRITE_DESCRIPTOR };
  const ended = async () => {
    while (isThere(host, ward)) await pause(host, LOOK_EVERY_MS);
    return null;
  };
  return { ...ward, link: new WardLink(host.descriptors, ends), ended };
}
