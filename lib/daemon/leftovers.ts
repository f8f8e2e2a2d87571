/**
 * The leftovers of a tree whose supervisor and guardian were killed in one instant: nobody was there to end its actors.
 * The record says that the tree never ended, and a process of it is in its control group, bears a mark that is proven to be
 * its own, or is tied to one that does (`ties.ts`). Processes that actors leave behind on purpose are not meant: a tree that left them
 * has ended in order.
 */
import { KILL_PATIENCE_MS } from "../base/kill_patience.ts";
import { ControlGroupLayer } from "../engine/containment/control_group_layer.ts";
import { ACTOR_VARIABLE, RUN_VARIABLE } from "../engine/environment.ts";
import {
  type Counts,
  countsOf,
  describeCommand,
  NONE_ENDED,
  type ReceiptLine,
  type Survivor,
} from "../engine/containment/ledger.ts";
import { survivorOf, survivorsOf } from "../engine/containment/final_sweep.ts";
import type { Mark, Marks } from "../engine/containment/marks.ts";
import { type Foreign, tiesOf } from "../engine/containment/ties.ts";
import { keyOf } from "../host/alive.ts";
import { Hunt, huntDown, type Sighting } from "../host/hunt.ts";
import { type Find, findWhere, lookAtAll } from "../host/look.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessId, ProcessRow } from "../host/ports/processes.ts";
import type { RunId } from "../supervision/state.ts";
import { presentOf } from "./holder.ts";
import type { TreeId } from "./tree_id.ts";
import { recordedGroup } from "./tree_groups.ts";
import { marksOf } from "./tree_key.ts";
import { readRecord, type TreeRecord } from "./tree_record.ts";
import { pause } from "./wait_until_gone.ts";

/** The fate of the leftovers. */
export interface Cleared {
  readonly processes: readonly ReceiptLine[];
  readonly counts: Counts;
  readonly survivors: readonly Survivor[];
  /** Those that are tied to the tree, but are another user's: they are not ended. */
  readonly unattributed: readonly Survivor[];
}

/** The fate of those that were ended. */
type Ended = Omit<Cleared, "unattributed">;

const NOTHING: Cleared = { processes: [], counts: NONE_ENDED, survivors: [], unattributed: [] };

/** How long SIGTERM is given: the actors' own grace periods are not known here. */
const GRACE_MS = 2_000;

/** How many processes are left of a tree that never ended, and that nobody looks after any more. */
export function countLeftovers(host: Host, tree: TreeId): number {
  const lost = lostInstance(host, tree);
  return lost === null ? 0 : new Leftovers(host, lost).look().length;
}

/** How many processes bear the mark of a tree that does not run, also those that were left on purpose. */
export function countMarked(host: Host, tree: TreeId): number {
  return new Leftovers(host, anyInstance(host, tree)).look().length;
}

/**
 * Ends what is left of a tree that never ended; none of it if this very program runs in it.
 *
 * @param ownGuardian The guardian that the next supervisor has from the last one: it looks after nothing else.
 */
export async function endLeftovers(
  host: Host,
  tree: TreeId,
  ownGuardian: ProcessId | null = null,
): Promise<Cleared> {
  const lost = lostInstance(host, tree, ownGuardian);
  return lost === null ? NOTHING : await endFromOutside(host, new Leftovers(host, lost));
}

/**
 * Ends what is left of a tree of which nothing is known, as what removes old files may have removed its record: it may have
 * been killed, or have ended in order and left something on purpose.
 *
 * @param isLeft Told the address of an actor: whether it leaves something behind on purpose, which is spared then.
 */
export async function endUnknown(
  host: Host,
  tree: TreeId,
  isLeft: (actor: string | null) => boolean,
): Promise<Cleared> {
  const isKept = (_: RunId, { pid }: ProcessRow) => isLeft(host.processes.variableOf(pid, ACTOR_VARIABLE));
  const leftovers = new Leftovers(host, anyInstance(host, tree), isKept);
  // Most trees of which nothing is known have never been up.
  return leftovers.look().length === 0 ? NOTHING : await endFromOutside(host, leftovers);
}

async function endFromOutside(host: Host, leftovers: Leftovers): Promise<Cleared> {
  const around = new Set(ancestorsOf(host, host.processes.ownPid).map(({ pid }) => pid));
  const isAround = (row: ProcessRow) => around.has(row.pid) && row.pid !== host.processes.ownPid;
  if (leftovers.look().some(isAround)) {
    return { ...NOTHING, survivors: leftovers.around(isAround) };
  }
  const unattributed = leftovers.foreign();
  const ended = await leftovers.end();
  leftovers.close();
  return { ...ended, unattributed };
}

/** Kills what bears the mark of a tree, for a guardian that no orphan comes to. @returns How many processes that were. */
export async function killLost(host: Host, lost: Lost): Promise<number> {
  const leftovers = new Leftovers(host, lost);
  return (await leftovers.kill()).counts.total;
}

/**
 * Ends the runs of an instance but for some, whose processes are not to be ended here: neither those that bear their marks, nor
 * those that descend from their main processes, whatever marks they bear.
 *
 * @param kept Those runs, by their main processes.
 */
export async function endRuns(
  host: Host,
  lost: Lost,
  kept: readonly (ProcessId & { readonly run: RunId })[],
): Promise<Cleared> {
  const runs = new Set(kept.map(({ run }) => run));
  const mains = new Set(kept.map(keyOf));
  const isKept: IsKept = (run, row, isHoused) =>
    runs.has(run) || (!isHoused && ancestorsOf(host, row.pid).some((one) => mains.has(keyOf(one))));
  const leftovers = new Leftovers(host, lost, isKept);
  leftovers.look();
  const unattributed = leftovers.foreign();
  return { ...await leftovers.end(), unattributed };
}

/** By what the processes of an instance are known. */
export interface Lost {
  /** The instance; null for any of the tree. */
  readonly instance: string | null;
  /** Their control group; null if they had none. */
  readonly group: string | null;
  /** The marks of the tree; null if its key is lost. */
  readonly marks: Marks | null;
}

/** Whether a text is a mark of an instance that is lost. */
export function isMarkOf({ instance, marks }: Lost, text: string | null): boolean {
  return markOf({ instance, marks }, text) !== null;
}

function markOf({ instance, marks }: Pick<Lost, "instance" | "marks">, text: string | null): Mark | null {
  const mark = marks?.read(text) ?? null;
  return mark !== null && (instance === null || mark.instance === instance) ? mark : null;
}

/** The instance of a tree that never ended and has neither supervisor nor guardian, but our own; null if it is not so. */
function lostInstance(host: Host, tree: TreeId, ownGuardian: ProcessId | null = null): Lost | null {
  const record = readRecord(host, tree);
  // A broken record does not tell its instance: each process that bears a mark of the tree may be of the last one.
  if (record === null) return isUnknown(host, tree) ? null : anyInstance(host, tree);
  if (record.endedAt !== null || record.instance === undefined) return null;
  const { supervisor, guardian } = presentOf(host, tree, record);
  const isOwn = guardian !== null && ownGuardian !== null && keyOf(guardian) === keyOf(ownGuardian);
  if (supervisor !== null || (guardian !== null && !isOwn)) return null;
  return lostBy(host, tree, record);
}

/** The instance that a record is about. */
export function lostBy(host: Host, tree: TreeId, record: TreeRecord): Lost {
  const { instance } = record;
  // A record without an instance is about none that has started anything.
  const marks = instance === undefined ? null : marksOf(host, tree);
  return { instance: instance ?? null, group: recordedGroup(tree, record), marks };
}

/** Whether there is no record of a tree at all. */
export function isUnknown(host: Host, { record }: TreeId): boolean {
  return !host.files.exists(record);
}

/** The processes that bear the mark of any instance. */
function anyInstance(host: Host, tree: TreeId): Lost {
  return { instance: null, group: null, marks: marksOf(host, tree) };
}

/** Which processes are spared. A run is told by its control group if the process `isHoused`, else by the mark. */
type IsKept = (run: RunId, row: ProcessRow, isHoused: boolean) => boolean;

/** The processes of one instance, found anew at every look. */
class Leftovers {
  readonly #host: Host;
  readonly #lost: Lost;
  readonly #layer: ControlGroupLayer | null;
  readonly #isKept: IsKept | null;
  /** A process that was found once stays known, also when all its traces are gone. */
  readonly #known = new Map<string, ReceiptLine>();
  readonly #killed = new Set<string>();
  /** The processes of other users that the last look has found. */
  #foreign: readonly Foreign[] = [];

  /** @param isKept Of which runs nothing is meant; null if everything is, also what is of no run. */
  constructor(host: Host, lost: Lost, isKept: IsKept | null = null) {
    this.#host = host;
    this.#isKept = isKept;
    this.#lost = lost;
    this.#layer = lost.group === null ? null : new ControlGroupLayer(host, lost.group);
  }

  /**
   * Those that live now. This program itself, and the tree that it starts, are none of them.
   *
   * @param meet Told of each that bears the mark as soon as it is found: a moment later it may have forked and died.
   */
  look(meet: (row: ProcessRow) => void = () => {}): readonly ProcessRow[] {
    if (this.#lost.marks === null && this.#layer === null) return [];
    const asked = new Map<number, ProcessRow>();
    return lookAtAll(this.#host.processes, (find, pids) => this.#look(find, pids, { asked, meet }));
  }

  /** @param asked Everybody who was found alive in this look and those that it repeats; some may have died since. */
  #look(
    find: Find,
    pids: readonly number[],
    { asked, meet }: { readonly asked: Map<number, ProcessRow>; readonly meet: (row: ProcessRow) => void },
  ): readonly ProcessRow[] {
    const { processes } = this.#host;
    const askedBefore = [...asked.keys()];
    const bearers = findWhere(find, pids, (row) => {
      asked.set(row.pid, row);
      const isMeant = this.#known.has(keyOf(row)) || this.#isMarked(row);
      if (isMeant) meet(row);
      return isMeant;
    });
    if (bearers.length > 0) {
      for (const pid of askedBefore) if (find(pid) === null) asked.delete(pid);
    }
    const { tied, foreign } = tiesOf(bearers, {
      rows: [...asked.values()],
      userOf: (pid) => processes.userOf(pid),
      isAlive: (pid) => asked.has(pid) || pid === processes.ownPid,
    });
    // A control group outranks descent: what is in that of a run which is kept is kept.
    const found = new Map(
      tied.filter((row) => !this.#isHousedElsewhere(row)).map((row) => [row.pid, row]),
    );
    for (const row of this.#layer?.everyone(find) ?? []) {
      if (row.pid !== processes.ownPid && this.#isMeant(row, this.#layer!.ownerOf(row.pid), true)) {
        found.set(row.pid, row);
      }
    }
    this.#foreign = foreign.filter(({ row }) => !found.has(row.pid) && !this.#isHousedElsewhere(row));
    for (const row of found.values()) this.#see(row);
    return [...found.values()].sort((a, b) => a.pid - b.pid);
  }

  /** Those of other users that are tied to the tree, and are not ended. */
  foreign(): readonly Survivor[] {
    return this.#foreign.map(({ row, through }) => ({
      pid: row.pid,
      command: describeCommand(this.#host.processes.commandOf(row.pid), row),
      why: `it is another user's: it cannot be told whether ${through.pid}, of the tree, has started it`,
    }));
  }

  /** Asks all of them to end, and kills what does not. */
  async end(): Promise<Ended> {
    await this.#hunt("SIGTERM", GRACE_MS);
    return await this.kill();
  }

  /** Kills all of them. */
  async kill(): Promise<Ended> {
    const { hunt, sighting } = await this.#hunt("SIGKILL", KILL_PATIENCE_MS);
    const alive = new Set(sighting.seen === "some" ? sighting.rows.map(keyOf) : []);
    const processes = [...this.#known].filter(([key]) => !alive.has(key)).map(([key, line]): ReceiptLine =>
      this.#killed.has(key) ? { ...line, ended: "killed", signal: "SIGKILL" } : line
    );
    return { processes, counts: countsOf(processes), survivors: survivorsOf(this.#host, hunt, sighting) };
  }

  async #hunt(
    signal: "SIGTERM" | "SIGKILL",
    withinMs: number,
  ): Promise<{ readonly hunt: Hunt; readonly sighting: Sighting }> {
    const isDeadly = signal === "SIGKILL";
    let looks = 0;
    const hunt = new Hunt(this.#host, {
      signal,
      // SIGTERM goes to parents before their children, as their own parents would send it. The first look kills nobody, because a
      // process that is known by its parent alone would be lost with that.
      look: (_, meet) => this.look(isDeadly && looks++ > 0 ? meet : undefined),
      onSignal: (row) => {
        this.#see(row);
        if (isDeadly) this.#killed.add(keyOf(row));
      },
    });
    if (isDeadly) this.#killTogether();
    const listen = () => (ms: number) => pause(this.#host, ms);
    const isTwice = isDeadly && this.#known.size > 0;
    return { hunt, sighting: await huntDown(this.#host, hunt, { withinMs, listen, isTwice }) };
  }

  /** Takes their control group away, if it is empty. */
  close(): void {
    this.#layer?.close();
  }

  /** Those that are around this very program. */
  around(isAround: (row: ProcessRow) => boolean): readonly Survivor[] {
    const why = "this command was started in it";
    return this.look().filter(isAround).map((row) => survivorOf(this.#host, row, why));
  }

  #killTogether(): void {
    if (this.#isKept !== null) return;
    this.#layer?.kill(null, (row) => {
      this.#see(row);
      this.#killed.add(keyOf(row));
    });
  }

  #isMarked(row: ProcessRow): boolean {
    const mark = markOf(this.#lost, this.#host.processes.variableOf(row.pid, RUN_VARIABLE));
    if (mark === null) return false;
    const housed = this.#layer?.ownerOf(row.pid) ?? null;
    return this.#isMeant(row, housed ?? mark.run, housed !== null);
  }

  #isHousedElsewhere(row: ProcessRow): boolean {
    const housed = this.#layer?.ownerOf(row.pid) ?? null;
    return housed !== null && !this.#isMeant(row, housed, true);
  }

  #isMeant(row: ProcessRow, run: RunId | null, isHoused: boolean): boolean {
    return this.#isKept === null || (run !== null && !this.#isKept(run, row, isHoused));
  }

  #see(row: ProcessRow): void {
    if (this.#known.has(keyOf(row))) return;
    this.#known.set(keyOf(row), {
      pid: row.pid,
      path: this.#host.processes.variableOf(row.pid, ACTOR_VARIABLE),
      command: describeCommand(this.#host.processes.commandOf(row.pid), row),
      ended: "gone",
      code: null,
      signal: null,
      orphan: true,
    });
  }
}

/** A process, its parent, and so on up to the first process of the machine, which is none of them. */
function ancestorsOf({ processes }: Host, pid: number): readonly ProcessRow[] {
  const found = new Map<number, ProcessRow>();
  for (let row = processes.find(pid); row !== null && row.pid > 1 && !found.has(row.pid);) {
    found.set(row.pid, row);
    row = processes.find(row.parent);
  }
  return [...found.values()];
}
