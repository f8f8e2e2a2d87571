import type { PipeSource, ProcessId } from "../../host/ports/processes.ts";
import type { Exit } from "../../supervision/exit.ts";

/** The main process of a run: started here, or by an earlier supervisor, and then the child of another process. */
export interface MainProcess extends ProcessId {
  /** Null if there is nothing to read. */
  readonly stdout: PipeSource | null;
  readonly stderr: PipeSource | null;
  /** Resolves once, when it is known how it ended; never rejects. */
  readonly exited: Promise<Exit>;
  /** The version of the file that says that it is ready, from before its start; null if there was none, or is none to ask for. */
  readonly fileBefore: string | null;
  /** The isolator whose child it is; null if it is another's. */
  readonly home: number | null;
}
