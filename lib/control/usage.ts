/** What the processes of the actors use of the machine. */
import type { ProcessRow } from "../host/ports/processes.ts";

/** What a process and all below it use. */
export interface Usage {
  /** Percent of one core. */
  readonly cpu: number;
  /** Bytes. */
  readonly rss: number;
}

/** Shorter spans between two samples say too little about the processor. */
const SHORTEST_SPAN_MS = 200;

interface Sample {
  readonly cpuMs: number;
  readonly atMs: number;
}

/** Measures usage; processor time is what was used since the last measure, or over the life of a process at the first. */
export class UsageMeter {
  #samples = new Map<number, Sample>();

  /** @param startedMs When each process started, in milliseconds of the clock of `nowMs`. */
  measure(
    table: readonly ProcessRow[],
    startedMs: ReadonlyMap<number, number>,
    nowMs: number,
  ): ReadonlyMap<number, Usage> {
    const children = Map.groupBy(table, (row) => row.parent);
    const byPid = new Map(table.map((row) => [row.pid, row]));
    const samples = new Map<number, Sample>();
    const usages = new Map<number, Usage>();
    for (const [pid, started] of startedMs) {
      const root = byPid.get(pid);
      if (root === undefined) continue;
      const rows = subtree(root, children);
      const cpuMs = rows.reduce((sum, row) => sum + row.cpuMs, 0);
      const before = this.#samples.get(pid) ?? { cpuMs: 0, atMs: started };
      const spanMs = Math.max(1, nowMs - before.atMs);
      const cpu = Math.max(0, Math.round((cpuMs - before.cpuMs) / spanMs * 1_000) / 10);
      usages.set(pid, { cpu, rss: rows.reduce((sum, row) => sum + row.rss, 0) });
      samples.set(pid, spanMs >= SHORTEST_SPAN_MS ? { cpuMs, atMs: nowMs } : before);
    }
    this.#samples = samples;
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
