/**
 * Every process that was seen in the tree and how each ended: what the receipt of a teardown is made of.
 *
 * A tree may run for years, so of the processes that have ended only the latest are kept. All of them are counted.
 */
import type { Signal } from "../../base/signals.ts";
import { keyOf } from "../../host/alive.ts";
import type { ExitStatus, ProcessId, ProcessRow } from "../../host/ports/processes.ts";

/** How many ended processes are kept. */
const KEPT = 1_000;

/** A process in the receipt. */
export interface ReceiptLine {
  readonly pid: number;
  /** Address of the actor; null if it could not be told whose it was. */
  readonly path: string | null;
  readonly command: string;
  /** `killed` if our SIGKILL ended it; `gone` if it ended unseen, under a parent of its own. */
  readonly ended: "exit" | "signal" | "killed" | "gone";
  readonly code: number | null;
  readonly signal: Signal | null;
  /** Whether its parent had died before it. */
  readonly orphan: boolean;
}

/** How many processes have ended, and how, whether they are kept or not. */
export interface Counts extends Readonly<Record<ReceiptLine["ended"], number>> {
  readonly total: number;
  /** Those of them whose parents had died before. */
  readonly orphans: number;
}

export const NONE_ENDED: Counts = { total: 0, exit: 0, signal: 0, killed: 0, gone: 0, orphans: 0 };

/** The counts of a whole list. */
export function countsOf(lines: readonly Pick<ReceiptLine, "ended" | "orphan">[]): Counts {
  return lines.reduce<Counts>(
    (counts, { ended, orphan }) => ({
      ...counts,
      total: counts.total + 1,
      [ended]: counts[ended] + 1,
      orphans: counts.orphans + Number(orphan),
    }),
    NONE_ENDED,
  );
}

/** A process that is still there. */
export interface Survivor {
  readonly pid: number;
  readonly command: string;
  readonly why: string;
}

interface Seen extends ProcessId {
  readonly path: string | null;
  readonly command: string;
  orphan: boolean;
  killed: boolean;
}

/** See the module. */
export class Ledger {
  readonly #mask: (text: string) => string;
  readonly #alive = new Map<string, Seen>();
  readonly #ended: ReceiptLine[] = [];
  /** By the addresses of the actors. */
  readonly #counts = new Map<string | null, Counts>();
  #forgotten = 0;

  /** @param mask Takes secrets out of a command line. */
  constructor(mask: (text: string) => string = (text) => text) {
    this.#mask = mask;
  }

  /** How many processes were seen altogether. */
  get count(): number {
    return this.#alive.size + this.#ended.length + this.#forgotten;
  }

  /** How many have ended. */
  get endedCount(): number {
    return this.#ended.length + this.#forgotten;
  }

  /** Notes a process that is alive. Earlier notes stay, but for its having become an orphan. */
  see(process: ProcessId, path: string | null, command: string, orphan: boolean): void {
    const known = this.#alive.get(keyOf(process));
    if (known !== undefined) known.orphan ||= orphan;
    else {
      const { pid, startTime } = process;
      const seen = { pid, startTime, path, command: this.#mask(command), orphan, killed: false };
      this.#alive.set(keyOf(process), seen);
    }
  }

  /** Notes that SIGKILL was sent to a process. */
  killed(process: ProcessId): void {
    const known = this.#alive.get(keyOf(process));
    if (known !== undefined) known.killed = true;
  }

  /** Whether SIGKILL was sent to a process that has not ended, as far as is known. */
  wasKilled(process: ProcessId): boolean {
    return this.#alive.get(keyOf(process))?.killed === true;
  }

  /** Notes how a process ended. @returns Whether our SIGKILL ended it. */
  ended(process: ProcessId, status: ExitStatus): boolean {
    const known = this.#alive.get(keyOf(process));
    if (known === undefined) return false;
    const wasKilled = known.killed && status.how === "signalled" && status.signal === "SIGKILL";
    this.#close(known, wasKilled ? "killed" : status.how === "exited" ? "exit" : "signal", status);
    return wasKilled;
  }

  /** Notes which of the processes that are not ours to wait for have vanished. */
  prune(isThere: (process: ProcessId) => boolean): void {
    for (const known of this.#alive.values()) {
      if (isThere(known)) continue;
      if (known.killed) this.#close(known, "killed", { how: "signalled", signal: "SIGKILL" });
      else this.#close(known, "gone", null);
    }
  }

  /** The path under which a process was seen; undefined if it was not. */
  pathOf(process: ProcessId): string | null | undefined {
    return this.#alive.get(keyOf(process))?.path;
  }

  /** Those of some actors whose ends have not been told. */
  pending(paths: ReadonlySet<string>): readonly ProcessId[] {
    return [...this.#alive.values()].filter(({ path }) => path !== null && paths.has(path));
  }

  /** The processes that have ended, in the order in which they did. */
  lines(): readonly ReceiptLine[] {
    return [...this.#ended];
  }

  /** The processes that have ended since so many had, in the order in which they did. */
  linesSince(endedCount: number): readonly ReceiptLine[] {
    return this.#ended.slice(Math.max(0, endedCount - this.#forgotten));
  }

  /** How many have ended, of some actors or of all. @param paths Null for all, and for those of no actor that is known. */
  counts(paths: ReadonlySet<string> | null = null): Counts {
    const meant = [...this.#counts].filter(([path]) => paths === null || (path !== null && paths.has(path)));
    return meant.map(([, counts]) => counts).reduce((one, other) => combine(one, other, 1), NONE_ENDED);
  }

  #close(known: Seen, ended: ReceiptLine["ended"], status: ExitStatus | null): void {
    this.#alive.delete(keyOf(known));
    const line: ReceiptLine = {
      pid: known.pid,
      path: known.path,
      command: known.command,
      ended,
      code: status?.how === "exited" ? status.code : null,
      signal: status?.how === "signalled" ? status.signal : null,
      orphan: known.orphan,
    };
    this.#ended.push(line);
    this.#counts.set(line.path, combine(this.#counts.get(line.path) ?? NONE_ENDED, countsOf([line]), 1));
    if (this.#ended.length <= KEPT) return;
    this.#ended.shift();
    this.#forgotten += 1;
  }
}

/** The ends after `before` was counted. */
export function countsSince(before: Counts, now: Counts): Counts {
  return combine(now, before, -1);
}

function combine(one: Counts, other: Counts, sign: 1 | -1): Counts {
  return {
    total: one.total + sign * other.total,
    exit: one.exit + sign * other.exit,
    signal: one.signal + sign * other.signal,
    killed: one.killed + sign * other.killed,
    gone: one.gone + sign * other.gone,
    orphans: one.orphans + sign * other.orphans,
  };
}

/** A command line for people: the arguments as far as they fit, or the program's name if there are none. */
export function describeCommand(argv: readonly string[], row: ProcessRow | null): string {
  return argv.length > 0 ? argv.join(" ") : row === null ? "?" : `[${row.name}]`;
}
