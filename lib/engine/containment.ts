/**
 * Which process belongs to which run, and ending what a run leaves behind.
 *
 * Every descendant of this process is either below the main process of a run, or it is, or is below, an orphan that came
 * to us when its own parent died. An orphan is told by, in this order: where it was seen before, the session or group of
 * a run's main process, and the mark in its environment. What cannot be told is left alone until the whole tree ends.
 *
 * Invariants:
 * 1. A signal goes to the process that was meant, never to a later one with its number (the port sees to it).
 * 2. A run is called clear only after a look that found nothing of it alive.
 * 3. What is found late, because it was forked meanwhile, is signalled when it is found: a sweep follows every death
 *    in the run, and what a death sets free comes to us.
 */
import type { Signal } from "../base/signals.ts";
import type { Child, Processes, ProcessRow, ReapedOrphan } from "../host/ports/processes.ts";
import type { RunId } from "../supervision/state.ts";
import { RUN_VARIABLE } from "./environment.ts";
import { describeCommand, keyOf, type Ledger } from "./ledger.ts";

/** How often a sweep looks again for what was forked during the last look. */
const MOST_LOOKS = 100;

/** How many ended runs are remembered. */
const MOST_ENDED = 1_000;

/** A run as the containment knows it. */
interface Contained {
  readonly run: RunId;
  readonly path: string;
  readonly marker: string;
  readonly main: Child;
  mainAlive: boolean;
  /** Whether the end of the main process has been told: nothing is called clear before. */
  mainReported: boolean;
  /** The signal that is to end what is left; null while nothing is. */
  ending: Signal | null;
  /** Whether only the main process is to be ended. */
  mainOnly: boolean;
  readonly signalled: Set<string>;
  onClear: (() => void) | null;
}

/** See the module. */
export class Containment {
  readonly #processes: Processes;
  readonly #ledger: Ledger;
  readonly #runs = new Map<RunId, Contained>();
  /** Our children that are no orphans: main processes, and helpers such as probes. */
  readonly #ours = new Set<number>();
  /** Whose main processes the latest ended runs had: what dies late is still in their sessions. */
  readonly #ended = new Map<number, string>();
  /** What actors left behind on purpose: it is nobody's to end. */
  readonly #left = new Map<string, ProcessRow>();
  /** Where orphans and descendants were seen before, by identity. */
  readonly #known = new Map<string, RunId>();

  constructor(processes: Processes, ledger: Ledger) {
    this.#processes = processes;
    this.#ledger = ledger;
  }

  /** Takes a run into account. */
  add(run: RunId, path: string, marker: string, main: Child, command: string): void {
    const signalled = new Set<string>();
    this.#runs.set(run, {
      run,
      path,
      marker,
      main,
      mainAlive: true,
      mainReported: false,
      ending: null,
      mainOnly: false,
      signalled,
      onClear: null,
    });
    this.#ours.add(main.pid);
    this.#ended.delete(main.pid);
    this.#ledger.see(main, path, command, false);
  }

  /** The main process of a run has been reaped: from now on its number may be another's. */
  mainEnded(run: RunId): void {
    const contained = this.#runs.get(run);
    if (contained === undefined) return;
    contained.mainAlive = false;
    this.#ours.delete(contained.main.pid);
  }

  /** The end of a run's main process has been told; what it left behind may be called clear. */
  mainReported(run: RunId): void {
    const contained = this.#runs.get(run);
    if (contained === undefined) return;
    contained.mainReported = true;
    this.#sweep(contained);
  }

  /**
   * An orphan has been reaped; what it set free is swept, if its run is being ended.
   *
   * @returns Address of the actor that it belonged to; null if that cannot be told.
   */
  orphanEnded({ row }: ReapedOrphan): string | null {
    const owner = this.#ownerOf(row);
    this.#known.delete(keyOf(row));
    for (const contained of [...this.#runs.values()]) {
      if (owner === null || contained.run === owner) this.#sweep(contained);
    }
    const path = owner === null ? undefined : this.#runs.get(owner)?.path;
    return path ?? this.#ended.get(row.session) ?? null;
  }

  /** Forgets a run; what is left of it, if anything, is nobody's from now on. */
  remove(run: RunId): void {
    const contained = this.#runs.get(run);
    if (contained === undefined) return;
    this.#ours.delete(contained.main.pid);
    this.#runs.delete(run);
    this.#ended.set(contained.main.pid, contained.path);
    if (this.#ended.size > MOST_ENDED) this.#ended.delete(this.#ended.keys().next().value!);
    for (const [key, owner] of this.#known) if (owner === run) this.#known.delete(key);
  }

  /** A process of ours that is no actor's is alive until the returned function is called. */
  addHelper(pid: number): () => void {
    this.#ours.add(pid);
    return () => this.#ours.delete(pid);
  }

  /**
   * Ends everything of a run but a main process that is alive, with SIGTERM; or everything, with SIGKILL.
   *
   * @param onClear Called once, when nothing of the run is left.
   */
  end(run: RunId, signal: "SIGTERM" | "SIGKILL", onClear: () => void): void {
    const contained = this.#runs.get(run);
    if (contained === undefined) return onClear();
    if (contained.ending !== signal) contained.signalled.clear();
    contained.ending = signal;
    contained.onClear = onClear;
    this.#sweep(contained);
  }

  /** Kills the main process of a run alone, and leaves the rest. */
  endMain(run: RunId, onClear: () => void): void {
    const contained = this.#runs.get(run);
    if (contained !== undefined) contained.mainOnly = true;
    this.end(run, "SIGKILL", onClear);
  }

  /** Lets go of what a run leaves behind on purpose. */
  leave(run: RunId): readonly ProcessRow[] {
    const contained = this.#runs.get(run);
    const rest = contained === undefined ? [] : this.#restOf(contained);
    for (const row of rest) this.#left.set(keyOf(row), row);
    return rest;
  }

  /** What was left on purpose and is still there. */
  leftOnPurpose(): readonly ProcessRow[] {
    return [...this.#left.values()].filter((row) => {
      const now = this.#processes.find(row.pid);
      return now !== null && now.startTime === row.startTime && now.state !== "Z";
    });
  }

  /** The processes of a run that are alive, its main process included. */
  processesOf(run: RunId): readonly ProcessRow[] {
    const contained = this.#runs.get(run);
    return contained === undefined ? [] : [...this.#mainOf(contained), ...this.#restOf(contained)];
  }

  /** Every living descendant that belongs to no run that is known. */
  unattributed(): readonly ProcessRow[] {
    return this.#orphans().filter((row) => this.#ownerOf(row) === null).flatMap((row) => this.#subtree(row));
  }

  #sweep(contained: Contained): void {
    if (contained.ending === null) return;
    for (let look = 0; look < MOST_LOOKS; look++) {
      const alive = this.#targetsOf(contained);
      if (alive.length === 0) return this.#clear(contained);
      const fresh = alive.filter((row) => !contained.signalled.has(keyOf(row)));
      if (fresh.length === 0) return;
      for (const row of fresh) this.#signal(contained, row);
    }
  }

  #targetsOf(contained: Contained): readonly ProcessRow[] {
    if (contained.mainOnly) return this.#mainOf(contained);
    const rest = this.#restOf(contained);
    return contained.ending === "SIGKILL" ? [...this.#mainOf(contained), ...rest] : rest;
  }

  #mainOf({ main, mainAlive }: Contained): readonly ProcessRow[] {
    const row = mainAlive ? this.#processes.find(main.pid) : null;
    return row === null || row.startTime !== main.startTime || row.state === "Z" ? [] : [row];
  }

  #signal(contained: Contained, row: ProcessRow): void {
    contained.signalled.add(keyOf(row));
    this.#processes.signal(row, contained.ending!);
    if (contained.ending === "SIGKILL") this.#ledger.killed(row);
    // A stopped process does not hear SIGTERM before it goes on.
    else this.#processes.signal(row, "SIGCONT");
  }

  #clear(contained: Contained): void {
    if (!contained.mainReported) return;
    contained.ending = null;
    const { onClear } = contained;
    contained.onClear = null;
    onClear?.();
  }

  /** The living processes of a run beside its main process. */
  #restOf(contained: Contained): readonly ProcessRow[] {
    const below = contained.mainAlive
      ? this.#childrenOf(contained.main.pid).flatMap((row) => this.#subtree(row))
      : [];
    const escaped = this.#orphans().filter((row) => this.#ownerOf(row) === contained.run)
      .flatMap((row) => this.#subtree(row));
    const rest = [...below, ...escaped];
    for (const row of rest) {
      this.#known.set(keyOf(row), contained.run);
      const isOrphan = row.parent === this.#processes.ownPid;
      this.#ledger.see(
        row,
        contained.path,
        describeCommand(this.#processes.commandOf(row.pid), row),
        isOrphan,
      );
    }
    return rest;
  }

  /** Our children that we did not start: their own parents have died. */
  #orphans(): readonly ProcessRow[] {
    return this.#processes.childrenOf(this.#processes.ownPid)
      .filter((pid) => !this.#ours.has(pid))
      .map((pid) => this.#processes.find(pid))
      .filter((row): row is ProcessRow => row !== null && row.state !== "Z" && !this.#left.has(keyOf(row)));
  }

  #ownerOf(row: ProcessRow): RunId | null {
    const known = this.#known.get(keyOf(row));
    if (known !== undefined) return known;
    for (const { run, main } of this.#runs.values()) {
      if (row.session === main.pid || row.group === main.pid) return run;
    }
    const marker = this.#processes.variableOf(row.pid, RUN_VARIABLE);
    for (const contained of this.#runs.values()) if (contained.marker === marker) return contained.run;
    return null;
  }

  /** A process and all below it that is alive. */
  #subtree(root: ProcessRow): readonly ProcessRow[] {
    const found: ProcessRow[] = [];
    const pending = [root];
    while (pending.length > 0) {
      const row = pending.pop()!;
      found.push(row);
      pending.push(...this.#childrenOf(row.pid));
    }
    return found;
  }

  #childrenOf(pid: number): readonly ProcessRow[] {
    return this.#processes.childrenOf(pid).map((child) => this.#processes.find(child))
      .filter((row): row is ProcessRow => row !== null && row.state !== "Z" && row.parent === pid);
  }
}
