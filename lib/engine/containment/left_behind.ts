import { isAlive, keyOf } from "../../host/alive.ts";
import type { Processes, ProcessRow } from "../../host/ports/processes.ts";

/** Processes that actors left behind on purpose: the supervisor does not end them. */
export class LeftBehind {
  readonly #processes: Processes;
  readonly #rows = new Map<string, ProcessRow>();

  constructor(processes: Processes) {
    this.#processes = processes;
  }

  add(rows: readonly ProcessRow[]): void {
    for (const row of rows) this.#rows.set(keyOf(row), row);
  }

  has(row: ProcessRow): boolean {
    return this.#rows.has(keyOf(row));
  }

  /** Those that are still there. */
  living(): readonly ProcessRow[] {
    return [...this.#rows.values()].filter((row) => isAlive(this.#processes, row));
  }
}
