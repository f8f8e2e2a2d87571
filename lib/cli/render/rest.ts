/** The processes that a program had to end before its own end, in one line. */
import { countedProcesses, grouped } from "../../base/counted.ts";
import { nameSome } from "../../base/name_some.ts";
import type { Rest } from "../../daemon/adopted.ts";
import type { ReceiptLine } from "../../engine/containment/ledger.ts";
import { cutTo } from "./cut.ts";
import { printable } from "./printable.ts";

const LONGEST_COMMAND = 40;
const MOST_NAMED = 8;

/** The line; null if there was nothing to end. */
export function renderRest({ ended, count: total, survivors }: Rest): string | null {
  if (total + survivors.length === 0) return null;
  const left = survivors.length === 0
    ? "0 left"
    : `${grouped(survivors.length)} left: ${
      nameSome(survivors.map((one) => `${one.pid} ${cut(one.command)} (${one.why})`))
    }`;
  const named = ended.slice(0, MOST_NAMED).map((one) => `${one.pid} ${cut(one.command)} (${howOf(one)})`);
  const which = total === 0 ? "" : `: ${nameSome(named, MOST_NAMED, total)}`;
  return `ended ${countedProcesses(total)} that had been left behind${which}; ${left}`;
}

function howOf({ ended, code, signal }: ReceiptLine): string {
  if (ended === "exit") return `exit ${code}`;
  return ended === "signal" ? String(signal) : ended;
}

function cut(command: string): string {
  return cutTo(printable(command.replace(/\s+/g, " ")), LONGEST_COMMAND);
}
