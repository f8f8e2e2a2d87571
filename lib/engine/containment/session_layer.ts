import { isSame } from "../../host/alive.ts";
import { type Find, findAll } from "../../host/look.ts";
import { type GroupCounts, GroupError, type Lack } from "../../host/ports/control_groups.ts";
import type { Processes, ProcessRow } from "../../host/ports/processes.ts";
import type { Housed, Layer, LayerName } from "./layer.ts";

const NO_GROUPS: Lack = {
  why: "there are no control groups",
  hint: "`supervise doctor` says how to get them",
};

/** The layer `subreaper`: it knows nothing beside descent, and what comes to us. */
export class BareLayer implements Layer {
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
    return { oomKills: 0, memoryReached: 0, forksRefused: 0 };
  }

  membersOf(_run: Housed, _find: Find): readonly ProcessRow[] {
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

/** The layer `group`: who is in the session or in the process group of a run's main process, wherever it is below. */
export class SessionLayer extends BareLayer {
  override readonly name: LayerName = "group";
  readonly #processes: Processes;

  constructor(processes: Processes, noGroups: Lack) {
    super(noGroups);
    this.#processes = processes;
  }

  override membersOf({ main }: Housed, find: Find): readonly ProcessRow[] {
    const members = findAll(find, this.#processes.pids()).filter(({ session, group }) =>
      session === main.pid || group === main.pid
    );
    // The number is free again when the session is empty, and may be another's then.
    const holder = this.#processes.find(main.pid);
    return holder === null || isSame(holder, main) ? members : [];
  }
}
