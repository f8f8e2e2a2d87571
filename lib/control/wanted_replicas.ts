/** Which actors are to have how many replicas, out of what a client has asked for. */
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import { MOST_REPLICAS } from "../config/keys/most_replicas.ts";
import { nodeAt, type NodeId, type Plan } from "../config/plan.ts";
import { withoutReplica } from "../config/replica_path.ts";
import { selectOrThrow } from "../config/select.ts";
import type { WantedReplicas } from "./protocol.ts";

/**
 * By path without the number of a copy; null for the number that the file has.
 *
 * @throws {UserError} `target/unknown`, `scale/no-replicas`, `scale/out-of-range`
 */
export function replicasIn(
  plan: Plan,
  wanted: readonly WantedReplicas[],
): ReadonlyMap<string, number | null> {
  const counts = new Map<string, number | null>();
  for (const { selector, replicas } of wanted) {
    if (replicas !== null && (replicas < 1 || replicas > MOST_REPLICAS)) throw outOfRange(selector, replicas);
    for (const path of replicatedBy(plan, selector)) counts.set(path, replicas);
  }
  return counts;
}

/** The paths of the actors that a selector means, each with all of its copies. */
function replicatedBy(plan: Plan, selector: string): ReadonlySet<string> {
  const selected = selectOrThrow(plan, [selector]);
  const chosen = new Set<NodeId>(selected);
  const found = new Set<string>();
  for (const id of selected) {
    if (nodeAt(plan, id)!.kind === "tree") {
      throw notScalable(`"${id}" is a tree`, `name its actors: '${id}/*'`, ExitCode.usage);
    }
    const path = withoutReplica(id);
    if (path === id) {
      throw notScalable(
        `"${id}" has no replicas in its file`,
        `write replicas = 1 for it and apply that: its address is "${id}.1" from then on`,
        ExitCode.failed,
      );
    }
    found.add(path);
  }
  const copies = plan.nodes.filter(({ path }) =>
    path !== withoutReplica(path) && found.has(withoutReplica(path))
  );
  // The only copy there is has an address of its own, too, and is not meant by it when there are more.
  const single = copies.find(({ path }) => !chosen.has(path) || path === selector);
  if (single === undefined) return found;
  const path = withoutReplica(single.path);
  throw notScalable(`"${selector}" is one copy of "${path}"`, `name all of them: ${path}=3`, ExitCode.usage);
}

function notScalable(why: string, hint: string, exitCode: number): UserError {
  return new UserError("scale/no-replicas", `Nothing was done: ${why}`, { exitCode, hint });
}

function outOfRange(selector: string, replicas: number): UserError {
  return new UserError("scale/out-of-range", `"${selector}" cannot have ${replicas} replicas`, {
    exitCode: ExitCode.usage,
    hint: replicas === 0
      ? `\`supervise stop ${selector}\` stops all of them`
      : `there are from 1 to ${MOST_REPLICAS.toLocaleString("en")}`,
  });
}
