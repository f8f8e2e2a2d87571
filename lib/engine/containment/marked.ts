import { lookWhere } from "../../host/look.ts";
import type { Processes, ProcessRow } from "../../host/ports/processes.ts";
import { RUN_VARIABLE } from "../environment.ts";

/** A process that bears the mark of a run. */
export interface Marked {
  readonly row: ProcessRow;
  readonly marker: string;
}

/** All living processes that bear a mark which is meant, wherever they are. Looks at every process of the machine. */
export function markedProcesses(
  processes: Processes,
  isMeant: (marker: string) => boolean,
): readonly Marked[] {
  const marked = new Map<ProcessRow, string>();
  const rows = lookWhere(processes, (row) => {
    const marker = processes.variableOf(row.pid, RUN_VARIABLE);
    if (marker === null || !isMeant(marker)) return false;
    marked.set(row, marker);
    return true;
  });
  return rows.map((row) => ({ row, marker: marked.get(row)! }));
}
