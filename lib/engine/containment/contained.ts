import type { Hunt, Sighting } from "../../host/hunt.ts";
import type { ProcessId, ProcessRow } from "../../host/ports/processes.ts";
import type { RunId } from "../../supervision/state.ts";

/** The marks of a run. */
export interface RunMark {
  readonly run: RunId;
  /** Address of its actor. */
  readonly path: string;
  /** Its mark in the environment of its processes. */
  readonly marker: string;
  readonly main: ProcessId;
  /** The isolator whose child it is; null if it is another's. */
  readonly home: number | null;
}

/** A run as the containment keeps it. */
export interface Contained extends Omit<RunMark, "main"> {
  main: ProcessId;
  /** Those that were the main process before, and may live. */
  formers: readonly ProcessId[];
  /** The pipes and sockets that its main process began with for its output: no other run was handed them. */
  readonly outputs: readonly string[];
  mainAlive: boolean;
  /** Whether the end of the main process has been told: nothing is called clear before. */
  mainReported: boolean;
  /** Ends what is left; null while nothing is to be ended. */
  hunt: Hunt | null;
  /** The last sighting of the hunt; null if it has not looked yet. */
  sighting: Sighting | null;
  /** Whether only the main process is to be ended. */
  mainOnly: boolean;
  /** The processes that it has left behind on purpose. */
  left: readonly ProcessRow[];
  onUnseen: ((why: string) => void) | null;
  onClear: (() => void) | null;
}

/** A run whose main process has just started. */
export function newRun(mark: RunMark, outputs: readonly string[]): Contained {
  return {
    ...mark,
    outputs,
    formers: [],
    mainAlive: true,
    mainReported: false,
    hunt: null,
    sighting: null,
    mainOnly: false,
    left: [],
    onUnseen: null,
    onClear: null,
  };
}
