import { isSame } from "../../host/alive.ts";
import { type Find, findAll, type Look } from "../../host/look.ts";
import { type GroupCounts, GroupError, type Lack, NO_COUNTS } from "../../host/ports/control_groups.ts";
import type { Leaders, Processes, ProcessId, ProcessRow } from "../../host/ports/processes.ts";
import type { Housed, Layer, LayerName } from "./layer.ts";

const NO_GROUPS: Lack = {
  why: "there are no control groups",
  hint: "`supervise doctor` says how to get them",
};

/** The layer `subreaper`: it knows nothing beside descent, and what comes to us. */
export class SubreaperLayer implements Layer {
  readonly name: LayerName = "subreaper";
  readonly group: null = null;
  readonly #noGroups: Lack;

  /** @param noGroups Why there are no control groups, which alone can be limited. */
  constructor(noGroups: Lack = NO_GROUPS) {
    this.#noGroups = noGroups;
  }

  place(): null {
    return null;
  }

  prepare(): void {}

  lackOf(): Lack {
    return this.#noGroups;
  }

  limit(): never {
    throw new GroupError(this.#noGroups.why);
  }

  countsOf(): GroupCounts {
    return NO_COUNTS;
  }

  membersOf(_run: Housed, _find: Find, _look: Look): readonly ProcessRow[] {
    return [];
  }

  ownerOf(): null {
    return null;
  }

  ownerOfReaped(): null {
    return null;
  }

  everyone(): readonly ProcessRow[] {
    return [];
  }

  isLeft(): boolean {
    return false;
  }

  kill(): boolean {
    return false;
  }

  release(): void {}

  close(): void {}
}

/** The processes that led or lead a session or group, and who was in it when a look listed them. */
interface Listed {
  readonly look: Look;
  readonly edition: number;
  readonly byLeader: ReadonlyMap<number, readonly number[]>;
}

/** The layer `group`: who is in the session or in the process group of a run's main process, wherever it is below. */
export class GroupLayer extends SubreaperLayer {
  override readonly name: LayerName = "group";
  readonly #processes: Processes;
  #listed: Listed | null = null;

  constructor(processes: Processes, noGroups: Lack) {
    super(noGroups);
    this.#processes = processes;
  }

  override membersOf({ main, formers }: Housed, find: Find, look: Look): readonly ProcessRow[] {
    return [main, ...formers].flatMap((leader) => this.#membersOf(leader, find, look));
  }

  #membersOf(leader: ProcessId, find: Find, look: Look): readonly ProcessRow[] {
    const listed = this.#byLeader(find, look).get(leader.pid) ?? [];
    const members = findAll(find, listed).filter((row) => leadersIn(row).has(leader.pid));
    // The number is free again when the session is empty, and may be another's then.
    const holder = this.#processes.find(leader.pid);
    return holder === null || isSame(holder, leader) ? members : [];
  }

  /**
   * The processes of the machine by session and group: listed once for all runs that are looked at in one look, until that
   * finds somebody dead. Only leaders are asked for, because a machine may have thousands of processes beside the tree, and a
   * crash would wait until the line of each was read.
   */
  #byLeader(find: Find, look: Look): Listed["byLeader"] {
    const { edition } = look;
    if (this.#listed?.look === look && this.#listed.edition === edition) return this.#listed.byLeader;
    const byLeader = new Map<number, number[]>();
    for (const pid of this.#processes.pids()) {
      // One that has no leaders is gone, which the look must hear of.
      const leaders = this.#processes.leadersOf(pid) ?? find(pid);
      if (leaders === null) continue;
      for (const leader of leadersIn(leaders)) {
        const pids = byLeader.get(leader);
        if (pids === undefined) byLeader.set(leader, [pid]);
        else pids.push(pid);
      }
    }
    this.#listed = { look, edition, byLeader };
    return byLeader;
  }
}

function leadersIn({ session, group }: Leaders): ReadonlySet<number> {
  return new Set([session, group]);
}
