/** The receipt of a teardown: every process that was seen, how each ended, and that none is left. */
import { LAYER_LABELS, type LayerName } from "../../engine/containment/layer.ts";
import type { ReceiptLine, Survivor } from "../../engine/containment/ledger.ts";
import { countedProcesses, grouped } from "../../base/counted.ts";
import { someLines } from "../../base/name_some.ts";
import type { Receipt } from "../../daemon/receipt.ts";
import { cutTo } from "./cut.ts";
import type { Painter } from "./paint.ts";
import { printable } from "./printable.ts";
import { renderTable } from "./table.ts";

const LONGEST_COMMAND = 60;

/** So many processes of a kind have a line, unless all are to be told. */
const MOST_LINES = 20;

/**
 * The receipt for people: a summary, and every process if `all`.
 *
 * @param columns Those of the terminal; Infinity where there is none.
 */
export function renderReceipt(
  receipt: Receipt,
  all: boolean,
  paint: Painter,
  columns = Infinity,
): string {
  const { processes, survivors, leftOnPurpose, unattributed, containment, unseen } = receipt;
  const lines = all && processes.length > 0 ? [renderProcesses(processes, paint, columns)] : [];
  const unlisted = receipt.counts.total - processes.length;
  if (all && unlisted > 0) lines.push(`not listed: ${grouped(unlisted)} more that had ended before these`);
  for (
    const [label, some] of [
      [paint.red("survivor"), survivors],
      [paint.yellow("left on purpose"), leftOnPurpose],
      [paint.yellow("unattributed"), unattributed],
    ] as const
  ) {
    const texts = some.map((one) => describeSurvivor(one));
    lines.push(...someLines(texts, all ? Infinity : MOST_LINES).map((text) => `${label}: ${text}`));
  }
  if (containment !== null) lines.push(describeContainment(containment));
  for (const what of unseen) lines.push(`${paint.yellow("not seen")}: ${what}`);
  return [...lines, summaryOf(receipt, paint)].join("\n");
}

/** The receipt for JSON. */
export function receiptFields(
  { left, containment, unseen, processes, counts, survivors, leftOnPurpose, unattributed }: Receipt,
): Record<string, unknown> {
  const unlisted = counts.total - processes.length;
  return { left, containment, unseen, processes, counts, unlisted, survivors, leftOnPurpose, unattributed };
}

/** The containment of a tree. */
function describeContainment(layer: LayerName): string {
  return `contained by: ${LAYER_LABELS[layer].label}`;
}

function summaryOf({ left, counts }: Receipt, paint: Painter): string {
  const { total, exit, signal, killed, gone, orphans } = counts;
  const parts = [
    [exit, "exited"],
    [signal, "ended by a signal"],
    [killed, "killed"],
    [gone, "gone unseen"],
    [orphans, orphans === 1 ? "was an orphan" : "were orphans"],
  ].filter(([number]) => number !== 0).map(([number, what]) => `${grouped(Number(number))} ${what}`);
  const number = countedProcesses(total);
  const detail = parts.length === 0 ? "" : ` (${parts.join(", ")})`;
  const verdict = left === 0 ? paint.green("0 left") : paint.red(`${grouped(left)} left`);
  return `receipt: ${number}${detail}, ${verdict}`;
}

function renderProcesses(processes: readonly ReceiptLine[], paint: Painter, columns: number): string {
  const rows = processes.map((line) => [
    { text: String(line.pid), right: true },
    { text: line.path ?? "(unattributed)" },
    { text: describeEnd(line), paint: line.ended === "killed" ? paint.red : paint.dim },
    { text: line.orphan ? "orphan" : "" },
    { text: cut(line.command) },
  ]);
  return renderTable(rows, columns);
}

function describeEnd({ ended, code, signal }: ReceiptLine): string {
  switch (ended) {
    case "exit":
      return `exit ${code}`;
    case "signal":
      return String(signal);
    case "killed":
      return "killed";
    case "gone":
      return "gone";
  }
}

function describeSurvivor({ pid, command, why }: Survivor): string {
  return `${pid} ${cut(command)} (${why})`;
}

function cut(command: string): string {
  return cutTo(printable(command.replace(/\s+/g, " ")), LONGEST_COMMAND);
}
