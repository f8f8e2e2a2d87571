/** One run of an actor as a journal has it. Times are in milliseconds since the tree began. PURE. */
import type { HookName } from "../../config/plan.ts";
import type { ActorError } from "../../supervision/actor_error.ts";
import type { Exit } from "../../supervision/exit.ts";
import type { HookEnd } from "../../supervision/hook.ts";
import type { Rest } from "../../supervision/rest.ts";
import type { HowEnded } from "../script.ts";

/** The answer of checks of health, or of a watchdog, that changed what was known of a run. */
export type HealthChange =
  | { readonly atMs: number; readonly healthy: true }
  | { readonly atMs: number; readonly healthy: false; readonly why: string; readonly failures: number };

/** See the module. */
export interface RecordedRun {
  /** Counts from 1. */
  readonly nth: number;
  /** When its program ran; null if it never did. */
  readonly startedAt: number | null;
  /** Why it could not be started; null if it could. @param isFinal Whether it would fail so again. */
  readonly failure: { readonly atMs: number; readonly message: string; readonly isFinal: boolean } | null;
  readonly readyAt: number | null;
  /** The last answer of its probe when the time for its start was up; null for none. */
  readonly lastError: string | null;
  /** Whether it spoke the protocol of actors when it was asked to stop; null if it never was. */
  readonly hadJoined: boolean | null;
  readonly health: readonly HealthChange[];
  /** When its stop began; null if it ended by itself. */
  readonly askedAt: number | null;
  readonly killedAt: number | null;
  readonly exit: { readonly atMs: number; readonly exit: Exit; readonly error: ActorError | null } | null;
  /** When nothing of it was left; null if that is not known. */
  readonly clearedAt: number | null;
  /** The looks at what was left of it after it was killed. */
  readonly looks: readonly { readonly atMs: number; readonly rest: Rest }[];
  /** Of hooks that have not failed only the begin is told. */
  readonly hooks: Readonly<Partial<Record<HookName, RecordedHook>>>;
}

/** A hook of a run. */
export interface RecordedHook {
  readonly begunAt: number;
  /** When it ended; that of its begin if nothing tells of it. */
  readonly atMs: number;
  readonly end: HookEnd;
}

/** Whether nobody had asked a process to end when it did. Its descendants may have been killed since. */
export function hasEndedItself({ exit, askedAt, killedAt }: RecordedRun): boolean {
  return exit !== null && askedAt === null && (killedAt === null || killedAt > exit.atMs);
}

/** An end that nobody saw is a failure as another. */
export function howEnded(exit: Exit): HowEnded {
  return exit.how === "exited" ? exit.code : exit.how === "signalled" ? exit.signal : 1;
}
