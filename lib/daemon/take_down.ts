/** Ends a tree from outside, and verifies by the process table that nothing of it is left. */
import { after } from "../base/instant.ts";
import type { EndReport } from "../control/protocol.ts";
import { RUN_VARIABLE } from "../engine/environment.ts";
import { describeCommand, type ReceiptLine, type Survivor } from "../engine/ledger.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import { notRunning } from "./find_tree.ts";
import type { TreeId } from "./tree_id.ts";
import { readRecord } from "./tree_record.ts";

/** What a teardown came to. */
export interface Receipt {
  /** How many processes of the tree are left that should not be. */
  readonly left: number;
  readonly processes: readonly ReceiptLine[];
  readonly survivors: readonly Survivor[];
  readonly leftOnPurpose: readonly Survivor[];
}

/** How long the supervisor's own processes may take to go after their last word. */
const FAREWELL_MS = 10_000;
const LOOK_EVERY_MS = 5;

/** Waits for the tree's own processes to be gone too, looks for what bears its mark, and makes the receipt. */
export async function receiptOf(host: Host, report: EndReport): Promise<Receipt> {
  const lasting = await waitUntilGone(host, report.own);
  const known = new Set([...report.survivors, ...report.leftOnPurpose].map((one) => one.pid));
  const marked = markedProcesses(host, report.instance).filter((one) => !known.has(one.pid));
  const survivors = [
    ...report.survivors,
    ...marked,
    ...lasting.map((id) => survivorOf(host, id.pid, "supervise itself")),
  ];
  return {
    left: survivors.length,
    processes: report.processes,
    survivors,
    leftOnPurpose: report.leftOnPurpose,
  };
}

/** Those of `processes` that are still there after a while. */
export async function waitUntilGone(
  host: Host,
  processes: readonly ProcessId[],
): Promise<readonly ProcessId[]> {
  const deadline = after(host.clock.now(), FAREWELL_MS);
  let there = processes.filter((id) => isThere(host, id));
  while (there.length > 0 && host.clock.now() < deadline) {
    await pause(host, LOOK_EVERY_MS);
    there = there.filter((id) => isThere(host, id));
  }
  return there;
}

/** Processes whose environment says that they belong to a run of this supervisor. */
function markedProcesses(host: Host, instance: string): readonly Survivor[] {
  return host.processes.table()
    .filter((row) => row.state !== "Z")
    .filter((row) => host.processes.variableOf(row.pid, RUN_VARIABLE)?.startsWith(`${instance}.`) === true)
    .map((row) => survivorOf(host, row.pid, "it bears the mark of the tree"));
}

function survivorOf(host: Host, pid: number, why: string): Survivor {
  return { pid, command: describeCommand(host.processes.commandOf(pid), host.processes.find(pid)), why };
}

function isThere(host: Host, { pid, startTime }: ProcessId): boolean {
  const row = host.processes.find(pid);
  if (row === null || row.startTime !== startTime) return false;
  // Whoever else is the parent of what has ended may be slow to reap it; it is gone all the same.
  return row.state !== "Z" || row.parent === host.processes.ownPid;
}

function pause(host: Host, ms: number): Promise<void> {
  return new Promise((resolve) => host.clock.schedule(after(host.clock.now(), ms), resolve));
}

/**
 * Ends a tree whose supervisor does not answer: kills the supervisor, upon which its guardian kills everything below.
 *
 * @throws {UserError} `tree/not-running` if there is no supervisor.
 */
export async function forceDown(host: Host, tree: TreeId): Promise<Receipt> {
  const holder = await host.sockets.holderOf(tree.lock);
  const row = holder === null ? null : host.processes.find(holder.pid);
  if (row === null) throw notRunning(host, tree);
  const guardian = readRecord(host, tree)?.guardian;
  const below = descendantsOf(host, row.pid);
  host.processes.signal(row, "SIGKILL");
  const own = guardian?.pid === row.parent ? [row, guardian] : [row];
  // A guardian that somebody has stopped would not hear of it.
  if (own.length > 1) host.processes.signal(own[1]!, "SIGCONT");
  const lasting = await waitUntilGone(host, [...own, ...below]);
  const survivors = lasting.map((id) => survivorOf(host, id.pid, "it outlived SIGKILL"));
  const processes = below.filter((one) => !lasting.includes(one)).map((one): ReceiptLine => ({
    pid: one.pid,
    path: null,
    command: one.command,
    ended: "gone",
    code: null,
    signal: null,
    orphan: false,
  }));
  return { left: survivors.length, processes, survivors, leftOnPurpose: [] };
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
