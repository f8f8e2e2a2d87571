import { isSame } from "../../host/alive.ts";
import type { ProcessId, ProcessRow } from "../../host/ports/processes.ts";
import type { RunId } from "../../supervision/state.ts";
import type { RunMark } from "./contained.ts";

/** A run that may have had other main processes before. */
interface Known extends RunMark {
  readonly formers: readonly ProcessId[];
  /** The pipes and sockets that its output goes to. */
  readonly outputs: readonly string[];
}

/** The runs that there are now, found by all that a process may be known by: an orphan is compared with thousands otherwise. */
export class KnownRuns<Run extends Known> {
  readonly #byId = new Map<RunId, Run>();
  readonly #byMain = new Map<number, Run>();
  readonly #byMarker = new Map<string, Run>();
  readonly #byHome = new Groups<number, Run>();
  readonly #byOutput = new Groups<string, Run>();

  add(run: Run): void {
    const { main, formers, marker, home, outputs } = run;
    this.#byId.set(run.run, run);
    for (const { pid } of [main, ...formers]) this.#byMain.set(pid, run);
    this.#byMarker.set(marker, run);
    for (const output of outputs) this.#byOutput.add(output, run);
    if (home !== null) this.#byHome.add(home, run);
  }

  remove(run: Run): void {
    const { main, formers, marker, home, outputs } = run;
    this.#byId.delete(run.run);
    for (const { pid } of [main, ...formers]) {
      // The number may be that of a later run's main process.
      if (this.#byMain.get(pid) === run) this.#byMain.delete(pid);
    }
    if (this.#byMarker.get(marker) === run) this.#byMarker.delete(marker);
    for (const output of outputs) this.#byOutput.remove(output, run);
    if (home !== null) this.#byHome.remove(home, run);
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

  /** The only run that has these outputs for its own, or some of them; undefined if there are more, or none. */
  ofOutputs(outputs: readonly string[]): Run | undefined {
    const found = new Set(outputs.map((output) => this.#byOutput.only(output)));
    return found.size === 1 ? [...found][0] : undefined;
  }

  /** The only run whose main process is the child of an isolator; undefined if there are more, or none. */
  onlyAt(home: number): Run | undefined {
    return this.#byHome.only(home);
  }
}

/** Runs by something that several may share. */
class Groups<Key, Run> {
  readonly #members = new Map<Key, Set<Run>>();

  add(key: Key, run: Run): void {
    const members = this.#members.get(key);
    if (members === undefined) this.#members.set(key, new Set([run]));
    else members.add(run);
  }

  remove(key: Key, run: Run): void {
    const members = this.#members.get(key);
    members?.delete(run);
    if (members?.size === 0) this.#members.delete(key);
  }

  /** The only one; undefined if there are more, or none. */
  only(key: Key): Run | undefined {
    const members = this.#members.get(key);
    return members?.size === 1 ? members.values().next().value : undefined;
  }
}
