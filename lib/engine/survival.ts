/**
 * A tree that outlives its supervisor: what it does is written down, and what its actors print goes through pipes with names,
 * so that the guardian can keep both until a new supervisor goes on.
 */
import { type ActorSpec, type Plan, treeAt } from "../config/plan.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import type { Instant } from "../base/instant.ts";
import type { RunId, State } from "../supervision/state.ts";
import { type LogHeader, logHeader, type SavedRun, StateLog } from "./state_log.ts";

/** The two output streams of a run. */
export interface NamedPipes {
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a tree keeps what its next supervisor needs. */
export interface SurvivalOptions {
  readonly host: Pick<Host, "boot" | "clock" | "digest" | "files">;
  readonly plan: Plan;
  /** A folder of the tree's own. */
  readonly folder: string;
  readonly instance: string;
  /** Has the guardian open pipes, and let go of those that are gone. Must not wait. */
  readonly hold: (pipes: NamedPipes) => void;
  readonly release: (pipes: NamedPipes) => void;
  /** Told that something cannot be written down. */
  readonly onFailure: (why: string) => void;
}

/** See the module. */
export class Survival {
  readonly #options: SurvivalOptions;
  #log: StateLog | null = null;

  constructor(options: SurvivalOptions) {
    this.#options = options;
  }

  /** Writes everything down from now on. @param runs Those that there are already. */
  begin(state: State, runs: readonly SavedRun[]): void {
    const { host: { files }, plan, folder, onFailure } = this.#options;
    const paths = plan.nodes.map((node) => node.path);
    files.makeFolder(pipesFolderOf(folder));
    const wanted = new Set(runs.flatMap(({ run }) => Object.values(this.pipesOf(run))));
    for (const name of files.list(pipesFolderOf(folder))) {
      const path = `${pipesFolderOf(folder)}/${name}`;
      if (!wanted.has(path)) files.remove(path);
    }
    for (const { run } of runs) this.hold(run);
    this.#log = new StateLog(
      {
        files,
        path: stateLogOf(folder),
        header: () => this.#header(paths),
        onFailure,
      },
      state,
      runs,
    );
  }

  changed(before: State, after: State): void {
    this.#log?.changed(before, after);
  }

  started(run: RunId, { pid, startTime }: ProcessId, actor: ActorSpec): void {
    const { host, plan } = this.#options;
    const survives = treeAt(plan, actor.parent!).onSupervisorDeath === "survive";
    this.#log?.started({ run, pid, startTime, spec: fingerprintOf(host, actor), survives });
  }

  died(...death: Parameters<StateLog["died"]>): void {
    this.#log?.died(...death);
  }

  /** The pipes that a new run is to write to. */
  openPipes(run: RunId): NamedPipes {
    const pipes = this.pipesOf(run);
    for (const path of [pipes.stdout, pipes.stderr]) this.#options.host.files.remove(path);
    return pipes;
  }

  /** A run writes to its pipes. */
  hold(run: RunId): void {
    this.#options.hold(this.pipesOf(run));
  }

  pipesOf(run: RunId): NamedPipes {
    return pipesOf(this.#options.folder, run);
  }

  /** Nobody writes to the pipes of a run any more. */
  removePipes(run: RunId): void {
    const pipes = this.pipesOf(run);
    this.#options.release(pipes);
    for (const path of [pipes.stdout, pipes.stderr]) this.#options.host.files.remove(path);
  }

  /** The tree is over: there is nothing to go on with. */
  end(): void {
    this.#log = null;
    const { host: { files }, folder } = this.#options;
    files.remove(stateLogOf(folder));
    files.remove(pipesFolderOf(folder));
  }

  #header(paths: readonly string[]): LogHeader {
    const { host, instance } = this.#options;
    const now: Instant = host.clock.now();
    return logHeader({ instance, boot: host.boot(), now, paths });
  }
}

/** Where the state of a tree is written. */
export function stateLogOf(folder: string): string {
  return `${folder}/state.jsonl`;
}

/** Where the pipes of a tree are. */
export function pipesFolderOf(folder: string): string {
  return `${folder}/pipes`;
}

/** The pipes of a run. */
export function pipesOf(folder: string, run: RunId): NamedPipes {
  const path = `${pipesFolderOf(folder)}/${run}`;
  return { stdout: `${path}.out`, stderr: `${path}.err` };
}

/** Tells what is started for an actor from anything else that could be. */
export function fingerprintOf({ digest }: Pick<Host, "digest">, spec: ActorSpec): string {
  const { kind, argv, module, cwd, env, inheritEnv, stdin, sockets, privileges } = spec;
  return digest(JSON.stringify([kind, argv, module, cwd, env, inheritEnv, stdin, sockets, privileges]));
}
