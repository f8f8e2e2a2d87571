/**
 * How processes end that are not our children: their parent tells us, if it can; they become our own, and are reaped; or they
 * are seen to be gone, and nobody knows how.
 */
import { after } from "../../base/instant.ts";
import { keyOf } from "../../host/alive.ts";
import type { Host } from "../../host/ports/host.ts";
import type { ExitStatus, ProcessId } from "../../host/ports/processes.ts";
import type { Exit } from "../../supervision/exit.ts";

/** How long after its end it is taken that nobody will tell how a process ended. */
const PATIENCE_MS = 1_000;

interface Watched extends ProcessId {
  readonly resolve: (exit: Exit) => void;
  /** Watches it no longer. */
  stop: () => void;
}

/** See the module. */
export class ExitWatch {
  readonly #host: Pick<Host, "processes" | "clock">;
  readonly #watched = new Map<string, Watched>();

  constructor(host: Pick<Host, "processes" | "clock">) {
    this.#host = host;
  }

  /** Resolves when a process has ended. */
  exitOf({ pid, startTime }: ProcessId): Promise<Exit> {
    return new Promise((resolve) => {
      const watched: Watched = { pid, startTime, resolve, stop: () => {} };
      this.#watched.set(keyOf(watched), watched);
      const { processes, clock } = this.#host;
      watched.stop = processes.whenEnded(watched, () => {
        const unseen = () => this.#settle(watched, { how: "unseen" });
        watched.stop = clock.schedule(after(clock.now(), PATIENCE_MS), unseen);
      });
    });
  }

  /** Somebody knows how a process ended; false if that is not watched. */
  ended(process: ProcessId, status: ExitStatus): boolean {
    const isWatched = this.#watched.has(keyOf(process));
    this.#settle(process, status);
    return isWatched;
  }

  /** Watches nothing any more. */
  close(): void {
    for (const watched of this.#watched.values()) watched.stop();
    this.#watched.clear();
  }

  #settle(process: ProcessId, exit: Exit): void {
    const watched = this.#watched.get(keyOf(process));
    if (watched === undefined) return;
    this.#watched.delete(keyOf(process));
    watched.stop();
    watched.resolve(exit);
  }
}
