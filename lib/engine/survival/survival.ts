/**
 * A tree that outlives its supervisor: what it does is written down, and the guardian keeps the pipes of its runs open, until a
 * new supervisor goes on.
 */
import type { ActorSpec } from "../../config/plan.ts";
import { processOf } from "../../config/process_of.ts";
import type { Host } from "../../host/ports/host.ts";
import type { State } from "../../supervision/state.ts";
import type { NamedPipes } from "./run_pipes.ts";
import { logHeader, type SavedRun, StateLog } from "./state_log.ts";

/** Where a tree keeps what its next supervisor needs. */
export interface SurvivalOptions {
  readonly host: Pick<Host, "boot" | "clock" | "digest" | "files">;
  /** A folder of the tree's own. */
  readonly folder: string;
  readonly instance: string;
  /** Has the guardian open pipes, and let go of those that are over. Must not wait. */
  readonly hold: (pipes: NamedPipes) => void;
  readonly release: (pipes: NamedPipes) => void;
  /** Told that something cannot be written down. */
  readonly onFailure: (why: string) => void;
}

/** See the module. */
export class Survival {
  readonly #options: SurvivalOptions;
  /** The pipes that a guardian is to hold. */
  readonly #held = new Set<NamedPipes>();
  /** A plan is written down with each of its changes, and a run with its spec. */
  readonly #fingerprints = new WeakMap<ActorSpec, string>();
  #log: StateLog | null = null;

  constructor(options: SurvivalOptions) {
    this.#options = options;
  }

  /** Writes everything down from now on. @param runs Those that there are already. */
  begin(state: State, runs: readonly SavedRun[]): void {
    const { host, folder, instance, onFailure } = this.#options;
    const header = () => logHeader({ instance, boot: host.boot(), now: host.clock.now() });
    const fingerprintOf = (actor: ActorSpec) => this.#fingerprintOf(actor);
    const options = { files: host.files, path: stateLogOf(folder), header, fingerprintOf, onFailure };
    this.#log = new StateLog(options, state, runs);
  }

  /** Somebody has removed what was written. */
  rewrite(): void {
    this.#log?.rewrite();
  }

  changed(before: State, after: State): void {
    this.#log?.changed(before, after);
  }

  started(run: Omit<SavedRun, "spec" | "log" | "status">, actor: ActorSpec): void {
    const { run: number, pid, startTime, fileBefore, survives } = run;
    const spec = this.#fingerprintOf(actor);
    this.#log?.started({ run: number, pid, startTime, fileBefore, spec, survives, log: actor.log });
  }

  #fingerprintOf(actor: ActorSpec): string {
    const known = this.#fingerprints.get(actor);
    if (known !== undefined) return known;
    const fingerprint = fingerprintOf(this.#options.host, actor);
    this.#fingerprints.set(actor, fingerprint);
    return fingerprint;
  }

  died(...death: Parameters<StateLog["died"]>): void {
    this.#log?.died(...death);
  }

  /** Somebody writes to pipes from now on. */
  hold(pipes: NamedPipes): void {
    this.#held.add(pipes);
    this.#options.hold(pipes);
  }

  /** Nobody does any more. */
  release(pipes: NamedPipes): void {
    for (const held of this.#held) if (held.stdout === pipes.stdout) this.#held.delete(held);
    this.#options.release(pipes);
  }

  /** The pipes that somebody writes to. */
  get held(): readonly NamedPipes[] {
    return [...this.#held];
  }

  /** There is another guardian. */
  holdAll(): void {
    for (const pipes of this.#held) this.#options.hold(pipes);
  }

  /** The tree is over: there is nothing to go on with. */
  end(): void {
    this.#log = null;
    this.#options.host.files.remove(stateLogOf(this.#options.folder));
  }
}

/** Where the state of a tree is written. */
export function stateLogOf(folder: string): string {
  return `${folder}/state.jsonl`;
}

/** Tells what is started for an actor from anything else that could be. */
export function fingerprintOf({ digest }: Pick<Host, "digest">, spec: ActorSpec): string {
  return digest(processOf(spec));
}
