/** The course of a tree under a script, computed at once. PURE. */
import { grouped } from "../base/counted.ts";
import { formatDuration } from "../base/duration.ts";
import { ExitCode } from "../base/exit_code.ts";
import { instant, NEVER } from "../base/instant.ts";
import { UserError } from "../base/user_error.ts";
import { type Plan, ROOT } from "../config/plan.ts";
import type { Calendar } from "../supervision/calendar.ts";
import type { State } from "../supervision/state.ts";
import type { Recording } from "./recorded/recording.ts";
import type { ScriptLine, ScriptRequest } from "./script.ts";
import { SimulatedTree } from "./simulated_tree.ts";
import type { Trace } from "./trace.ts";
import { unplayedIn, type UnplayedLine } from "./unplayed.ts";

/** How long is simulated what never comes to rest, unless somebody says how long. */
export const LONGEST_MS = 3_600_000;

/** A course with more entries would take minutes, and the memory of a machine. */
export const MOST_ENTRIES = 1_000_000;

/** See {@linkcode simulateTrace}. */
export interface SimulationOptions {
  /** Draws the jitter of backoffs. @default 1 */
  readonly seed?: number;
  /** The date at which the tree begins, in milliseconds since 1970. @default 2026-01-01, UTC */
  readonly date?: number;
  /** The dates of cron expressions. @default None ever comes. */
  readonly nextDate?: Calendar["next"];
  /** How long. @default Until the tree has ended or nothing more happens, an hour at most. */
  readonly forMs?: number;
  /** How long is simulated what never comes to rest, where `forMs` is not given. @default An hour */
  readonly longestMs?: number;
  /** How many entries the course may have. @default A million */
  readonly mostEntries?: number;
  /** See {@linkcode SimulatedTreeOptions}. */
  readonly recording?: Recording;
}

/** A course that was computed. */
export interface Simulated extends Trace {
  /** The state in which it ended. */
  readonly state: State;
  /** The date at its beginning, in milliseconds since 1970. */
  readonly date: number;
  /** Lines of the script that nothing came of. */
  readonly unplayed: readonly UnplayedLine[];
  /** Requests of the script that got no answer. */
  readonly unanswered: readonly ScriptRequest[];
  /** Whether nothing more would happen by itself. */
  readonly isAtRest: boolean;
}

/**
 * Computes it.
 *
 * @param script Lines that hold in this plan; see `checkScript`.
 * @throws {UserError} `simulate/too-long`
 */
export function simulateTrace(
  plan: Plan,
  script: readonly ScriptLine[],
  { forMs, longestMs = LONGEST_MS, mostEntries = MOST_ENTRIES, ...options }: SimulationOptions = {},
): Simulated {
  const tree = new SimulatedTree({ plan, script, ...options });
  const date = tree.date;
  tree.begin();
  const until = instant(forMs ?? longestMs);
  // Where a life is played again, the machine may have had something to tell after its end.
  const goesOn = () => tree.state.outcome === null || options.recording !== undefined;
  while (goesOn() && tree.next(until)) if (tree.entries.length > mostEntries) throw tooLong(tree);
  const isAtRest = tree.due === NEVER || tree.state.outcome !== null;
  if (tree.state.outcome === null && (forMs !== undefined || !isAtRest)) tree.advanceTo(until);
  const trace = tree.trace();
  const unplayed = unplayedIn(trace, script, (path) => tree.startsOf(path));
  return { ...trace, state: tree.state, date, unplayed, unanswered: tree.unanswered(), isAtRest };
}

/** The error of a course that has more entries than it may have. */
export function tooLong({ entries, now }: Pick<SimulatedTree, "entries" | "now">): UserError {
  const counts = Map.groupBy(entries, ({ node }) => node);
  const [path, own] = [...counts].reduce((most, one) => one[1].length > most[1].length ? one : most);
  return new UserError(
    "simulate/too-long",
    `After ${formatDuration(Math.round(now))} the course has ${grouped(entries.length)} entries, ` +
      `${grouped(own.length)} of them of "${path === ROOT ? "the tree" : path}"`,
    {
      exitCode: ExitCode.usage,
      hint: "simulate for less time, or give what restarts so often a budget or a longer `backoff`",
    },
  );
}
