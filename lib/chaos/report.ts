/** The report of chaos: its acts, and the outcome of each. PURE. */
import { median } from "../base/median.ts";
import type { Judged } from "../simulation/expect/judge.ts";
import type { Act, ActKind } from "./act.ts";
import { ACTOR_ACTS, OWN_ACTS } from "./act.ts";
import type { BrokenPromise } from "./promise_watch.ts";

/**
 * The outcome of an act. `well`: all is well again. `nothing`: nobody has noticed anything. `gone`: the tree has ended with it, as
 * it is to, and nothing of it is left. `not-well`: not in time. `unknown`: chaos has ended before that was clear.
 */
export type CameTo = "well" | "nothing" | "gone" | "not-well" | "unknown";

/** An act that is over. Times are in milliseconds. */
export interface DoneAct {
  /** Counts from 1. */
  readonly number: number;
  readonly act: Act;
  /** Since chaos began. */
  readonly atMs: number;
  /** From the act until all that it has touched was well again; null if nothing came of it that anybody could see. */
  readonly recoveryMs: number | null;
  /** The same as the rules of the tree and its earlier starts have it; null where that is not computed. */
  readonly computedMs: number | null;
  /** When that was clear, since chaos began. */
  readonly overMs: number;
  readonly cameTo: CameTo;
}

/** Why chaos came to its end. `nothing-to-hit`: all was well for long, and none of the acts that are wanted could be done. */
export type WhyOver =
  | "minutes"
  | "acts"
  | "interrupted"
  | "not-well"
  | "planned"
  | "ended"
  | "nothing-to-hit";

/** See the module. */
export interface ChaosReport {
  readonly why: WhyOver;
  readonly seed: number;
  /** The command line that does the same again. */
  readonly command: readonly string[];
  readonly lastedMs: number;
  /** How often the process table was looked at. */
  readonly looks: number;
  readonly acts: readonly DoneAct[];
  readonly broken: readonly BrokenPromise[];
  readonly judged: readonly Judged[];
}

/** The recoveries from one kind of act. */
export interface Recoveries {
  readonly kind: ActKind;
  readonly count: number;
  /** How many of them were noticed by anybody. */
  readonly noticed: number;
  /** Of two in the middle the mean, in whole milliseconds. */
  readonly medianMs: number | null;
  readonly worstMs: number | null;
  /** The worst that was computed for any of them; null if none was. */
  readonly computedMs: number | null;
}

/** Whether all promises and expectations were kept. */
export function isSound({ broken, judged }: Pick<ChaosReport, "broken" | "judged">): boolean {
  return broken.length === 0 && judged.every(({ verdict }) => verdict.is !== "broken");
}

/** A summary for each kind of act that was done. */
export function recoveriesOf(acts: readonly DoneAct[]): readonly Recoveries[] {
  return [...ACTOR_ACTS, ...OWN_ACTS].flatMap((kind) => {
    const own = acts.filter(({ act }) => act.kind === kind);
    if (own.length === 0) return [];
    const times = own.flatMap(({ recoveryMs }) => recoveryMs ?? []);
    const computed = own.flatMap(({ computedMs }) => computedMs ?? []);
    return [{
      kind,
      count: own.length,
      noticed: times.length,
      medianMs: times.length === 0 ? null : Math.round(median(times)!),
      worstMs: times.length === 0 ? null : Math.max(...times),
      computedMs: computed.length === 0 ? null : Math.max(...computed),
    }];
  });
}
