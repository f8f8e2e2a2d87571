import type { Processes, ProcessRow } from "../../host/ports/processes.ts";

/** How often a look is repeated: whatever forks and dies is alive at one of them. */
const MOST_REPEATS = 100;

/** Finds a process that was listed; null if it is dead. */
export type Find = (pid: number) => ProcessRow | null;

/**
 * Looks at processes that are listed first, and found one by one then. In between one may fork and die: it is found dead,
 * and its child was not listed. So a look that finds nothing alive says nothing if it found somebody dead that had not been
 * found so before, and is repeated.
 *
 * To be used within one turn, in which nothing is reaped here: a storm of forks leaves many dead, each of which is found once.
 */
export class Look {
  readonly #processes: Processes;
  readonly #dead = new Set<number>();
  /** Those of the dead that nobody but us can reap. */
  readonly #ours = new Set<number>();

  constructor(processes: Processes) {
    this.#processes = processes;
  }

  /** @param list Lists and finds; gives what is alive. */
  take(list: (find: Find) => readonly ProcessRow[]): readonly ProcessRow[] {
    for (let repeats = 0;; repeats++) {
      const known = this.#dead.size;
      const found = list((pid) => this.#find(pid));
      if (found.length > 0 || this.#dead.size === known || repeats === MOST_REPEATS) return found;
    }
  }

  #find(pid: number): ProcessRow | null {
    if (this.#ours.has(pid)) return null;
    const row = this.#processes.find(pid);
    if (row !== null && row.state !== "Z") return row;
    this.#dead.add(pid);
    if (row?.parent === this.#processes.ownPid) this.#ours.add(pid);
    return null;
  }
}

/** Reads a table of processes again that is empty: who forks and dies while it is read is not in it, nor its child. */
export function readTwice(read: () => readonly ProcessRow[]): readonly ProcessRow[] {
  const rows = read();
  return rows.length > 0 ? rows : read();
}

/** Finds processes of a list, which are alive. Who came last may be the first to go, and is looked for first. */
export function findAll(find: Find, pids: readonly number[]): readonly ProcessRow[] {
  return pids.toReversed().map(find).filter((row) => row !== null).reverse();
}
