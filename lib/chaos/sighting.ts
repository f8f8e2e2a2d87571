/** Looks at the process table for the processes of a tree, by marks and by descent, and remembers whose each is. */
import type { Marks } from "../engine/containment/marks.ts";
import { ACTOR_VARIABLE, GUEST_VARIABLE, RUN_VARIABLE } from "../engine/environment.ts";
import { isAlive, isDead, keyOf } from "../host/alive.ts";
import type { Processes, ProcessId, ProcessRow } from "../host/ports/processes.ts";
import type { NodeId } from "../config/plan.ts";
import type { RunId } from "../supervision/state.ts";

/** A living process of a run. */
export interface Seen extends ProcessId {
  readonly path: NodeId;
  readonly run: RunId;
  /** Whether a client runs it beside the actor: it is the client's child. */
  readonly isGuest: boolean;
}

/** The result of one look. */
export interface Sighting {
  /** The living processes of runs, guests included. */
  readonly seen: readonly Seen[];
  /** Whether a process is alive now that all others have been seen: then it was alive beside each of them. */
  readonly lasting: (process: ProcessId) => boolean;
}

/** How the processes of a tree are known. */
export interface TableWatchOptions {
  readonly processes: Processes;
  readonly marks: Marks;
  /** The life of the tree that is meant. */
  readonly instance: string;
}

/** The processes of supervise itself, below which those of actors are. */
export type OwnProcesses = readonly ProcessId[];

/** A run's own number for a process, told by the supervisor, where the table does not show it. */
export interface ToldMain {
  readonly pid: number;
  readonly path: NodeId;
  readonly run: RunId;
}

interface Known {
  readonly path: NodeId;
  readonly run: RunId;
  readonly isGuest: boolean;
}

/** See the module. A process that was seen once keeps its run, also when it has lost its mark and its parents. */
export class TableWatch {
  readonly #options: TableWatchOptions;
  readonly #known = new Map<string, Known>();
  /** Processes that are known to be none of the tree's. */
  readonly #foreign = new Set<string>();

  constructor(options: TableWatchOptions) {
    this.#options = options;
  }

  /** @param told Main processes whose environment may not show their mark any more: some programs write over it. */
  look(own: OwnProcesses, told: readonly ToldMain[]): Sighting {
    const { processes } = this.#options;
    const rows = processes.pids().filter((pid) => pid !== processes.ownPid).map((pid) => processes.find(pid))
      .filter((row) => row !== null).filter((row) => !isDead(row));
    const byPid = new Map(rows.map((row) => [row.pid, row]));
    const isOwn = new Set(own.map(keyOf));
    for (const row of rows) this.#meet(row, isOwn, told);
    // A child is met before its parent where numbers have begun anew, so that descent is followed when all were met.
    const seen = rows.flatMap((row): readonly Seen[] => {
      const known = isOwn.has(keyOf(row)) ? null : this.#ownerOf(row, byPid, isOwn);
      return known === null ? [] : [{ pid: row.pid, startTime: row.startTime, ...known }];
    });
    this.#forget(rows);
    return {
      seen,
      lasting: (process) => isAlive(processes, process),
    };
  }

  #meet(row: ProcessRow, own: ReadonlySet<string>, told: readonly ToldMain[]): void {
    const key = keyOf(row);
    if (this.#known.has(key) || this.#foreign.has(key) || own.has(key)) return;
    const { processes } = this.#options;
    const shown = processes.shownVariable(row.pid, RUN_VARIABLE);
    const run = this.#markOf(row.pid);
    const path = run === null ? null : processes.variableOf(row.pid, ACTOR_VARIABLE);
    if (run !== null && path !== null) {
      const isGuest = processes.variableOf(row.pid, GUEST_VARIABLE) !== null;
      this.#known.set(key, { path: path as NodeId, run, isGuest });
      return;
    }
    const isBelow = this.#isBelow(row, own);
    const main = isBelow ? told.find(({ pid }) => pid === row.pid) : undefined;
    if (main !== undefined) this.#known.set(key, { path: main.path, run: main.run, isGuest: false });
    else if (shown === null && !isBelow) this.#foreign.add(key);
  }

  #markOf(pid: number): RunId | null {
    const { processes, marks, instance } = this.#options;
    const mark = marks.read(processes.variableOf(pid, RUN_VARIABLE));
    return mark !== null && mark.instance === instance ? mark.run : null;
  }

  /** Whether a process is somewhere below processes that are known or supervise's own: it may be about to become one of a run. */
  #isBelow(row: ProcessRow, own: ReadonlySet<string>): boolean {
    const { processes } = this.#options;
    const passed = new Set<number>();
    for (let above = processes.find(row.parent); above !== null && !passed.has(above.pid);) {
      const key = keyOf(above);
      if (own.has(key) || this.#known.has(key)) return true;
      passed.add(above.pid);
      above = processes.find(above.parent);
    }
    return false;
  }

  #ownerOf(row: ProcessRow, byPid: ReadonlyMap<number, ProcessRow>, own: ReadonlySet<string>): Known | null {
    const passed: ProcessRow[] = [];
    for (let at: ProcessRow | undefined = row; at !== undefined && !own.has(keyOf(at));) {
      const known = this.#known.get(keyOf(at));
      if (known !== undefined) {
        for (const one of passed) this.#known.set(keyOf(one), known);
        return known;
      }
      if (passed.includes(at)) return null;
      passed.push(at);
      at = byPid.get(at.parent);
    }
    return null;
  }

  /** Those that are gone for good, as keys are not used again. */
  #forget(rows: readonly ProcessRow[]): void {
    const alive = new Set(rows.map(keyOf));
    for (const key of this.#known.keys()) if (!alive.has(key)) this.#known.delete(key);
    for (const key of this.#foreign) if (!alive.has(key)) this.#foreign.delete(key);
  }
}
