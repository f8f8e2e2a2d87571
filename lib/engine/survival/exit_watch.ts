/**
 * How processes end that are not our children: their parent tells us, if it can; they become our own, and are reaped; or they
 * are seen to be gone, and nobody knows how.
 */
import { isAlive, keyOf } from "../../host/alive.ts";
import type { ExitStatus, Processes, ProcessId } from "../../host/ports/processes.ts";
import { sleep } from "../../scope/sleep.ts";
import type { Exit } from "../../supervision/exit.ts";
import { Event } from "../../sync/event.ts";

const LOOK_EVERY_MS = 500;

/** How often what is gone is looked for before it is taken that nobody will tell how it ended. */
const LOOKS_BEFORE_UNSEEN = 2;

interface Watched extends ProcessId {
  readonly resolve: (exit: Exit) => void;
  /** How often it was not found. */
  missed: number;
}

/** See the module. */
export class ExitWatch {
  readonly #processes: Pick<Processes, "find">;
  readonly #watched = new Map<string, Watched>();
  #begun = new Event();

  constructor(processes: Pick<Processes, "find">) {
    this.#processes = processes;
  }

  /** Resolves when a process has ended. */
  exitOf({ pid, startTime }: ProcessId): Promise<Exit> {
    return new Promise((resolve) => {
      this.#watched.set(keyOf({ pid, startTime }), { pid, startTime, resolve, missed: 0 });
      this.#begun.set();
    });
  }

  /** Somebody knows how a process ended; false if that is not watched. */
  ended(process: ProcessId, status: ExitStatus): boolean {
    const isWatched = this.#watched.has(keyOf(process));
    this.#settle(process, status);
    return isWatched;
  }

  /** Looks for what is gone, for as long as anything is watched. To be run as a task, until it is cancelled. */
  async run(): Promise<void> {
    while (true) {
      if (this.#watched.size === 0) this.#begun = new Event();
      await this.#begun.wait();
      this.#look();
      await sleep(LOOK_EVERY_MS);
    }
  }

  #look(): void {
    for (const watched of [...this.#watched.values()]) {
      if (isAlive(this.#processes, watched)) watched.missed = 0;
      else if (++watched.missed >= LOOKS_BEFORE_UNSEEN) this.#settle(watched, { how: "unseen" });
    }
  }

  #settle(process: ProcessId, exit: Exit): void {
    this.#watched.get(keyOf(process))?.resolve(exit);
    this.#watched.delete(keyOf(process));
  }
}
