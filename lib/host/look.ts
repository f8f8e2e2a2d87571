import { isDead } from "./alive.ts";
import type { Processes, ProcessRow } from "./ports/processes.ts";

/**
 * How many processes are looked for until a look is not repeated any more, which takes some tenths of a second: whatever forks
 * and dies is alive at one of so many looks, and on a machine with much coming and going somebody dies during each.
 */
const MOST_FINDS = 10_000;
/** To list processes takes about as long as to find so many of them. */
const FINDS_A_LISTING = 20;

/** Finds a process that was listed; null if it is dead. */
export type Find = (pid: number) => ProcessRow | null;

/**
 * Looks at processes that are listed first, and found one by one then. In between one may fork and die: it is found dead,
 * and its child was not listed. So a look that finds nothing alive says nothing if it found somebody dead that had not been
 * found so before, and is repeated.
 *
 * To be used within one turn, in which nothing is reaped here: a storm of forks leaves many dead, each of which is found once.
 */
export class Look {
  readonly #processes: Processes;
  /** Those that were found dead, or dying. */
  readonly #dead = new Set<number>();
  /** Those of the dead that nobody but us can reap. */
  readonly #ours = new Set<number>();
  #finds = 0;
  /** How many were dead when the present round of looks that are taken together began; null without such. */
  #round: number | null = null;

  constructor(processes: Processes) {
    this.#processes = processes;
  }

  /** Tells whether a list that was made earlier in this look still serves: it may lack the children of those found dead since. */
  get edition(): number {
    return this.#round ?? this.#dead.size;
  }

  /** @param list Lists and finds; gives what is alive. Among looks that are taken together it is they that are repeated. */
  take(list: (find: Find) => readonly ProcessRow[]): readonly ProcessRow[] {
    if (this.#round !== null) return this.#list(list);
    const end = this.#finds + MOST_FINDS;
    while (true) {
      const known = this.#dead.size;
      const found = this.#list(list);
      if (found.length > 0 || this.#dead.size === known || this.#finds >= end) return found;
    }
  }

  /**
   * Takes several looks together, each of which gives what is alive to somebody else: they are repeated together, until none of
   * them has found anybody newly dead. So what one of them has listed serves all, where many die.
   *
   * @param looks Each says whether it is not to be repeated, because it has found somebody.
   */
  takeTogether(looks: readonly (() => boolean)[]): void {
    const end = this.#finds + MOST_FINDS + looks.length * FINDS_A_LISTING;
    let due = looks;
    try {
      do {
        this.#round = this.#dead.size;
        due = due.filter((look) => !look());
      } while (this.#dead.size !== this.#round && this.#finds < end);
    } finally {
      this.#round = null;
    }
  }

  #list(list: (find: Find) => readonly ProcessRow[]): readonly ProcessRow[] {
    this.#finds += FINDS_A_LISTING;
    return list((pid) => this.#find(pid));
  }

  #find(pid: number): ProcessRow | null {
    if (this.#ours.has(pid)) return null;
    this.#finds += 1;
    const row = this.#processes.find(pid);
    const isAlive = row !== null && !isDead(row);
    // A process that has let go of its memory will be dead in a moment, and shows no environment any more.
    if (!isAlive || row.rss === 0) this.#dead.add(pid);
    if (isAlive) return row;
    if (row?.parent === this.#processes.ownPid) this.#ours.add(pid);
    return null;
  }
}

/**
 * Looks at all processes of the machine, and again if it finds nothing: numbers begin anew when they have come to the end, so
 * that a child may have one that was passed already, and who becomes another program shows no environment meanwhile. A look
 * that is repeated asks nobody twice, so that it is over before a process that it just missed has forked and died again.
 *
 * @param list Lists and finds; `pids` are all but this program itself, or those that have come since. It calls `settle` with
 * the number of a process of which it knows for good that it is not meant: that is not asked again.
 */
export function lookAtAll(
  processes: Processes,
  list: (find: Find, pids: readonly number[], settle: (pid: number) => void) => readonly ProcessRow[],
): readonly ProcessRow[] {
  const settled = new Set([processes.ownPid]);
  const look = () => {
    const asked = new Set(settled);
    return new Look(processes).take((find) => {
      const pids = processes.pids().filter((pid) => !asked.has(pid));
      for (const pid of pids) asked.add(pid);
      return list(find, pids, (pid) => settled.add(pid));
    });
  };
  const found = look();
  return found.length > 0 ? found : look();
}

/** Looks at all processes of the machine for those that something is true of. */
export function lookWhere(
  processes: Processes,
  isMeant: (row: ProcessRow) => boolean,
): readonly ProcessRow[] {
  return lookAtAll(processes, (find, pids) => findWhere(find, pids, isMeant));
}

/**
 * Finds those of a list that something is true of. Of one that has died meanwhile nothing can be read: it is found dead, or
 * without memory.
 */
export function findWhere(
  find: Find,
  pids: readonly number[],
  isMeant: (row: ProcessRow) => boolean,
): readonly ProcessRow[] {
  const findMeant = (pid: number) => {
    const row = find(pid);
    if (row === null || isMeant(row)) return row;
    find(pid);
    return null;
  };
  return findAll(findMeant, pids);
}

/** Finds processes of a list, which are alive. The newest may be the first to go, and is looked for first. */
export function findAll(find: Find, pids: readonly number[]): readonly ProcessRow[] {
  return pids.toReversed().map(find).filter((row) => row !== null).reverse();
}
