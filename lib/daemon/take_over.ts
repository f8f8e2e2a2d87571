/** Finds a tree whose supervisor is dead and whose guardian keeps its actors, and has a new supervisor go on with it. */
import { ExitCode } from "../base/exit_code.ts";
import { after } from "../base/instant.ts";
import { UserError } from "../base/user_error.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import { askGuardian, type DoorRequests } from "./guardian/guardian_door.ts";
import { presentOf } from "./holder.ts";
import { outwaitDying } from "./lasting_supervisor.ts";
import { countLeftovers } from "./leftovers.ts";
import type { TreeId } from "./tree_id.ts";
import { readRecord } from "./tree_record.ts";
import { pause } from "./wait_until_gone.ts";

/** How long a guardian may take until it sees that its supervisor has died. */
const PATIENCE_MS = 10_000;
const TRY_EVERY_MS = 10;

/** The guardian of a tree that is to survive and has no supervisor; null if it is not so. */
export function keeperOf(host: Host, tree: TreeId): ProcessId | null {
  const record = readRecord(host, tree);
  if (record === null || record.endedAt !== null || record.onSupervisorDeath !== "survive") return null;
  const { supervisor, guardian } = presentOf(host, tree, record);
  return supervisor === null ? guardian : null;
}

/** Whether a tree that has no supervisor has actors that a new one would go on with. */
export function isUnsupervised(host: Host, tree: TreeId): boolean {
  if (keeperOf(host, tree) !== null) return true;
  return readRecord(host, tree)?.onSupervisorDeath === "survive" && countLeftovers(host, tree) > 0;
}

/**
 * Asks the guardian that keeps a tree.
 *
 * @param otherwise What to do if nobody keeps it. Null means that somebody does all the same, who is then asked: a supervisor
 * that has been killed may look alive for a moment yet.
 * @throws {UserError} `control/no-answer`
 */
export async function askKeeper<Op extends keyof DoorRequests, Else>(
  host: Host,
  tree: TreeId,
  op: Op,
  asked: DoorRequests[Op]["asked"],
  otherwise: () => Promise<Else | null>,
): Promise<DoorRequests[Op]["answer"] | Else> {
  while (true) {
    const answer = await askIfKept(host, tree, op, asked) ?? await otherwise();
    if (answer !== null) return answer;
  }
}

async function askIfKept<Op extends keyof DoorRequests>(
  host: Host,
  tree: TreeId,
  op: Op,
  asked: DoorRequests[Op]["asked"],
): Promise<DoorRequests[Op]["answer"] | null> {
  const deadline = after(host.clock.now(), PATIENCE_MS);
  await outwaitDying(host, tree);
  for (let keeper = keeperOf(host, tree); keeper !== null; keeper = keeperOf(host, tree)) {
    // Somebody may have stopped it; it has nothing else to do than to go on.
    host.processes.signal(keeper, "SIGCONT");
    const answer = await askGuardian(host, { path: tree.door, uid: tree.uid, guardian: keeper }, op, asked);
    if (answer !== null) return answer;
    if (host.clock.now() >= deadline) throw noAnswer(tree, keeper);
    await pause(host, TRY_EVERY_MS);
  }
  return null;
}

function noAnswer({ file }: TreeId, { pid }: ProcessId): UserError {
  return new UserError(
    "control/no-answer",
    `The guardian ${pid} that keeps the tree of "${file}" does not answer`,
    {
      exitCode: ExitCode.noAnswer,
      hint: `\`supervise down --force\` ends the tree; ${pid} may be stopped`,
    },
  );
}
