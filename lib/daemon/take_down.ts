/** Ends a tree from outside that cannot be asked to. */
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { LayerName } from "../engine/containment/layer.ts";
import { countsOf, describeCommand, type ReceiptLine } from "../engine/containment/ledger.ts";
import { presentRow } from "../host/alive.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import { notRunning } from "./not_running.ts";
import { presentOf, supervisorOf, wake } from "./holder.ts";
import { type Cleared, endLeftovers } from "./leftovers.ts";
import { outwaitGuardian } from "./predecessor.ts";
import { type Receipt, seenBy, survivorOf } from "./receipt.ts";
import type { TreeId } from "./tree_id.ts";
import { askKeeper, keeperOf } from "./take_over.ts";
import { concludeRecord, readRecord } from "./tree_record.ts";
import { waitUntilGone } from "./wait_until_gone.ts";

/**
 * Ends a tree whose supervisor does not answer: kills the supervisor, upon which its guardian kills everything below. Nobody is
 * killed but the process that the kernel says has the lock of the tree.
 *
 * @throws {UserError} `tree/not-running` if there is no supervisor, `tree/out-of-sight` if it cannot be seen from here.
 */
export async function forceDown(host: Host, tree: TreeId): Promise<Receipt> {
  const holder = supervisorOf(host, tree);
  if (holder === null && host.locks.isHeld(tree.lock)) throw outOfSight(tree);
  const row = holder === null ? null : presentRow(host.processes, holder);
  if (row === null) throw notRunning(host, tree);
  const record = readRecord(host, tree);
  const guardian = record === null ? null : presentOf(host, tree, record).guardian;
  const below = descendantsOf(host, row.pid);
  host.processes.signal(row, "SIGKILL");
  const own = guardian === null ? [row] : [row, guardian];
  // A guardian that somebody has stopped would not hear of it.
  if (record !== null) wake(host, tree, record);
  await waitUntilGone(host, [row]);
  // One that would keep the actors has to be told.
  await endKept(host, tree, { isForced: true, otherwise: () => waitUntilGone(host, own) });
  // A guardian that was killed before has left everything to us.
  await endLeftovers(host, tree);
  conclude(host, tree);
  const lasting = await waitUntilGone(host, [...own, ...below]);
  const survivors = lasting.map((id) => survivorOf(host, id.pid, "it is still there"));
  const processes = below.filter((one) => !lasting.includes(one)).map((one): ReceiptLine => ({
    pid: one.pid,
    path: null,
    command: one.command,
    ended: "gone",
    code: null,
    signal: null,
    orphan: false,
  }));
  return {
    left: survivors.length,
    processes,
    counts: countsOf(processes),
    survivors,
    leftOnPurpose: [],
    unattributed: [],
    ...seenBy(host, layerOf(host, tree)),
  };
}

function outOfSight({ file }: TreeId): UserError {
  return new UserError(
    "tree/out-of-sight",
    `The tree of "${file}" is held by a process that cannot be seen from here, and nothing was killed`,
    {
      exitCode: ExitCode.noAnswer,
      hint: "it may be in another container or PID namespace, and be ended from there; or it is just ending",
    },
  );
}

/**
 * Ends what is left of a tree whose supervisor was killed: with its guardian in one instant, or so that that keeps it.
 *
 * @param isForced Whether a guardian that does not answer is killed.
 * @throws {UserError} `tree/not-running` if nothing is left, `control/no-answer`
 */
export async function clearAway(host: Host, tree: TreeId, isForced = false): Promise<Receipt> {
  const cleared = await endKept(host, tree, { isForced, otherwise: () => endUnkept(host, tree) });
  const { processes, counts, survivors, unattributed } = cleared;
  if (processes.length + survivors.length === 0) throw notRunning(host, tree);
  if (survivors.length === 0) conclude(host, tree);
  return {
    left: survivors.length,
    processes,
    counts,
    survivors,
    leftOnPurpose: [],
    unattributed,
    ...seenBy(host, layerOf(host, tree)),
  };
}

/** Has the guardian end what it keeps. By force one whose door is gone, or that is stuck, is killed, and its actors are ended from here. */
async function endKept<Else>(
  host: Host,
  tree: TreeId,
  { isForced, otherwise }: { readonly isForced: boolean; readonly otherwise: () => Promise<Else | null> },
): Promise<Cleared | Else> {
  try {
    return await askKeeper(host, tree, "end", { graceMs: 0 }, otherwise);
  } catch (error) {
    const keeper = keeperOf(host, tree);
    const isSilent = error instanceof UserError && error.code === "control/no-answer";
    if (!isForced || !isSilent || keeper === null) throw error;
    host.processes.signal(keeper, "SIGKILL");
    await waitUntilGone(host, [keeper]);
    return await endLeftovers(host, tree);
  }
}

/** Ends what nobody keeps, when the guardian has done what it could; null if somebody keeps it. */
async function endUnkept(host: Host, tree: TreeId): Promise<Cleared | null> {
  const keeper = await outwaitGuardian(host, tree, null);
  return keeper === null ? await endLeftovers(host, tree) : null;
}

/** A tree that was taken down without its supervisor is over: nobody goes on with it. */
function conclude(host: Host, tree: TreeId): void {
  const record = readRecord(host, tree);
  if (record?.endedAt === null) concludeRecord(host, tree, record, "cancelled");
}

function layerOf(host: Host, tree: TreeId): LayerName | null {
  return readRecord(host, tree)?.containment ?? null;
}

function descendantsOf(host: Host, pid: number): readonly (ProcessId & { readonly command: string })[] {
  const found: (ProcessId & { readonly command: string })[] = [];
  const pending = [pid];
  while (pending.length > 0) {
    for (const child of host.processes.childrenOf(pending.pop()!)) {
      const row = host.processes.find(child);
      if (row === null) continue;
      const { startTime } = row;
      found.push({ pid: child, startTime, command: describeCommand(host.processes.commandOf(child), row) });
      pending.push(child);
    }
  }
  return found;
}
