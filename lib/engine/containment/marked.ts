import type { Processes, ProcessRow } from "../../host/ports/processes.ts";
import { RUN_VARIABLE } from "../environment.ts";

/** A process that bears the mark of a run. */
export interface Marked {
  readonly row: ProcessRow;
  readonly marker: string;
}

/** All living processes that bear the mark of a run, of whatever tree, wherever they are. Looks at every process of the machine. */
export function markedProcesses(processes: Processes): readonly Marked[] {
  return processes.table().flatMap((row) => {
    const marker = row.state === "Z" ? null : processes.variableOf(row.pid, RUN_VARIABLE);
    return marker === null ? [] : [{ row, marker }];
  });
}
