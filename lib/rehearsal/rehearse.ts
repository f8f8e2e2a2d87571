/**
 * The course of a tree under a script, as `simulateTrace` computes it, but played by the very engine: the same code that runs
 * a tree starts puppets on a fake machine, asks them, signals them and reaps them, in virtual time.
 */
import { type Instant, instant } from "../base/instant.ts";
import type { Plan } from "../config/plan.ts";
import { compilePatterns } from "../engine/run/ready_patterns.ts";
import { FakeMachine } from "../host/fake/fake_machine.ts";
import { nextTurn } from "../host/shared/turn.ts";
import { withoutFrame } from "../scope/ambient.ts";
import { FIRST_DATE } from "../simulation/core_loop.ts";
import type { ScriptLine } from "../simulation/script.ts";
import { LONGEST_MS, MOST_ENTRIES, type Simulated, type SimulationOptions } from "../simulation/simulate.ts";
import { unplayedIn } from "../simulation/unplayed.ts";
import { NO_CALENDAR } from "../supervision/calendar.ts";
import { VirtualClock } from "../testing/virtual_clock.ts";
import { READY_PATTERN } from "./actor_puppet.ts";
import { Stage } from "./stage.ts";
import { stagedPlan } from "./staged_plan.ts";

/** See {@linkcode rehearse}. */
export interface RehearsalOptions extends Omit<SimulationOptions, "recording"> {
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/**
 * Plays it.
 *
 * @param script Lines that hold in this plan; see `checkScript`.
 * @throws {UserError} `simulate/too-long`
 * @throws What the signal was aborted for.
 */
export async function rehearse(
  plan: Plan,
  script: readonly ScriptLine[],
  options: RehearsalOptions = {},
): Promise<Simulated> {
  const patterns = new Map([...(await compilePatterns(plan)).keys()].map((text) => [text, READY_PATTERN]));
  const { forMs, longestMs = LONGEST_MS, seed = 1, nextDate = NO_CALENDAR.next, signal } = options;
  const { date = FIRST_DATE, mostEntries = MOST_ENTRIES } = options;
  const clock = new VirtualClock();
  const machine = new FakeMachine(clock);
  const staged = stagedPlan(plan);
  const stage = new Stage({
    clock,
    machine,
    plan,
    staged,
    script,
    seed,
    date,
    nextDate,
    patterns,
    mostEntries,
  });
  const until = instant(forMs ?? longestMs);
  const { isAtRest, restedAt } = await withoutFrame(() => play(stage, clock, until, signal));
  const state = stage.unstagedState;
  const { outcome } = state;
  const goesOn = outcome === null && (forMs !== undefined || !isAtRest);
  const trace = {
    plan,
    changes: stage.changes,
    entries: stage.entries,
    untilMs: goesOn ? until : restedAt,
    outcome,
  };
  return {
    ...trace,
    state,
    date,
    unplayed: unplayedIn(trace, script, (path) => stage.startsOf(path)),
    unanswered: stage.unanswered(),
    isAtRest,
  };
}

/** Lets time pass until nothing more happens, or it is over, or enough of it has passed. */
async function play(
  stage: Stage,
  clock: VirtualClock,
  until: Instant,
  signal: AbortSignal | undefined,
): Promise<{ readonly isAtRest: boolean; readonly restedAt: Instant }> {
  stage.begin();
  let endedAt: Instant | null = null;
  while (true) {
    // Everything that happens at one instant happens in microtasks, and in turns that the clock knows of.
    do await nextTurn(); while (clock.isTurning);
    signal?.throwIfAborted();
    stage.assertSound();
    if (stage.state.outcome !== null) endedAt ??= clock.now();
    if (stage.isOver) return { isAtRest: true, restedAt: endedAt! };
    if (endedAt === null && stage.isAtRest) return { isAtRest: true, restedAt: clock.now() };
    const next = clock.next();
    if (endedAt === null && next > until) return { isAtRest: false, restedAt: clock.now() };
    // One at a time: what follows from a thing comes before the next one of the same instant.
    clock.fireNext();
  }
}
