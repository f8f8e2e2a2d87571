import { isSame } from "../../host/alive.ts";
import type { ProcessId, ProcessRow } from "../../host/ports/processes.ts";
import type { RunId } from "../../supervision/state.ts";
import type { RunMark } from "./contained.ts";

/** A run that may have had other main processes before. */
interface Known extends RunMark {
  readonly formers: readonly ProcessId[];
}

/** The runs that there are now, found by all that a process may be known by: an orphan is compared with thousands otherwise. */
export class KnownRuns<Run extends Known> {
  readonly #byId = new Map<RunId, Run>();
  readonly #byMain = new Map<number, Run>();
  readonly #byMarker = new Map<string, Run>();
  readonly #byHome = new Map<number, Set<Run>>();

  add(run: Run): void {
    const { main, formers, marker, home } = run;
    this.#byId.set(run.run, run);
    for (const { pid } of [main, ...formers]) this.#byMain.set(pid, run);
    this.#byMarker.set(marker, run);
    if (home === null) return;
    const mates = this.#byHome.get(home);
    if (mates === undefined) this.#byHome.set(home, new Set([run]));
    else mates.add(run);
  }

  remove(run: Run): void {
    const { main, formers, marker, home } = run;
    this.#byId.delete(run.run);
    for (const { pid } of [main, ...formers]) {
      // The number may be that of a later run's main process.
      if (this.#byMain.get(pid) === run) this.#byMain.delete(pid);
    }
    if (this.#byMarker.get(marker) === run) this.#byMarker.delete(marker);
    if (home === null) return;
    const mates = this.#byHome.get(home);
    mates?.delete(run);
    if (mates?.size === 0) this.#byHome.delete(home);
  }

  get(run: RunId): Run | undefined {
    return this.#byId.get(run);
  }

  has(run: RunId): boolean {
    return this.#byId.has(run);
  }

  all(): readonly Run[] {
    return [...this.#byId.values()];
  }

  /** The run that a process is the main process of, or was before. */
  ofMain(id: ProcessId): Run | undefined {
    const run = this.#byMain.get(id.pid);
    return run !== undefined && [run.main, ...run.formers].some((main) => isSame(main, id)) ? run : undefined;
  }

  /** The run whose main process leads the session or the group that a process is in. */
  ofSession({ session, group }: ProcessRow): Run | undefined {
    return this.#byMain.get(session) ?? this.#byMain.get(group);
  }

  ofMarker(marker: string): Run | undefined {
    return this.#byMarker.get(marker);
  }

  /** The only run whose main process is the child of an isolator; undefined if there are more, or none. */
  onlyAt(home: number): Run | undefined {
    const mates = this.#byHome.get(home);
    return mates?.size === 1 ? mates.values().next().value : undefined;
  }
}
