/** Processes of a table that fork and die while they are looked at. */
import type { Signal } from "../../lib/base/signals.ts";
import type { Processes, ProcessId, ProcessRow } from "../../lib/host/ports/processes.ts";

/** The number of whoever looks. */
export const OWN = 1;

/** When they die, and what is left of them. */
export const DEATHS = ["found", "read", "ending"] as const;

/**
 * Orphans of ours. Whoever is looked at has just forked, and is dead, as often as `hops` says; then the last one lives until
 * it is signalled. Be it that they die when they are found, and that nobody reaps them; or when their environment is read, and
 * that they are reaped at once, or are not gone yet but have let go of their memory.
 */
export class Chain {
  readonly signalled: number[] = [];
  readonly processes: Processes;
  #hops: number;
  readonly #at: (typeof DEATHS)[number];
  readonly #mark: string;
  readonly #pids: number[] = [];
  #forks = 0;
  #living: number | null = null;

  /** @param mark What the one that lives bears. */
  constructor(hops: number, at: (typeof DEATHS)[number] = "found", mark = "mark.1") {
    this.#mark = mark;
    this.#hops = hops;
    this.#at = at;
    const table = {
      ownPid: OWN,
      childrenOf: (pid: number) => pid === OWN ? [...this.#pids] : [],
      pids: () => [OWN, ...this.#pids],
      find: (pid: number) => {
        if (at === "found") this.#hop(pid);
        return this.#row(pid);
      },
      variableOf: (pid: number) => {
        if (at !== "found" && this.#hop(pid) && at === "read") this.#pids.shift();
        return pid === this.#living ? this.#mark : null;
      },
      shownVariable: (pid: number) => table.variableOf(pid) ?? undefined,
      outputsOf: () => [],
      commandOf: () => ["hop"],
      userOf: () => 1_000,
      isStarted: () => false,
      signal: (target: ProcessId, signal: Signal) => {
        this.signalled.push(target.pid);
        if (signal === "SIGKILL" && target.pid === this.#living) this.#living = null;
        return "sent";
      },
    };
    this.processes = table as unknown as Processes;
  }

  begin(): void {
    this.#living = this.#fork();
  }

  get living(): number | null {
    return this.#living;
  }

  #fork(): number {
    const pid = 100 + this.#forks++;
    this.#pids.push(pid);
    return pid;
  }

  /** Goes on as a child, if that is the time for it. */
  #hop(pid: number): boolean {
    if (pid !== this.#living || this.#hops === 0) return false;
    this.#hops -= 1;
    this.#living = this.#fork();
    return true;
  }

  #row(pid: number): ProcessRow | null {
    if (!this.#pids.includes(pid)) return null;
    if (pid === this.#living) return livingRow(pid);
    return { ...livingRow(pid), state: this.#at === "ending" ? "R" : "Z", rss: 0 };
  }
}

/** The table of a chain with somebody in its session beside it, who bears no mark and stays. */
export function withBystander({ processes }: Chain, pid: number): Processes {
  return {
    ...processes,
    pids: () => [pid, ...processes.pids()],
    find: (other) => other === pid ? livingRow(pid) : processes.find(other),
  };
}

function livingRow(pid: number): ProcessRow {
  return {
    pid,
    startTime: 1,
    parent: OWN,
    group: 7,
    session: 7,
    state: "S",
    name: "hop",
    cpuMs: 0,
    rss: 4_096,
  };
}
