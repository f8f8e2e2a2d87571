import { fromPromise } from "../bridge/from_promise.ts";
import type { Plan } from "../config/plan.ts";
import type { SystemFacts } from "../host/ports/system_facts.ts";
import type { Ui } from "./ui.ts";

/** Descriptors that a supervisor has open for itself, and for each actor: the two pipes that it prints to. */
const OWN_FILES = 40;
const FILES_OF_ACTOR = 2;

/**
 * The needs of a plan that this machine does not meet, each as a sentence. A supervisor raises its own limit of open files as
 * far as it may, which this program has done already.
 */
export function shortages(
  { nodes }: Pick<Plan, "nodes">,
  { openFilesLimit, processesLimit }: Pick<SystemFacts, "openFilesLimit" | "processesLimit">,
  isRoot: boolean,
): readonly string[] {
  const actors = nodes.filter(({ kind, autostart }) => kind !== "tree" && autostart).length;
  const files = OWN_FILES + FILES_OF_ACTOR * actors;
  const told: string[] = [];
  if (openFilesLimit !== null && files > openFilesLimit) {
    told.push(
      `${actors} actors need at least ${files} open files, and the limit is ${openFilesLimit}: ` +
        `not all of them can run; raise it, as with \`ulimit -n ${files}\` or LimitNOFILE= in a unit`,
    );
  }
  // The kernel holds root to no limit of processes.
  if (!isRoot && processesLimit !== null && actors > processesLimit) {
    told.push(
      `${actors} actors need as many processes, and the limit of this user is ${processesLimit}: ` +
        `not all of them can run; raise it, as with \`ulimit -u\` or LimitNPROC= in a unit`,
    );
  }
  return told;
}

/** Warns of what a tree that is about to start is obviously short of. */
export async function tellShort(ui: Ui, told: readonly string[]): Promise<void> {
  for (const text of told) await fromPromise(ui.say(`${ui.err.yellow("warning")}: ${text}`));
}
