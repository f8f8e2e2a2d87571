/** The use of the machine by the processes of the actors. */
import type { NodeId } from "../config/plan.ts";
import type { ProcessRow } from "../host/ports/processes.ts";

/** The use of the machine by a process and all below it. */
export interface Usage {
  /** Percent of one core. */
  readonly cpu: number;
  /** Bytes. */
  readonly rss: number;
}

/** Shorter spans between two samples say too little about the processor. */
const SHORTEST_SPAN_MS = 200;

/** A process, and when it started. */
export interface ProcessStart {
  readonly pid: number;
  /** In milliseconds of the clock that measures are told the time of. */
  readonly startedMs: number;
}

interface Sample extends Pick<ProcessStart, "pid"> {
  readonly cpuMs: number;
  readonly atMs: number;
}

/** Measures usage; processor time is what was used since the last measure, or over the life of a process at the first. */
export class UsageMeter {
  readonly #samples = new Map<NodeId, Sample>();

  /** @param mains The main processes of some actors: nothing is forgotten of the others. */
  measure(
    table: readonly ProcessRow[],
    mains: ReadonlyMap<NodeId, ProcessStart>,
    nowMs: number,
  ): ReadonlyMap<NodeId, Usage> {
    const children = Map.groupBy(table, (row) => row.parent);
    const byPid = new Map(table.map((row) => [row.pid, row]));
    const usages = new Map<NodeId, Usage>();
    for (const [id, { pid, startedMs }] of mains) {
      const root = byPid.get(pid);
      if (root === undefined) continue;
      const rows = subtree(root, children);
      const cpuMs = rows.reduce((sum, row) => sum + row.cpuMs, 0);
      const sample = this.#samples.get(id);
      const before = sample?.pid === pid ? sample : { pid, cpuMs: 0, atMs: startedMs };
      const spanMs = Math.max(1, nowMs - before.atMs);
      const cpu = Math.max(0, Math.round((cpuMs - before.cpuMs) / spanMs * 1_000) / 10);
      usages.set(id, { cpu, rss: rows.reduce((sum, row) => sum + row.rss, 0) });
      this.#samples.set(id, spanMs >= SHORTEST_SPAN_MS ? { pid, cpuMs, atMs: nowMs } : before);
    }
    return usages;
  }
}

function subtree(
  root: ProcessRow,
  children: ReadonlyMap<number, readonly ProcessRow[]>,
): readonly ProcessRow[] {
  const found: ProcessRow[] = [];
  const pending = [root];
  while (pending.length > 0) {
    const row = pending.pop()!;
    found.push(row);
    pending.push(...(children.get(row.pid) ?? []));
  }
  return found;
}
