/** The supervisor that a guardian looks after. */
import type { Host } from "../../host/ports/host.ts";
import type { ExitStatus, ProcessId } from "../../host/ports/processes.ts";
import { openLink, WardLink } from "./guardian_link.ts";
import {
  type GuardedOptions,
  type HandedOptions,
  type LaunchReport,
  LINK_READ_DESCRIPTOR,
  LINK_WRITE_DESCRIPTOR,
  PLAN_DESCRIPTOR,
  REPORT_DESCRIPTOR,
  SUPERVISOR_VERB,
} from "../launch_options.ts";
import { readLaunchReport } from "../launch_report.ts";
import { isThere, pause } from "../wait_until_gone.ts";

/** How often a supervisor that is no child is looked for, once it has let go of the link. */
const LOOK_EVERY_MS = 5;

/** See the module. */
export interface Ward extends ProcessId {
  readonly link: WardLink;
  /** Resolves when it has ended; with null if it is no child of ours. To be called when the link has ended. */
  ended(): Promise<ExitStatus | null>;
}

/** What to start as a supervisor. */
export interface WardOptions {
  /** Program and first arguments. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly options: HandedOptions;
  /** Told what it says of itself when it is up, if it does; without it, that goes to whoever has started this guardian. */
  readonly onReport?: (report: LaunchReport | null) => void;
}

/** Starts a supervisor. */
export function startWard(host: Host, { command, environment, options, onReport }: WardOptions): Ward {
  const { descriptors, processes } = host;
  const { guardian, supervisor } = openLink(descriptors);
  const { pid: ownPid, startTime: ownStart } = processes.find(processes.ownPid)!;
  const guarded: GuardedOptions = { ...options, guardian: { pid: ownPid, startTime: ownStart } };
  const report = onReport === undefined ? { read: null, write: REPORT_DESCRIPTOR } : descriptors.openPipe();
  const child = processes.spawn({
    argv: [...command, SUPERVISOR_VERB, JSON.stringify(guarded)],
    env: environment,
    cwd: "/",
    stdin: null,
    output: "inherit",
    descriptors: {
      [REPORT_DESCRIPTOR]: report.write,
      [LINK_READ_DESCRIPTOR]: supervisor.read,
      [LINK_WRITE_DESCRIPTOR]: supervisor.write,
      ...(options.isHanded === true ? { [PLAN_DESCRIPTOR]: PLAN_DESCRIPTOR } : {}),
    },
  });
  const passed = [report.write, supervisor.read, supervisor.write];
  // Else whoever hands the plan on would not hear of it when the supervisor dies.
  if (options.isHanded === true) passed.push(PLAN_DESCRIPTOR);
  for (const descriptor of passed) descriptors.close(descriptor);
  if (report.read !== null) void readLaunchReport(descriptors.sourceOf(report.read)).then(onReport);
  const { pid, startTime, exited } = child;
  return { pid, startTime, link: new WardLink(descriptors, guardian), ended: () => exited };
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
