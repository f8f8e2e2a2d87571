import { Hunt, type HuntingHost } from "../../host/hunt.ts";
import { type Find, findAll, Look } from "../../host/look.ts";
import {
  type ControlGroups,
  type Controller,
  type GroupCounts,
  GroupError,
  type GroupLimit,
  type Lack,
  NO_COUNTS,
} from "../../host/ports/control_groups.ts";
import type { Host } from "../../host/ports/host.ts";
import type { Processes, ProcessId, ProcessRow, ReapedOrphan } from "../../host/ports/processes.ts";
import { limitErrorOf } from "../../base/limit_error.ts";
import type { RunId } from "../../supervision/state.ts";
import type { Housed, Layer } from "./layer.ts";
import { LimitedHome } from "../limits/limited_home.ts";

const RUN_PREFIX = "run.";

/** The layer `cgroup`: a group for the tree, and in it one for each run. */
export class ControlGroupLayer implements Layer {
  readonly name = "cgroup";
  readonly group: string;
  readonly #host: HuntingHost;
  readonly #groups: ControlGroups;
  readonly #processes: Processes;
  readonly #home: LimitedHome;
  /** The groups where something was left on purpose. */
  readonly #left = new Set<string>();
  /** Whether the groups of runs have any controller, without which nothing is counted in them; null if that was not looked at. */
  #isCounting: boolean | null = null;

  /** @param group The group of the tree, which is made when it is first needed. */
  constructor(host: Pick<Host, "groups" | "processes" | "clock">, group: string) {
    this.#host = host;
    this.#groups = host.groups;
    this.#processes = host.processes;
    this.#home = new LimitedHome(host, group);
    this.group = group;
  }

  place(run: RunId): string {
    const group = this.#groupOf(run);
    try {
      this.#groups.make(group);
    } catch (error) {
      if (!(error instanceof GroupError)) throw error;
      // That of the tree is not there before the first run, and empty it can be removed by anybody of our user.
      this.#groups.make(this.group);
      this.#groups.make(group);
    }
    return group;
  }

  prepare(controllers: readonly Controller[], company: readonly ProcessId[]): void {
    this.#home.prepare(controllers, company);
    this.#isCounting = null;
  }

  lackOf(controller: Controller): Lack | null {
    return this.#home.lackOf(controller);
  }

  limit(run: RunId, limit: GroupLimit): void {
    this.#groups.limit(this.#groupOf(run), limit);
  }

  /** Counts only say why something has ended: those that cannot be read for want of a descriptor are left out. */
  countsOf(run: RunId): GroupCounts {
    try {
      this.#isCounting ??= this.#groups.givenBy(this.group).length > 0;
      return this.#isCounting ? this.#groups.countsOf(this.#groupOf(run)) : NO_COUNTS;
    } catch (error) {
      if (limitErrorOf(error) === null) throw error;
      return NO_COUNTS;
    }
  }

  membersOf({ run }: Housed, find: Find): readonly ProcessRow[] {
    return this.#rowsIn(this.#groupOf(run), find);
  }

  ownerOf(pid: number): RunId | null {
    return this.#runIn(this.#groups.groupOf(pid));
  }

  ownerOfReaped({ controlGroup }: ReapedOrphan): RunId | null {
    return this.#runIn(controlGroup);
  }

  everyone(find: Find): readonly ProcessRow[] {
    const left = new Set([...this.#left].flatMap((group) => this.#groups.membersOf(group)));
    return this.#rowsIn(this.group, find).filter(({ pid }) => !left.has(pid));
  }

  isLeft(pid: number): boolean {
    if (this.#left.size === 0) return false;
    const group = this.#groups.groupOf(pid);
    return group !== null && [...this.#left].some((one) => isWithin(group, one));
  }

  kill(run: Housed | null, seen: (row: ProcessRow) => void): boolean {
    const groups = run !== null
      ? [this.#groupOf(run.run)]
      : this.#left.size === 0
      ? [this.group]
      : this.#notLeft();
    for (const group of groups) this.#kill(group, seen);
    return true;
  }

  release(run: RunId, leaves: boolean): void {
    const group = this.#groupOf(run);
    const isGone = this.#groups.remove(group);
    if (!isGone && leaves) this.#left.add(group);
  }

  close(): void {
    this.#groups.remove(this.group);
    this.#home.close();
  }

  #kill(group: string, seen: (row: ProcessRow) => void): void {
    // Should this process not have come back from a start there, it does not saw off the branch that it sits on.
    if (this.#groups.membersOf(group).includes(this.#processes.ownPid)) return this.#killEach(group, seen);
    this.#groups.freeze(group, true);
    try {
      for (const row of this.#livingIn(group)) seen(row);
      if (!this.#groups.kill(group)) this.#killEach(group, seen);
    } finally {
      this.#groups.freeze(group, false);
    }
  }

  #killEach(group: string, seen: (row: ProcessRow) => void): void {
    new Hunt(this.#host, {
      signal: "SIGKILL",
      look: (look) => this.#livingIn(group, look),
      onSignal: seen,
    }).pass();
  }

  #livingIn(group: string, look = new Look(this.#processes)): readonly ProcessRow[] {
    return look.take((find) => this.#rowsIn(group, find));
  }

  /** The living processes of a group, but for this very one. */
  #rowsIn(group: string, find: Find): readonly ProcessRow[] {
    return findAll(find, this.#groups.membersOf(group).filter((pid) => pid !== this.#processes.ownPid));
  }

  #notLeft(): readonly string[] {
    return this.#groups.inside(this.group).filter((group) => !this.#left.has(group));
  }

  #groupOf(run: RunId): string {
    return `${this.group}/${RUN_PREFIX}${run}`;
  }

  #runIn(group: string | null): RunId | null {
    if (group === null || !isWithin(group, this.group)) return null;
    const name = group.slice(this.group.length + 1).split("/")[0]!;
    return name.startsWith(RUN_PREFIX) ? Number(name.slice(RUN_PREFIX.length)) : null;
  }
}

function isWithin(group: string, outer: string): boolean {
  return group === outer || group.startsWith(`${outer}/`);
}
