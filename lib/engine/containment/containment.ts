/**
 * Which process belongs to which run, and ending what a run leaves behind.
 *
 * What belongs to a run is found by descent (`lineage.ts`) and by the layer that the machine has (`layer.ts`). What cannot
 * be told is left alone until the whole tree ends.
 *
 * Invariants:
 * 1. A signal goes to the process that was meant, never to a later one with its number (the port sees to it).
 * 2. A run is called clear only after a look that found nothing of it alive.
 * 3. What is found late, because it was forked meanwhile, is signalled when it is found: a sweep follows every death
 *    in the run, and what a death sets free comes to us. SIGKILL is for a whole control group, where there is one: it is
 *    held still, listed, and killed with all that it forks.
 */
import type { GroupLimits } from "../../config/plan.ts";
import { keyOf, livingRow } from "../../host/alive.ts";
import { Look } from "../../host/look.ts";
import type { GroupCounts } from "../../host/ports/control_groups.ts";
import type { Processes, ProcessId, ProcessRow, ReapedOrphan } from "../../host/ports/processes.ts";
import type { RunId } from "../../supervision/state.ts";
import { Event } from "../../sync/event.ts";
import { type Contained, newRun, type RunMark } from "./contained.ts";
import type { Layer, LayerName } from "./layer.ts";
import type { Unkept } from "../limits/actor_limits.ts";
import { keepLimits } from "../limits/keep_limits.ts";
import { LeftBehind } from "./left_behind.ts";
import { describeCommand, type Ledger } from "./ledger.ts";
import { Lineage } from "./lineage.ts";
import { markedProcesses } from "./marked.ts";
import { Orphanage } from "./orphanage.ts";

/** How often a sweep looks again for what was forked during the last look. */
const MOST_LOOKS = 100;

/** How many ended runs are remembered. */
const MOST_ENDED = 1_000;

/** A process that has got away. */
export interface Escaped {
  readonly row: ProcessRow;
  /** Address of the actor that it was of. */
  readonly path: string;
  /** How that is known, as a clause. */
  readonly why: string;
}

/** A run that is over. */
interface Ended extends Pick<RunMark, "path" | "marker"> {
  /** What was seen below its main process, and need not come to us when that dies; by identity. */
  readonly seen: ReadonlySet<string>;
}

/** See the module. */
export class Containment {
  readonly #processes: Processes;
  readonly #ledger: Ledger;
  readonly #layer: Layer;
  readonly #orphanage: Orphanage;
  readonly #lineage: Lineage;
  readonly #runs = new Map<RunId, Contained>();
  /** The latest runs that are over, by their main processes: what dies late is still in their sessions. */
  readonly #ended = new Map<number, Ended>();
  readonly #left: LeftBehind;
  /** The runs that are being started, and their marks. */
  readonly #starting = new Map<RunId, string>();
  /** The runs in which something was left on purpose. */
  readonly #leaving = new Set<RunId>();
  /** The runs in which something has died since the last sweep; null for whatever cannot be told. */
  readonly #due = new Set<RunId | null>();
  #begunEnding = new Event();

  /** @param orphanage Where what loses its parent comes to, if not to us. */
  constructor(processes: Processes, ledger: Ledger, layer: Layer, orphanage = new Orphanage(processes)) {
    this.#processes = processes;
    this.#orphanage = orphanage;
    this.#ledger = ledger;
    this.#layer = layer;
    this.#left = new LeftBehind(processes);
    this.#lineage = new Lineage({
      processes,
      layer,
      orphanage,
      runs: this.#runs,
      starting: this.#starting,
      isLeft: (row) => this.#left.has(row) || layer.isLeft(row.pid),
    });
  }

  /** The layer that is used. */
  get layer(): LayerName {
    return this.#layer.name;
  }

  /**
   * The control group that the main process of a run is to start in; null for none. `add` or `withdraw` follows.
   *
   * @throws {GroupError}
   */
  place(run: RunId, marker: string): string | null {
    this.#starting.set(run, marker);
    return this.#layer.place(run);
  }

  /** Limits the place of a run. @returns What cannot be kept. */
  limit(run: RunId, limits: GroupLimits): readonly Unkept[] {
    return keepLimits(this.#layer, run, limits);
  }

  /** What has been done to a run to keep limits. */
  countsOf(run: RunId): GroupCounts {
    return this.#layer.countsOf(run);
  }

  /** Takes back the place of a run that could not be started. */
  withdraw(run: RunId): void {
    this.#starting.delete(run);
    this.#layer.release(run, false);
  }

  /** Takes a run into account. @param command What is to be said of its main process. */
  add(mark: RunMark, command: string): void {
    const { run, path, main } = mark;
    this.#starting.delete(run);
    this.#runs.set(run, newRun(mark));
    this.#lineage.ours.add(main.pid);
    this.#ended.delete(main.pid);
    this.#ledger.see(main, path, command, false);
  }

  /** A process of ours takes orphans in, until the returned function is called. */
  addKeeper(keeper: ProcessId): () => void {
    const forget = this.addHelper(keeper.pid);
    const remove = this.#orphanage.add(keeper);
    return () => {
      forget();
      remove();
    };
  }

  /** The main process of a run has been reaped: from now on its number may be another's. */
  mainEnded(run: RunId): void {
    const contained = this.#runs.get(run);
    if (contained === undefined) return;
    contained.mainAlive = false;
    this.#lineage.ours.delete(contained.main.pid);
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
  orphanEnded(orphan: ReapedOrphan): string | null {
    const { row } = orphan;
    const owner = this.#lineage.ended(orphan);
    this.#sweepSoon(owner);
    const path = owner === null ? undefined : this.#runs.get(owner)?.path;
    return path ?? this.#ended.get(row.session)?.path ?? null;
  }

  /** Forgets a run; what is left of it, if anything, is nobody's from now on. */
  remove(run: RunId): void {
    const contained = this.#runs.get(run);
    if (contained === undefined) return;
    this.#lineage.ours.delete(contained.main.pid);
    if (contained.mainAlive) this.#lineage.outlived.add(keyOf(contained.main));
    this.#runs.delete(run);
    const { path, marker } = contained;
    const seen = new Set(this.#layer.name === "group" ? this.#lineage.seenOf(run) : []);
    this.#ended.set(contained.main.pid, { path, marker, seen });
    if (this.#ended.size > MOST_ENDED) this.#ended.delete(this.#ended.keys().next().value!);
    this.#lineage.remove(run);
    this.#layer.release(run, this.#leaving.delete(run));
  }

  /** A process of ours that is no actor's is alive until the returned function is called. */
  addHelper(pid: number): () => void {
    this.#lineage.ours.add(pid);
    return () => this.#lineage.ours.delete(pid);
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
    this.#begunEnding.set();
    if (signal === "SIGKILL" && !contained.mainOnly) this.#killTogether(contained);
    this.#sweep(contained);
  }

  /** Whether whatever dies is our child by then, so that we hear of it. */
  get hearsOfDeaths(): boolean {
    return this.#layer.name === "subreaper" && this.#orphanage.isOursAlone;
  }

  /** How many have died whose ends are yet to be told. */
  get unreaped(): number {
    return this.#orphanage.unreaped;
  }

  /** Whether the end of a zombie will be told. */
  willTellOf({ parent }: ProcessRow): boolean {
    return this.#orphanage.adopts(parent);
  }

  /** Whether anything is being ended. */
  get isEnding(): boolean {
    return [...this.#runs.values()].some(({ ending }) => ending !== null);
  }

  /** Waits until something is to be ended. */
  async untilEnding(): Promise<void> {
    await this.#begunEnding.wait();
    this.#begunEnding = new Event();
  }

  /** Looks again at all that is being ended: not every layer hears of every death. */
  lookAgain(): void {
    for (const contained of [...this.#runs.values()]) this.#sweep(contained);
  }

  /** Kills all that is left of the whole tree together, where the layer can, but for what was left on purpose. */
  killAllTogether(): void {
    this.#layer.kill(null, (row) => {
      this.#see(row, this.#ledger.pathOf(row) ?? null);
      this.#ledger.killed(row);
    });
  }

  /** Takes away what the layer has made. */
  close(): void {
    this.#layer.close();
  }

  /** Kills the main process of a run alone, and leaves the rest. */
  endMain(run: RunId, onClear: () => void): void {
    const contained = this.#runs.get(run);
    if (contained !== undefined) contained.mainOnly = true;
    this.end(run, "SIGKILL", onClear);
  }

  /**
   * Looks at what a run has started while its main process lives, because descent is gone with that: to be called before
   * anything asks it to end.
   */
  takeStock(run: RunId): void {
    const contained = this.#runs.get(run);
    if (contained !== undefined) this.#restOf(contained);
  }

  /** Lets go of what a run leaves behind on purpose. */
  leave(run: RunId): readonly ProcessRow[] {
    const contained = this.#runs.get(run);
    const rest = contained === undefined ? [] : this.#restOf(contained);
    this.#left.add(rest);
    if (rest.length > 0) this.#leaving.add(run);
    return rest;
  }

  /** What was left on purpose and is still there. */
  leftOnPurpose(): readonly ProcessRow[] {
    return this.#left.living();
  }

  /** The processes of a run that are alive, its main process included. */
  processesOf(run: RunId): readonly ProcessRow[] {
    const contained = this.#runs.get(run);
    return contained === undefined ? [] : [...this.#mainOf(contained), ...this.#restOf(contained)];
  }

  /** Every living process of the tree that belongs to no run that is known. */
  unattributed(): readonly ProcessRow[] {
    return this.#lineage.strays();
  }

  /**
   * Kills whatever bears the mark of a run that is not known yet, but for what belongs to one that is.
   *
   * @param path Address of the actor that it is of.
   * @returns How many that were.
   */
  killMarked(marker: string, path: string): number {
    const marked = markedProcesses(this.#processes, (one) => one === marker)
      .filter(({ row }) => !this.#isAnothers(row));
    for (const { row } of marked) {
      this.#see(row, path);
      this.#ledger.killed(row);
      this.#processes.signal(row, "SIGKILL");
    }
    return marked.length;
  }

  /**
   * What bears a mark of ours and is of a run that is over, wherever it is: where orphans do not come to us, descent does not
   * lead there. What was seen below a run's main process is of that run, whatever mark it bears.
   */
  escaped(): readonly Escaped[] {
    const ended = [...this.#ended.values()];
    const markers = new Set([...this.#runs.values(), ...ended].map(({ marker }) => marker));
    return markedProcesses(this.#processes, (marker) => markers.has(marker))
      .filter(({ row }) => !this.#left.has(row) && !this.#isAnothers(row))
      .flatMap(({ row, marker }): readonly Escaped[] => {
        const starter = ended.find(({ seen }) => seen.has(keyOf(row)));
        const of = starter ?? ended.find((one) => one.marker === marker);
        if (of === undefined) return [];
        const why = of.marker === marker
          ? `it bears the mark of "${of.path}"`
          : `"${of.path}" has started it`;
        return [{ row, path: of.path, why }];
      });
  }

  /** Whether a process belongs to a run that is not over, whatever mark it bears. */
  #isAnothers(row: ProcessRow): boolean {
    const housed = this.#layer.ownerOf(row.pid);
    return (housed !== null && this.#runs.has(housed)) || this.#lineage.runAbove(row) !== null;
  }

  #killTogether(contained: Contained): void {
    this.#layer.kill(contained, (row) => {
      contained.signalled.add(keyOf(row));
      this.#see(row, contained.path);
      this.#ledger.killed(row);
    });
  }

  /** Many may die at once, and are reaped one after the other: they are followed by one sweep. */
  #sweepSoon(run: RunId | null): void {
    if (this.#due.size === 0) queueMicrotask(() => this.#sweepDue());
    this.#due.add(run);
  }

  #sweepDue(): void {
    const due = new Set(this.#due);
    this.#due.clear();
    for (const contained of [...this.#runs.values()]) {
      if (due.has(null) || due.has(contained.run)) this.#sweep(contained);
    }
  }

  #sweep(contained: Contained): void {
    if (contained.ending === null) return;
    const look = new Look(this.#processes);
    for (let count = 0; count < MOST_LOOKS; count++) {
      const alive = this.#targetsOf(contained, look);
      if (alive.length === 0) return this.#clear(contained);
      const fresh = alive.filter((row) => !contained.signalled.has(keyOf(row)));
      if (fresh.length === 0) return;
      for (const row of fresh) this.#signal(contained, row);
    }
  }

  #targetsOf(contained: Contained, look: Look): readonly ProcessRow[] {
    if (contained.mainOnly) return this.#mainOf(contained);
    const rest = this.#restOf(contained, look);
    return contained.ending === "SIGKILL" ? [...this.#mainOf(contained), ...rest] : rest;
  }

  #mainOf({ main, mainAlive }: Contained): readonly ProcessRow[] {
    const row = mainAlive ? livingRow(this.#processes, main) : null;
    return row === null ? [] : [row];
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
  #restOf(contained: Contained, look = new Look(this.#processes)): readonly ProcessRow[] {
    const rest = this.#lineage.restOf(contained, look);
    for (const row of rest) this.#see(row, contained.path);
    return rest;
  }

  #see(row: ProcessRow, path: string | null): void {
    const isOrphan = this.#orphanage.adopts(row.parent) && !this.#lineage.ours.has(row.pid);
    this.#ledger.see(row, path, describeCommand(this.#processes.commandOf(row.pid), row), isOrphan);
  }
}
