/**
 * An expectation of the course of a tree, as data. PURE. The language, in which every word is in small letters:
 *
 *     [always | never] WHO STATE [WHEN]
 *     WHO starts | restarts | failures | exits  at most | at least | exactly  N [within DURATION]
 *     never WHO starts | restarts | failures | exits
 *
 *     WHO    a selector as the command line has them (each of several must keep it), or `tree`
 *     STATE  [not] ready, healthy, unhealthy, started, running, starting, waiting, backing-off, stopping, stopped, completed,
 *            failed, inactive, ended; `running twice`
 *     WHEN   before TIME | after TIME | from TIME to TIME, counted from the beginning of the tree
 *            before WHO STATE          not later than that is first so
 *            within DURATION of WHO STATE | within DURATION of down      each time
 *
 * Without `always` or `never` it must be so at some time; with `from` all that time.
 * `always` and `never` may follow WHO, `fails` is `failures`, N may be `once` or `twice`, and `times` may follow it.
 */
import type { Fact } from "../trace.ts";

/** The states that can be asked for. */
export const CONDITIONS = [
  "ready",
  "healthy",
  "unhealthy",
  "started",
  "running",
  "running twice",
  "starting",
  "waiting",
  "backing-off",
  "stopping",
  "stopped",
  "completed",
  "failed",
  "inactive",
  "ended",
] as const;

/** See {@linkcode CONDITIONS}. */
export type ConditionName = typeof CONDITIONS[number];

/** The things that can be counted. */
export const COUNTED = ["starts", "restarts", "failures", "exits"] as const;

/** See {@linkcode COUNTED}. */
export type Counted = typeof COUNTED[number];

/** Somebody in some state. */
export interface Claim {
  /** A selector; `tree` for the whole. */
  readonly who: string;
  readonly state: ConditionName;
  readonly isNot: boolean;
}

/** The part of the course that counts, in milliseconds since its beginning: from the first, up to the second. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** See the module. */
export type Expectation =
  & { readonly text: string }
  & (
    | { readonly kind: "sometime"; readonly claim: Claim; readonly range: Range }
    | { readonly kind: "always"; readonly claim: Claim; readonly range: Range }
    | { readonly kind: "never"; readonly claim: Claim; readonly range: Range }
    /** Not later than another is first so. */
    | { readonly kind: "order"; readonly claim: Claim; readonly than: Claim }
    /** Each time that another comes to be so; null for each request for a `down`. */
    | { readonly kind: "within"; readonly claim: Claim; readonly ms: number; readonly of: Claim | null }
    | {
      readonly kind: "count";
      readonly who: string;
      readonly what: Counted;
      readonly how: "at most" | "at least" | "exactly";
      readonly number: number;
      /** Within any time as long as this; null for the whole course. */
      readonly withinMs: number | null;
    }
  );

/** Whether a claim holds of a fact. @param isTree Whether it is about a tree, which has no process. */
export function holdsOf(
  { state, isNot }: Pick<Claim, "state" | "isNot">,
  fact: Fact,
  isTree: boolean,
): boolean {
  return isSo(state, fact, isTree) !== isNot;
}

function isSo(state: ConditionName, fact: Fact, isTree: boolean): boolean {
  switch (state) {
    case "ready":
      return fact.ready === true;
    case "healthy":
      return fact.healthy === true;
    case "unhealthy":
      return fact.healthy === false;
    case "started":
      return isTree ? fact.state === "starting" || fact.state === "running" : fact.processes > 0;
    case "running twice":
      return fact.processes > 1;
    case "backing-off":
      return fact.state === "backing_off";
    case "ended":
      return fact.state === "stopped" || fact.state === "completed" || fact.state === "failed";
    default:
      return fact.state === state;
  }
}
