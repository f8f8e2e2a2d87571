/** Ends a tree from outside, and verifies by the process table that nothing of it is left. */
import { after } from "../base/instant.ts";
import type { EndReport } from "../control/protocol.ts";
import { RUN_VARIABLE } from "../engine/environment.ts";
import { describeCommand, type ReceiptLine, type Survivor } from "../engine/ledger.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessId } from "../host/ports/processes.ts";

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
  // Whoever became the parent of what has ended may be slow to reap it; it is gone all the same.
  return row !== null && row.startTime === startTime && row.state !== "Z";
}

function pause(host: Host, ms: number): Promise<void> {
  return new Promise((resolve) => host.clock.schedule(after(host.clock.now(), ms), resolve));
}
