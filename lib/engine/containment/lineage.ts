/**
 * Tells which process descends from which. Every process of the tree is either below the main process of a run, or it is, or is below, an
 * orphan that came to us, or to another one that takes them in (`orphanage.ts`), when its own parent died. An orphan is told
 * by, in this order: the control group that it is in, where it was seen before, the session or group of a run's main process,
 * the mark in its environment, the output that it was handed, and the isolator that it came to. A mark comes after descent, because a process may hand its own
 * on to one of another actor: a server that starts programs in the environment of its clients has children with their marks.
 */
import { isAlive, isSame, keyOf } from "../../host/alive.ts";
import { type Find, findAll, Look } from "../../host/look.ts";
import type { Processes, ProcessId, ProcessRow, ReapedOrphan } from "../../host/ports/processes.ts";
import type { RunId } from "../../supervision/state.ts";
import { RUN_VARIABLE } from "../environment.ts";
import type { Contained, RunMark } from "./contained.ts";
import type { KnownRuns } from "./known_runs.ts";
import type { Layer } from "./layer.ts";
import type { Orphanage } from "./orphanage.ts";
import { Sightings } from "./sightings.ts";

/** A run, as far as its descendants are concerned. */
export interface Ancestor extends RunMark {
  /** Those that were its main process before, and may live. */
  readonly formers: readonly ProcessId[];
  readonly mainAlive: boolean;
}

/** The parts of a lineage. */
export interface LineageOptions {
  readonly processes: Processes;
  readonly layer: Layer;
  readonly orphanage: Orphanage;
  /** The runs that there are now. */
  readonly runs: Pick<
    KnownRuns<Contained>,
    "has" | "ofMain" | "ofSession" | "ofMarker" | "ofOutputs" | "onlyAt"
  >;
  /** The marks of runs that are being started, which may have processes already. */
  readonly starting: ReadonlyMap<RunId, string>;
  /** Whether a process was left behind on purpose: then it is nobody's. */
  readonly isLeft: (row: ProcessRow) => boolean;
}

/** The orphans, as one look has found them. */
interface Listed {
  readonly look: Look;
  readonly edition: number;
  readonly byKey: ReadonlyMap<string, ProcessRow>;
  readonly byOwner: ReadonlyMap<RunId | null, readonly ProcessRow[]>;
}

/** See the module. */
export class Lineage {
  readonly #options: LineageOptions;
  /** Our children that are no orphans: main processes, and helpers such as probes. */
  readonly ours: Set<number> = new Set();
  /** Main processes that were given up: they belong to no run any more. */
  readonly #outlived = new Map<number, ProcessId>();
  /** The last list of orphans, and what it was made for. */
  #listed: Listed | null = null;
  /** Where orphans and descendants were seen before. */
  readonly #known = new Sightings();

  constructor(options: LineageOptions) {
    this.#options = options;
  }

  /**
   * The living descendants of a run beside its main process, and what else its layer knows of.
   *
   * @param look May be shared by runs whose main processes had ended before: what is listed for one of them serves all then.
   */
  restOf(run: Ancestor, look: Look): readonly ProcessRow[] {
    return look.take((find) => this.#restOf(run, find, look));
  }

  /** The same of many runs in one look. @param tell Told of each run, again if the look is repeated. */
  restOfAll<Run extends Ancestor>(
    runs: readonly Run[],
    tell: (run: Run, rest: readonly ProcessRow[]) => void,
  ): void {
    const look = new Look(this.#options.processes);
    look.takeTogether(runs.map((run) => () => {
      tell(run, this.restOf(run, look));
      return false;
    }));
  }

  /** Every living process that belongs to no run that is known. */
  strays(look: Look): readonly ProcessRow[] {
    return look.take((find) => this.#strays(find));
  }

  #restOf(run: Ancestor, find: Find, look: Look): readonly ProcessRow[] {
    const { layer, isLeft } = this.#options;
    const rest = new Map<string, ProcessRow>();
    for (const row of layer.membersOf(run, find, look)) {
      if (!isSame(row, run.main) && !isLeft(row)) rest.set(keyOf(row), row);
    }
    for (const row of this.#descendantsOf(run, rest, find, look)) {
      if (rest.has(keyOf(row))) continue;
      const owner = layer.ownerOf(row.pid);
      if (owner === null || owner === run.run) rest.set(keyOf(row), row);
    }
    for (const row of rest.values()) this.#known.add(row, run.run);
    return [...rest.values()];
  }

  #strays(find: Find): readonly ProcessRow[] {
    const { layer, isLeft } = this.#options;
    const found = new Map<string, ProcessRow>();
    for (const row of this.#orphans(find)) {
      if (this.ownerOf(row) === null && !this.#isStarting(row)) {
        for (const one of this.#subtree(row, find)) found.set(keyOf(one), one);
      }
    }
    for (const row of layer.everyone(find)) {
      if (!this.#isHoused(row) && !isLeft(row)) found.set(keyOf(row), row);
    }
    return [...found.values()];
  }

  /** The run that an orphan belongs to which has been reaped; it is forgotten. */
  ended(orphan: ReapedOrphan): RunId | null {
    const housed = this.#options.layer.ownerOfReaped(orphan);
    const owner = housed !== null && this.#options.runs.has(housed) ? housed : this.ownerOf(orphan.row);
    this.#known.forget(orphan.row);
    return owner;
  }

  /** The run below whose main process, which lives, a process is; null if there is none. */
  runAbove(row: ProcessRow): RunId | null {
    const { processes, runs } = this.#options;
    const seen = new Set<number>();
    for (let above: ProcessRow | null = row; above !== null && !seen.has(above.pid);) {
      const run = runs.ofMain(above);
      if (run !== undefined && (run.mainAlive || !isSame(run.main, above))) return run.run;
      seen.add(above.pid);
      above = processes.find(above.parent);
    }
    return null;
  }

  /** Those that were seen as a run's, by identity. */
  seenOf(run: RunId): ReadonlySet<string> {
    return this.#known.of(run);
  }

  /** The main process of a run is given up. */
  outlives(main: ProcessId): void {
    this.#outlived.set(main.pid, main);
  }

  /** Forgets a run. */
  remove(run: RunId): void {
    this.#known.forgetRun(run);
  }

  /** The run that a process belongs to; null if that cannot be told. */
  ownerOf(row: ProcessRow): RunId | null {
    const { processes, layer, runs } = this.#options;
    const housed = layer.ownerOf(row.pid);
    if (housed !== null && runs.has(housed)) return housed;
    const seenIn = this.#known.runOf(row) ?? runs.ofSession(row)?.run;
    if (seenIn !== undefined) return seenIn;
    const marker = processes.variableOf(row.pid, RUN_VARIABLE);
    const marked = marker === null ? undefined : runs.ofMarker(marker);
    if (marked !== undefined) return marked.run;
    // A server may clear its environment for a title, and make a session for each of its processes, as PostgreSQL does.
    const heard = runs.ofOutputs(processes.outputsOf(row.pid));
    if (heard !== undefined) return heard.run;
    // Of an isolator that has one run alone all orphans are of that one: so the last run of a tree takes along what is left.
    // But what is being started there is no orphan.
    if (this.#options.starting.size > 0) return null;
    return runs.onlyAt(row.parent)?.run ?? null;
  }

  #isHoused({ pid }: ProcessRow): boolean {
    const owner = this.#options.layer.ownerOf(pid);
    return owner !== null && (this.#options.runs.has(owner) || this.#options.starting.has(owner));
  }

  #isStarting({ pid }: ProcessRow): boolean {
    const { processes, starting } = this.#options;
    if (starting.size === 0) return false;
    const marker = processes.variableOf(pid, RUN_VARIABLE);
    return marker !== null && [...starting.values()].includes(marker);
  }

  /** @param known Those that are known to be of the run, by identity. */
  #descendantsOf(
    run: Ancestor,
    known: ReadonlyMap<string, ProcessRow>,
    find: Find,
    look: Look,
  ): readonly ProcessRow[] {
    const below = run.mainAlive ? this.#childrenOf(run.main.pid, find) : [];
    const formers = findAll(find, run.formers.map(({ pid }) => pid))
      .filter((row) => run.formers.some((former) => isSame(former, row)));
    const { byKey, byOwner } = this.#orphansOf(look, find);
    const escaped = new Set([
      ...[...known.keys()].map((key) => byKey.get(key)).filter((row) => row !== undefined),
      ...byOwner.get(run.run) ?? [],
    ].filter(({ pid }) => find(pid) !== null));
    return [...below, ...formers, ...escaped].flatMap((row) => this.#subtree(row, find))
      .filter((row) => !isSame(row, run.main));
  }

  /** The orphans, and whose they are: one list for all runs that are looked at in one look, until that finds somebody dead. */
  #orphansOf(look: Look, find: Find): Listed {
    const { edition } = look;
    if (this.#listed?.look === look && this.#listed.edition === edition) return this.#listed;
    const rows = this.#orphans(find);
    const byKey = new Map(rows.map((row) => [keyOf(row), row]));
    const byOwner = Map.groupBy(rows, (row) => this.ownerOf(row));
    return this.#listed = { look, edition, byKey, byOwner };
  }

  /** Processes that nobody here has started: their own parents have died. */
  #orphans(find: Find): readonly ProcessRow[] {
    const { processes, orphanage, isLeft } = this.#options;
    // A process that has just been started need not have been told to us yet.
    const isOurs = (pid: number) => {
      if (this.ours.has(pid)) return true;
      const outlived = this.#outlived.get(pid);
      return processes.isStarted(pid) && (outlived === undefined || !isAlive(processes, outlived));
    };
    return orphanage.rows(find, isOurs).filter((row) => !isLeft(row));
  }

  /** A process and all below it that is alive. */
  #subtree(root: ProcessRow, find: Find): readonly ProcessRow[] {
    const found: ProcessRow[] = [];
    const pending = [root];
    while (pending.length > 0) {
      const row = pending.pop()!;
      found.push(row);
      pending.push(...this.#childrenOf(row.pid, find));
    }
    return found;
  }

  #childrenOf(pid: number, find: Find): readonly ProcessRow[] {
    return findAll(find, this.#options.processes.childrenOf(pid)).filter((row) => row.parent === pid);
  }
}
