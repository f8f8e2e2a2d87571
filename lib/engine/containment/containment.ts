/**
 * Which process belongs to which run, and ending what a run leaves behind.
 *
 * The processes of a run are found by descent (`lineage.ts`) and by the layer that the machine has (`layer.ts`). A process
 * whose run cannot be told is left alone until the whole tree ends.
 *
 * Invariants:
 * 1. A signal goes to the process that was meant, never to a later one with its number (the port sees to it).
 * 2. A run is called clear only after a look that found nothing of it alive.
 * 3. A process that is found late, because it was forked meanwhile, is signalled when it is found: a sweep follows every
 *    death in the run, and a process that a death sets free comes to us. SIGKILL is for a whole control group, where there is
 *    one: it is held still, listed, and killed with all that it forks.
 */
import type { Signal } from "../../base/signals.ts";
import { limitErrorOf } from "../../base/limit_error.ts";
import { messageOf } from "../../base/user_error.ts";
import type { GroupLimits } from "../../config/plan.ts";
import { isSame, keyOf, livingRow } from "../../host/alive.ts";
import { howAlive, Hunt, type HuntingHost, passTogether, type Sighting } from "../../host/hunt.ts";
import { Look } from "../../host/look.ts";
import type { GroupCounts } from "../../host/ports/control_groups.ts";
import type { Processes, ProcessId, ProcessRow, ReapedOrphan } from "../../host/ports/processes.ts";
import type { Rest } from "../../supervision/rest.ts";
import type { RunId } from "../../supervision/state.ts";
import { Event } from "../../sync/event.ts";
import { type Contained, newRun, type RunMark } from "./contained.ts";
import type { Layer, LayerName } from "./layer.ts";
import type { Unkept } from "../limits/actor_limits.ts";
import { keepLimits } from "../limits/keep_limits.ts";
import { KnownRuns } from "./known_runs.ts";
import { LeftBehind } from "./left_behind.ts";
import { describeCommand, type Ledger } from "./ledger.ts";
import { Lineage } from "./lineage.ts";
import { markedProcesses } from "./marked.ts";
import { Orphanage } from "./orphanage.ts";

/** How long looks at what SIGKILL has left may fail until nobody waits for another one. */
const UNSEEN_PATIENCE_MS = 60_000;

/** How many ended runs are remembered. */
const MOST_ENDED = 1_000;

/** How many survivors of a run are named. */
const MOST_TOLD = 10;

/** A process that has got away. */
export interface Escaped {
  readonly row: ProcessRow;
  /** Address of the actor that it was of. */
  readonly path: string;
  /** How that is known, as a clause. */
  readonly why: string;
}

/** Told of what a run leaves behind on purpose. */
export interface EndMainOptions {
  /** Why that cannot be looked at; told once at most. */
  readonly onUnseen: (why: string) => void;
  /** Called once, when the main process is gone, with what it has left. */
  readonly onClear: (left: readonly ProcessRow[]) => void;
}

/** A run that is over. */
interface Ended extends Pick<RunMark, "path" | "marker"> {
  /** The processes that were seen below its main process, and need not come to us when that dies; by identity. */
  readonly seen: ReadonlySet<string>;
}

/** See the module. */
export class Containment {
  readonly #host: HuntingHost;
  readonly #processes: Processes;
  readonly #ledger: Ledger;
  readonly #layer: Layer;
  readonly #orphanage: Orphanage;
  readonly #lineage: Lineage;
  readonly #runs = new KnownRuns<Contained>();
  /** The latest runs that are over, by their main processes: what dies late is still in their sessions. */
  readonly #ended = new Map<number, Ended>();
  readonly #left: LeftBehind;
  #ownOutputs: readonly string[] | null = null;
  /** The runs that are being started, and their marks. */
  readonly #starting = new Map<RunId, string>();
  /** The runs in which something was left on purpose. */
  readonly #leaving = new Set<RunId>();
  /** The runs in which something has died since the last sweep; null for whatever cannot be told. */
  readonly #due = new Set<RunId | null>();
  #begunEnding = new Event();

  /** @param orphanage Where what loses its parent comes to, if not to us. */
  constructor(host: HuntingHost, ledger: Ledger, layer: Layer, orphanage = new Orphanage(host.processes)) {
    const { processes } = host;
    this.#host = host;
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

  /** The acts of the layer on a run to keep limits. */
  countsOf(run: RunId): GroupCounts {
    return this.#layer.countsOf(run);
  }

  /** Takes back the place of a run that could not be started. */
  withdraw(run: RunId): void {
    this.#starting.delete(run);
    this.#layer.release(run, false);
  }

  /** Takes a run into account. @param command What is to be said of its main process; null if nothing is. */
  add(mark: RunMark, command: string | null): void {
    const { run, path, main } = mark;
    this.#starting.delete(run);
    this.#runs.add(newRun(mark, this.#outputsOf(main.pid)));
    this.#lineage.ours.add(main.pid);
    this.#ended.delete(main.pid);
    if (command !== null) this.#ledger.see(main, path, command, false);
  }

  /** Outputs that tell whose a process is: not those that it has in common with us. */
  #outputsOf(pid: number): readonly string[] {
    this.#ownOutputs ??= this.#processes.outputsOf(this.#processes.ownPid);
    const ours = this.#ownOutputs;
    return this.#processes.outputsOf(pid).filter((output) => !ours.includes(output));
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

  /** The children of a client that bear the mark of a run are of that run, until the returned function is called. */
  addGuestsOf(client: ProcessId, marker: string): () => void {
    return this.#orphanage.addHost(client, marker);
  }

  /** The control group of a run that has begun; null for none. */
  groupOf(run: RunId): string | null {
    return this.#layer.place(run);
  }

  /** A living process of a run by its number; null if it has none of that number. */
  memberOf(run: RunId, pid: number): ProcessRow | null {
    const contained = this.#runs.get(run);
    if (contained === undefined || this.#processes.find(pid) === null) return null;
    const look = () =>
      this.#lineage.restOf(contained, new Look(this.#processes)).find((row) => row.pid === pid) ?? null;
    // One that lost its parent during the look may have been where that had looked already.
    return look() ?? look();
  }

  /** Another process of a run is its main one from now on; false if it is not there any more. `formerEnded` follows for the one before. */
  inherit(run: RunId, main: ProcessId): boolean {
    const contained = this.#runs.get(run);
    const row = livingRow(this.#processes, main);
    if (contained === undefined || row === null) return false;
    this.#see(row, contained.path);
    const formers = [...contained.formers, contained.main].filter((one) => !isSame(one, main));
    this.#setMain(contained, main, formers);
    this.#lineage.ours.add(main.pid);
    return true;
  }

  /** One that was the main process of a run before has ended. */
  formerEnded(run: RunId, former: ProcessId): void {
    const contained = this.#runs.get(run);
    if (contained === undefined) return;
    this.#setMain(contained, contained.main, contained.formers.filter((one) => !isSame(one, former)));
    if (contained.main.pid !== former.pid) this.#lineage.ours.delete(former.pid);
    if (contained.hunt !== null) this.#sweepSoon(run);
  }

  #setMain(contained: Contained, main: ProcessId, formers: readonly ProcessId[]): void {
    this.#runs.remove(contained);
    contained.formers = formers;
    contained.main = main;
    this.#runs.add(contained);
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
    if (contained.hunt !== null) this.#sweepSoon(run);
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
    for (const one of [contained.main, ...contained.formers]) this.#lineage.ours.delete(one.pid);
    for (const former of contained.formers) this.#lineage.outlives(former);
    if (contained.mainAlive) this.#lineage.outlives(contained.main);
    this.#runs.remove(contained);
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
    if (contained.hunt?.signal !== signal) contained.hunt = this.#huntFor(contained, signal);
    contained.onClear = onClear;
    this.#begunEnding.set();
    if (signal === "SIGKILL" && !contained.mainOnly) this.#killTogether(contained);
    this.#sweepSoon(run);
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
    return this.#runs.all().some(({ hunt }) => hunt !== null);
  }

  /** Whether no death will tell that a look is due: it is not heard of here, or the last look has failed. */
  get isToLookAgain(): boolean {
    return this.isEnding &&
      (!this.hearsOfDeaths || this.#runs.all().some(({ sighting }) => sighting?.seen === "unknown"));
  }

  /** The rest of a run after SIGKILL. */
  restOf(run: RunId): Rest {
    const contained = this.#runs.get(run);
    if (contained === undefined) return { found: "nothing" };
    this.#sweepAll([contained]);
    const { hunt, sighting } = contained;
    // A sweep that finds nothing has told so.
    if (hunt === null || sighting === null) return { found: "ending" };
    const isLate = hunt.ageMs > UNSEEN_PATIENCE_MS;
    switch (sighting.seen) {
      case "unknown":
        return { found: "unknown", why: sighting.why, isFinal: isLate };
      case "nothing":
        // The end of our own child is about to be told; that of another's may never be.
        return { found: this.#processes.isStarted(contained.main.pid) || !isLate ? "ending" : "nothing" };
      case "some": {
        const { rows, survivors } = sighting;
        if (survivors.length === 0 && !isLate) return { found: "ending" };
        const processes = survivors.length > 0
          ? survivors.map((row) => ({ pid: row.pid, how: howAlive(hunt, row) }))
          : rows.map(({ pid }) => ({ pid, how: "new" as const }));
        return { found: "survivors", processes: processes.slice(0, MOST_TOLD) };
      }
    }
  }

  /** Waits until something is to be ended. */
  async untilEnding(): Promise<void> {
    await this.#begunEnding.wait();
    this.#begunEnding = new Event();
  }

  /** Looks again at all that is being ended: not every layer hears of every death. A run without a look yet will have one. */
  lookAgain(): void {
    this.#sweepAll(this.#runs.all().filter(({ sighting }) => sighting !== null));
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

  /**
   * Kills the main process of a run alone, if it lives, and lets go of the rest. While that cannot be looked at, the run is not
   * over, and another look follows.
   */
  endMain(run: RunId, { onUnseen, onClear }: EndMainOptions): void {
    const contained = this.#runs.get(run);
    if (contained === undefined) return onClear([]);
    if (!contained.mainOnly) contained.onUnseen = onUnseen;
    contained.mainOnly = true;
    this.end(run, "SIGKILL", () => onClear(contained.left));
  }

  /**
   * Looks at what runs have started while their main processes live, because descent is gone with these: to be called before
   * anything asks them to end. A look that fails leaves it at what else tells of a process.
   */
  takeStock(runs: readonly RunId[]): void {
    const living = runs.map((run) => this.#runs.get(run)).filter((one) => one !== undefined);
    if (living.length === 0) return;
    try {
      this.#lineage.restOfAll(living, ({ path }, rest) => {
        for (const row of rest) this.#see(row, path);
      });
    } catch (error) {
      if (limitErrorOf(error) === null) throw error;
    }
  }

  /** The processes that were left on purpose and are still there. */
  leftOnPurpose(): readonly ProcessRow[] {
    return this.#left.living();
  }

  /** The processes of a run that are alive, its main process included. */
  processesOf(run: RunId): readonly ProcessRow[] {
    const contained = this.#runs.get(run);
    return contained === undefined ? [] : [...this.#mainOf(contained), ...this.#restOf(contained)];
  }

  /** Sends a signal to all processes of a run that a look finds; to its main process alone if that cannot look. */
  signalAll(run: RunId, signal: Signal): void {
    const contained = this.#runs.get(run);
    if (contained === undefined) return;
    let rows: readonly ProcessId[];
    try {
      rows = this.processesOf(run);
    } catch (error) {
      if (limitErrorOf(error) === null) throw error;
      rows = contained.mainAlive ? [contained.main] : [];
    }
    for (const row of rows) this.#processes.signal(row, signal);
  }

  /** Every living process of the tree that belongs to no run that is known. */
  unattributed(look = new Look(this.#processes)): readonly ProcessRow[] {
    return this.#lineage.strays(look);
  }

  /** The processes that bear the mark of a run that is not known yet, but for those that belong to a known run. */
  markedWith(marker: string): readonly ProcessRow[] {
    return markedProcesses(this.#processes, (one) => one === marker).map(({ row }) => row)
      .filter((row) => !this.#isAnothers(row));
  }

  /** A process of an actor is about to be killed that is of no run that is known. */
  willKill(row: ProcessRow, path: string): void {
    this.#see(row, path);
    this.#ledger.killed(row);
  }

  /**
   * The processes that bear a mark of ours and are of a run that is over, wherever they are: where orphans do not come to
   * us, descent does not lead there. A process that was seen below a run's main process is of that run, whatever its mark.
   */
  escaped(): readonly Escaped[] {
    const ended = [...this.#ended.values()];
    const markers = new Set([...this.#runs.all(), ...ended].map(({ marker }) => marker));
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

  #huntFor(contained: Contained, signal: "SIGTERM" | "SIGKILL"): Hunt {
    return new Hunt(this.#host, {
      signal,
      look: (look) => this.#targetsOf(contained, signal, look),
      ...(signal === "SIGKILL" ? { onSignal: (row) => this.#ledger.killed(row) } : {}),
    });
  }

  /**
   * The kernel does not reach everybody in a group, such as a process without its first thread, and nobody where the group cannot
   * be opened for want of a descriptor: the hunt kills those that it finds.
   */
  #killTogether(contained: Contained): void {
    try {
      this.#layer.kill(contained, (row) => {
        this.#see(row, contained.path);
        this.#ledger.killed(row);
      });
    } catch (error) {
      if (limitErrorOf(error) === null) throw error;
    }
  }

  /** Many die at once, and are reaped one after the other: one sweep follows all whose turn has come by then. */
  #sweepSoon(run: RunId | null): void {
    this.#due.add(run);
    if (this.#due.size === 1) this.#host.clock.turn(() => this.#sweepDue());
  }

  #sweepDue(): void {
    const due = [...this.#due];
    this.#due.clear();
    const runs = due.includes(null)
      ? this.#runs.all()
      : due.map((run) => this.#runs.get(run!)).filter((one) => one !== undefined);
    this.#sweepAll(runs);
  }

  /** One look for all of them. */
  #sweepAll(runs: readonly Contained[]): void {
    const due = runs.filter((contained): contained is Contained & { hunt: Hunt } => contained.hunt !== null);
    const sightings = passTogether(due.map(({ hunt }) => hunt), this.#host);
    for (const [index, contained] of due.entries()) this.#seen(contained, sightings[index]!);
  }

  #seen(contained: Contained, sighting: Sighting): void {
    contained.sighting = sighting;
    if (sighting.seen === "nothing") this.#clear(contained);
    // No death tells that it can be looked at again.
    else if (sighting.seen === "unknown") this.#begunEnding.set();
  }

  #targetsOf(contained: Contained, signal: Signal, look: Look): readonly ProcessRow[] {
    if (contained.mainOnly) return this.#mainOf(contained);
    const rest = this.#restOf(contained, look);
    return signal === "SIGKILL" ? [...this.#mainOf(contained), ...rest] : rest;
  }

  #mainOf({ main, mainAlive }: Contained): readonly ProcessRow[] {
    const row = mainAlive ? livingRow(this.#processes, main) : null;
    return row === null ? [] : [row];
  }

  #clear(contained: Contained): void {
    if (!contained.mainReported || (contained.mainOnly && !this.#leave(contained))) return;
    contained.hunt = null;
    const { onClear } = contained;
    contained.onClear = null;
    onClear?.();
  }

  /** Lets go of what a run leaves behind on purpose. @returns False if it cannot be looked at now: then another look follows. */
  #leave(contained: Contained): boolean {
    try {
      contained.left = this.#restOf(contained);
    } catch (error) {
      if (limitErrorOf(error) === null) throw error;
      const why = messageOf(error);
      contained.sighting = { seen: "unknown", why };
      contained.onUnseen?.(why);
      contained.onUnseen = null;
      this.#begunEnding.set();
      return false;
    }
    this.#left.add(contained.left);
    if (contained.left.length > 0) this.#leaving.add(contained.run);
    return true;
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
