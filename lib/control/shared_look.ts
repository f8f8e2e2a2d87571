import type { Processes, ProcessRow } from "../host/ports/processes.ts";

/** Of so many the processes are looked up one by one, with all below them; of more, the whole table is. */
const MOST_ONE_BY_ONE = 4;

/**
 * Processes, looked up once for all who have asked before the look: they are read from /proc, file by file, and a thousand
 * requests at once would take the supervisor's time for seconds. A request for a few of them does without the table.
 */
export class SharedLook {
  readonly #processes: Pick<Processes, "table" | "find" | "childrenOf">;
  #rows: readonly ProcessRow[] = [];
  /** Those that were meant by the last look; null if all were. */
  #meant: ReadonlySet<number> | null = new Set();
  #count = 0;

  constructor(processes: Pick<Processes, "table" | "find" | "childrenOf">) {
    this.#processes = processes;
  }

  /** How often it was looked. */
  get count(): number {
    return this.#count;
  }

  /** Some processes, all that are below them, and perhaps others, by a look that was made after so many others. */
  since(count: number, pids: readonly number[]): readonly ProcessRow[] {
    if (pids.length === 0) return [];
    const meant = this.#meant;
    if (this.#count > count && (meant === null || pids.every((pid) => meant.has(pid)))) return this.#rows;
    this.#count += 1;
    const isFew = pids.length <= MOST_ONE_BY_ONE;
    this.#meant = isFew ? new Set(pids) : null;
    return this.#rows = isFew ? this.#familiesOf(pids) : this.#processes.table();
  }

  #familiesOf(pids: readonly number[]): readonly ProcessRow[] {
    const rows = new Map<number, ProcessRow>();
    const pending = [...pids];
    for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
      const row = rows.has(pid) ? null : this.#processes.find(pid);
      if (row === null) continue;
      rows.set(pid, row);
      pending.push(...this.#processes.childrenOf(pid));
    }
    return [...rows.values()];
  }
}
