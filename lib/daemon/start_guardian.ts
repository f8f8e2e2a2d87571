/** Starts a guardian, which starts its supervisor. */
import { definedOnly } from "../base/defined_only.ts";
import type { Host } from "../host/ports/host.ts";
import type { ByteSource, Child, ProcessId } from "../host/ports/processes.ts";
import type { Program } from "../host/ports/program.ts";
import { GUARDIAN_VERB, type HandedOptions, PLAN_DESCRIPTOR, REPORT_DESCRIPTOR } from "./launch_options.ts";
import { encodeTreePlan, type SoundTreePlan } from "./tree_plan.ts";

/** Where the supervisor's own complaints go. */
export function supervisorLogOf(stateFolder: string): string {
  return `${stateFolder}/supervisor.log`;
}

/** See the module. */
export interface StartedGuardian {
  readonly process: Child;
  /** The report of its supervisor. */
  readonly report: ByteSource;
  /** Hands on what the file of the tree has been compiled to; to be called once, if the options have it so. */
  hand(tree: SoundTreePlan): void;
  /** Lets guardian and supervisor go instead. */
  letGo(): void;
}

/** The folder of the log must be there. @throws {SpawnError} */
export function startGuardian(host: Host, program: Program, options: HandedOptions): StartedGuardian {
  const { descriptors, processes } = host;
  const report = descriptors.openPipe();
  const plan = options.isHanded === true ? descriptors.openPipe() : null;
  const passed = [report.write, ...plan === null ? [] : [plan.read]];
  const kept = [report.read, ...plan === null ? [] : [plan.write]];
  try {
    const process = processes.spawn({
      argv: [...program.selfCommand, GUARDIAN_VERB, JSON.stringify(options)],
      env: definedOnly(program.environment),
      cwd: "/",
      stdin: null,
      output: { file: supervisorLogOf(options.stateFolder) },
      descriptors: {
        [REPORT_DESCRIPTOR]: report.write,
        ...(plan === null ? {} : { [PLAN_DESCRIPTOR]: plan.read }),
      },
    });
    return {
      process,
      report: descriptors.sourceOf(report.read),
      hand(tree) {
        // If nobody reads it, the report has ended, too.
        descriptors.write(plan!.write, encodeTreePlan(tree));
        descriptors.close(plan!.write);
      },
      letGo: () => descriptors.close(plan!.write),
    };
  } catch (error) {
    for (const descriptor of kept) descriptors.close(descriptor);
    throw error;
  } finally {
    for (const descriptor of passed) descriptors.close(descriptor);
  }
}

/** The client that a tree is launched by. */
export function clientOf({ processes }: Pick<Host, "processes">, program: Pick<Program, "pid">): ProcessId {
  const { pid, startTime } = processes.find(program.pid)!;
  return { pid, startTime };
}
