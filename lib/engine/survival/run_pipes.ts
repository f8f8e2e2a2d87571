/**
 * The pipes that the processes of runs print to, where the present reader may not be the last, or the process is
 * started elsewhere: they have names, and their content stays there while anybody has them open.
 */
import type { Host } from "../../host/ports/host.ts";
import type { PipeSource } from "../../host/ports/processes.ts";
import type { RunId } from "../../supervision/state.ts";

/** The two output streams of a run, by the paths of their pipes. */
export interface NamedPipes {
  readonly stdout: string;
  readonly stderr: string;
}

/** Both streams of a run, open for reading; null for one that is not there. */
export interface OpenPipes {
  readonly stdout: PipeSource | null;
  readonly stderr: PipeSource | null;
}

/** See the module. */
export class RunPipes {
  readonly #host: Pick<Host, "descriptors" | "files">;
  readonly #folder: string;

  /** @param folder A folder of the tree's own. */
  constructor(host: Pick<Host, "descriptors" | "files">, folder: string) {
    this.#host = host;
    this.#folder = folder;
  }

  /** The pipes of a run. */
  of(run: RunId): NamedPipes {
    return pipesOf(this.#folder, run);
  }

  /** Makes the pipes of a run. @throws {FileError} */
  make(run: RunId): NamedPipes {
    const pipes = this.of(run);
    this.#host.files.makeFolder(pipesFolderOf(this.#folder));
    this.remove(run);
    for (const path of Object.values(pipes)) this.#host.descriptors.makeNamedPipe(path);
    return pipes;
  }

  open(run: RunId): OpenPipes {
    const { descriptors } = this.#host;
    const open = (path: string) => {
      const descriptor = descriptors.openNamedPipe(path);
      return descriptor === null ? null : descriptors.sourceOf(descriptor);
    };
    const { stdout, stderr } = this.of(run);
    return { stdout: open(stdout), stderr: open(stderr) };
  }

  /**
   * Keeps the pipes of a run from being taken for ended by who reads them, until the returned function is called: by then they
   * must be open for writing.
   */
  hold(run: RunId): () => void {
    const { descriptors } = this.#host;
    const held = Object.values(this.of(run)).map((path) => descriptors.holdNamedPipe(path));
    return () => {
      for (const descriptor of held.splice(0)) if (descriptor !== null) descriptors.close(descriptor);
    };
  }

  /** Nobody needs the names of the pipes of a run any more. */
  remove(run: RunId): void {
    for (const path of Object.values(this.of(run))) this.#host.files.remove(path);
  }

  /** Removes all but those of some runs. */
  keepOnly(runs: readonly RunId[]): void {
    const { files } = this.#host;
    if (runs.length === 0) return files.remove(pipesFolderOf(this.#folder));
    const wanted = new Set(runs.flatMap((run) => Object.values(this.of(run))));
    for (const name of files.list(pipesFolderOf(this.#folder))) {
      const path = `${pipesFolderOf(this.#folder)}/${name}`;
      if (!wanted.has(path)) files.remove(path);
    }
  }
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
