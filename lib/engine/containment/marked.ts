import { type Find, findAll, lookAtAll } from "../../host/look.ts";
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
  const isBearer = (marker: string | null) => marker !== null && isMeant(marker);
  const rows = lookAtAll(processes, (find, pids, settle) => {
    const findBearer = (pid: number) => {
      const marker = markerOf(processes, find, pid, settle);
      if (!isBearer(marker)) return null;
      const row = find(pid);
      if (row !== null) marked.set(row, marker!);
      return row;
    };
    return findAll(findBearer, pids);
  });
  return rows.map((row) => ({ row, marker: marked.get(row)! }));
}

/**
 * The mark that a process bears; null if it bears none. One that shows an environment lives, and needs not be found: only of
 * the others it has to be told which are dead, for the sake of those that they have forked. One that shows an environment
 * without a mark is none of those that are looked for, whatever it becomes, and is not asked again.
 */
function markerOf(
  processes: Processes,
  find: Find,
  pid: number,
  settle: (pid: number) => void,
): string | null {
  const shown = processes.shownVariable(pid, RUN_VARIABLE);
  if (shown === null) settle(pid);
  if (shown !== undefined) return shown;
  const row = find(pid);
  if (row === null || row.rss === 0) return null;
  const marker = processes.variableOf(pid, RUN_VARIABLE);
  if (marker === null) find(pid);
  return marker;
}
