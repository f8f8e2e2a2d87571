/**
 * A script: what befalls a tree that is simulated, as a list of lines that hold by themselves, so that any of them can be
 * left out. Times are in milliseconds: those of a line about an actor count from the start of the run that it is about,
 * others from the beginning of the tree. PURE.
 */
import type { Signal } from "../base/signals.ts";
import type { HookName, NodeId } from "../config/plan.ts";
import type { Exit } from "../supervision/exit.ts";

/** Some runs of an actor, counted from 1. */
export interface Runs {
  readonly from: number;
  /** How many; Infinity for all that follow. */
  readonly count: number;
}

/** How a process ends: its exit code, or the signal that it dies of. */
export type HowEnded = number | Signal;

/** The end of a process, as the core is told of it. */
export function exitOf(how: HowEnded): Exit {
  return typeof how === "number" ? { how: "exited", code: how } : { how: "signalled", signal: how };
}

interface AboutRuns<Kind extends string> {
  readonly kind: Kind;
  readonly path: NodeId;
  readonly runs: Runs;
}

/** Something that the runs of an actor do. */
export type RunLine =
  /** The process ends by itself. */
  | (AboutRuns<"exit"> & { readonly atMs: number; readonly how: HowEnded })
  /** It cannot be started. */
  | AboutRuns<"missing">
  /** It takes as long until it is ready; what has nothing to be ready by takes as long as a whole. Infinity: for ever. */
  | (AboutRuns<"slow"> & { readonly ms: number })
  /** It takes as long from its start to its end, which is a success. */
  | (AboutRuns<"lasts"> & { readonly ms: number })
  /** From then on it answers nothing, and only SIGKILL ends it. */
  | (AboutRuns<"hang"> & { readonly atMs: number })
  /** Its health checks fail for some time. */
  | (AboutRuns<"unhealthy"> & { readonly atMs: number; readonly forMs: number })
  /** It takes as long to end after it was asked to, and ends so; null for as its stop signal does. Infinity: only SIGKILL ends it. */
  | (AboutRuns<"stop"> & { readonly ms: number; readonly how: HowEnded | null })
  /** A hook of it takes as long, and ends so. */
  | (AboutRuns<"hook"> & { readonly hook: HookName; readonly ms: number; readonly code: number });

/** The requests that a script can make. */
export type ScriptRequest =
  | { readonly verb: "start" | "stop" | "restart" | "reset"; readonly paths: readonly NodeId[] }
  | { readonly verb: "signal"; readonly paths: readonly NodeId[]; readonly signal: Signal }
  | { readonly verb: "down" };

/** Something that befalls the tree as a whole. */
export type TreeLine =
  | { readonly kind: "request"; readonly atMs: number; readonly request: ScriptRequest }
  /** The supervisor is killed, and another one is there some time after. */
  | { readonly kind: "kill_supervisor"; readonly atMs: number; readonly forMs: number };

/** See the module. Where two lines say how a run ends, the earlier end holds; of other kinds the last line holds. */
export type ScriptLine = RunLine | TreeLine;

/** Whether a line is about the runs of an actor. */
export function isRunLine(line: ScriptLine): line is RunLine {
  return "path" in line;
}
