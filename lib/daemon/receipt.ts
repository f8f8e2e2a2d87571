/** The receipt of a teardown: what was ended, and by the process table that nothing of it is left. */
import type { EndReport } from "../control/protocol.ts";
import type { StopAccount } from "../engine/containment/account.ts";
import { LAYER_LABELS, type LayerName } from "../engine/containment/layer.ts";
import {
  type Counts,
  describeCommand,
  type ReceiptLine,
  type Survivor,
} from "../engine/containment/ledger.ts";
import { markedProcesses } from "../engine/containment/marked.ts";
import type { Host } from "../host/ports/host.ts";
import type { TreeId } from "./tree_id.ts";
import { marksOf } from "./tree_key.ts";
import { waitUntilGone } from "./wait_until_gone.ts";

/** The result of a teardown. */
export interface Receipt {
  /** How many processes of the tree are left that should not be. */
  readonly left: number;
  /** The latest of the processes that were seen: a thousand at most. */
  readonly processes: readonly ReceiptLine[];
  /** How many were seen, and how they ended. */
  readonly counts: Counts;
  readonly survivors: readonly Survivor[];
  readonly leftOnPurpose: readonly Survivor[];
  /** Processes of which it cannot be told whether, or how, they belong to what was ended. They are not ended, and not counted. */
  readonly unattributed: readonly Survivor[];
  /** The layer that contained its processes; null if that is not known. */
  readonly containment: LayerName | null;
  /** The blind spots and their reasons, as clauses. */
  readonly unseen: readonly string[];
}

/** Looks for what bears the tree's mark, waits for the tree's own processes to be gone too, and makes the receipt. */
export async function receiptOf(host: Host, tree: TreeId, report: EndReport): Promise<Receipt> {
  // The supervisor and its guardian end meanwhile; since the report neither of them has anything that it could start.
  const isClear = markedOf(host, tree, report).length === 0;
  const lasting = await waitUntilGone(host, report.own);
  const marked = isClear ? [] : markedOf(host, tree, report);
  const survivors = [
    ...report.survivors,
    ...marked,
    ...lasting.map((id) => survivorOf(host, id.pid, "supervise itself")),
  ];
  return {
    left: survivors.length,
    processes: report.processes,
    counts: report.counts,
    survivors,
    leftOnPurpose: report.leftOnPurpose,
    unattributed: [],
    ...seenBy(host, report.containment),
  };
}

/** The receipt of a stop. */
export function receiptOfStop(host: Host, account: StopAccount, containment: LayerName): Receipt {
  return { ...account, left: account.survivors.length, ...seenBy(host, containment) };
}

/** Processes that bear the mark of a run of a tree that has ended, beside those that its supervisor tells of. */
function markedOf(host: Host, tree: TreeId, report: EndReport): readonly Survivor[] {
  const { instance, survivors, leftOnPurpose } = report;
  const marks = marksOf(host, tree);
  if (marks === null) return [];
  const known = new Set([...survivors, ...leftOnPurpose].map((one) => one.pid));
  return markedProcesses(host.processes, (mark) => marks.read(mark)?.instance === instance)
    .filter(({ row }) => !known.has(row.pid)).map(({ row }) =>
      survivorOf(host, row.pid, "it bears the mark of the tree")
    );
}

/** A process that is left. */
export function survivorOf(host: Host, pid: number, why: string): Survivor {
  return { pid, command: describeCommand(host.processes.commandOf(pid), host.processes.find(pid)), why };
}

/** The layer that contained its processes, and its blind spots. */
export function seenBy(host: Host, containment: LayerName | null): Pick<Receipt, "containment" | "unseen"> {
  const { hidden } = host.facts();
  const unseen = containment === null ? null : LAYER_LABELS[containment].unseen;
  const processes = hidden === null ? null : `the processes of other users, which /proc hides (${hidden})`;
  return { containment, unseen: [unseen, processes].filter((one) => one !== null) };
}
