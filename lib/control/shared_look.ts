import type { ProcessRow } from "../host/ports/processes.ts";

/**
 * The table of processes, looked up once for all who have asked before the look: it is read from /proc, file by file, and a
 * thousand requests at once would take the supervisor's time for seconds.
 */
export class SharedLook {
  readonly #look: () => readonly ProcessRow[];
  #table: readonly ProcessRow[] = [];
  #count = 0;

  /** @param look Looks the table up. */
  constructor(look: () => readonly ProcessRow[]) {
    this.#look = look;
  }

  /** How often it was looked up. */
  get count(): number {
    return this.#count;
  }

  /** A table that was looked up after it had been so often. */
  since(count: number): readonly ProcessRow[] {
    if (this.#count > count) return this.#table;
    this.#count += 1;
    return this.#table = this.#look();
  }
}
