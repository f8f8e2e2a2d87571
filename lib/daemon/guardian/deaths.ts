/**
 * How the processes of a tree have ended that a guardian has reaped: written down before it does, and read by the supervisor
 * that the guardian tells of it, or by the next one.
 */
import { decodeJsonOrNull } from "../../base/shape.ts";
import { keyOf } from "../../host/alive.ts";
import type { Files } from "../../host/ports/files.ts";
import { reapedOrphanShape } from "../../host/ports/process_shapes.ts";
import type { ExitStatus, ProcessId, ReapedOrphan } from "../../host/ports/processes.ts";
import type { TreeId } from "../tree_id.ts";

/** How much is kept of what a supervisor has read long since. */
const MOST_CHARS = 1_024 * 1_024;

/** The guardian's side. */
export class DeathFile {
  readonly #files: Files;
  readonly #tree: Pick<TreeId, "deaths">;
  #chars = 0;

  constructor(files: Files, tree: Pick<TreeId, "deaths">) {
    this.#files = files;
    this.#tree = tree;
  }

  /** Where the disk is full, it is not known how the process has ended. */
  add(death: ReapedOrphan): void {
    const line = `${JSON.stringify(death)}\n`;
    try {
      if (this.#chars > MOST_CHARS) {
        this.#files.remove(this.#tree.deaths);
        this.#chars = 0;
      }
      this.#files.append(this.#tree.deaths, line);
      this.#chars += line.length;
    } catch {
      // A waiting task will see that the process is gone.
    }
  }
}

/** The supervisor's side. */
export class DeathReader {
  readonly #files: Files;
  readonly #path: string;
  #read = 0;

  constructor(files: Files, path: string) {
    this.#files = files;
    this.#path = path;
  }

  /** Those that were written since the last call. */
  next(): readonly ReapedOrphan[] {
    const text = readOr(this.#files, this.#path);
    // A file that is shorter than what was read of it has been begun anew.
    if (text.length < this.#read) this.#read = 0;
    const whole = text.slice(this.#read, text.lastIndexOf("\n") + 1);
    this.#read += whole.length;
    return whole.split("\n").flatMap(decode);
  }
}

/** How those have ended that were written so far. */
export function readDeaths(files: Files, path: string): (process: ProcessId) => ExitStatus | null {
  const deaths = new DeathReader(files, path).next();
  const known = new Map(deaths.map(({ row, status }) => [keyOf(row), status]));
  return (process) => known.get(keyOf(process)) ?? null;
}

function decode(line: string): readonly ReapedOrphan[] {
  const death = decodeJsonOrNull(reapedOrphanShape, line);
  return death === null ? [] : [death];
}

function readOr(files: Files, path: string): string {
  try {
    return files.readOwn(path) ?? "";
  } catch {
    return "";
  }
}
