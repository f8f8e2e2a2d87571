/** The words of a run about itself, by any protocol. */
import type { Instant } from "../base/instant.ts";

/** One thing that a run says of itself. */
export type Told =
  /** It stops by itself. */
  | { readonly is: "stopping" }
  /** It reads its configuration anew, until it says that it is ready. */
  | { readonly is: "reloading" }
  | { readonly is: "ready" }
  /** For people. */
  | { readonly is: "status"; readonly text: string }
  /** It still works: its watchdog begins anew. */
  | { readonly is: "alive" }
  /** It has found out by itself that it does not. */
  | { readonly is: "broken" }
  /** Its watchdog has another time; null for none. */
  | { readonly is: "watchdog"; readonly ms: number | null }
  /** Its present work takes so long yet: its start, its stop or its whole run. */
  | { readonly is: "extend"; readonly ms: number }
  /** Another of its processes is the main one. */
  | { readonly is: "main"; readonly pid: number }
  /** Why it will fail, or has. */
  | { readonly is: "error"; readonly text: string };

/** All that a run has told of itself so far. */
export interface RunWord {
  /** Its work beside serving, as it says. */
  readonly doing: "stopping" | "reloading" | null;
  /** For people; null if it has said nothing. */
  readonly status: string | null;
  readonly error: string | null;
  /** Until when it has asked for more time, as the clock of the run has it; null if it has not. */
  readonly extendedTo: Instant | null;
  /** The time that it has given its watchdog, where `ms` is null for none; null if it has not. */
  readonly watchdog: { readonly ms: number | null } | null;
}

/** A run that has said nothing. */
export const NO_WORD: RunWord = { doing: null, status: null, error: null, extendedTo: null, watchdog: null };
