import { keyOf } from "../../host/alive.ts";
import type { ProcessId } from "../../host/ports/processes.ts";
import type { RunId } from "../../supervision/state.ts";

/** Which run processes were seen as part of. A process is of the run that it was seen in last. */
export class Sightings {
  readonly #runs = new Map<string, RunId>();
  readonly #keys = new Map<RunId, Set<string>>();

  add(process: ProcessId, run: RunId): void {
    const key = keyOf(process);
    if (this.#runs.get(key) === run) return;
    this.forget(process);
    this.#runs.set(key, run);
    const keys = this.#keys.get(run);
    if (keys === undefined) this.#keys.set(run, new Set([key]));
    else keys.add(key);
  }

  runOf(process: ProcessId): RunId | undefined {
    return this.#runs.get(keyOf(process));
  }

  /** The processes of a run that were seen, by identity. */
  of(run: RunId): ReadonlySet<string> {
    return this.#keys.get(run) ?? new Set();
  }

  forget(process: ProcessId): void {
    const key = keyOf(process);
    const run = this.#runs.get(key);
    if (run === undefined) return;
    this.#runs.delete(key);
    const keys = this.#keys.get(run)!;
    keys.delete(key);
    if (keys.size === 0) this.#keys.delete(run);
  }

  forgetRun(run: RunId): void {
    for (const key of this.of(run)) this.#runs.delete(key);
    this.#keys.delete(run);
  }
}
