import { SEEDS } from "../base/chance.ts";
import { durationIn, isInRange, wholeNumberIn } from "../base/number_range.ts";
import type { NodeId, Plan } from "../config/plan.ts";
import type { Explained } from "./explained.ts";
import { nameHint } from "../config/select.ts";
import { UserError } from "../base/user_error.ts";
import { ExitCode } from "../base/exit_code.ts";
import { nearestName } from "../base/nearest.ts";
import { LENGTHS } from "../simulation/lengths.ts";
import type { Simulated } from "../simulation/simulate.ts";
import type { LineKind } from "../simulation/script_text.ts";
import type { Fact } from "../simulation/trace.ts";
import type { Outcome } from "../supervision/state.ts";
import type { WordedEntry } from "../words/worded_entry.ts";

/** The failures of a simulation: the lines of `supervise simulate`, each kind with a text or a list of texts. */
export type SimulationScript = { readonly [Kind in LineKind]?: string | readonly string[] };

/** How {@linkcode simulate} computes. */
export interface SimulateOptions {
  /**
   * For how long, in milliseconds; 31 days at most.
   *
   * @default Until the tree has ended or nothing more happens, an hour at most.
   */
  readonly forMs?: number;
  /**
   * Draws the jitter of backoffs: a whole number from 0 to 2**32 - 1.
   *
   * @default 1
   */
  readonly seed?: number;
  /**
   * The date at which the tree begins, in milliseconds since 1970: schedules go by it.
   *
   * @default 2026-01-01, UTC
   */
  readonly date?: number;
}

/** A decision in a simulation, as the journal would have it, and when it is made, in milliseconds since the beginning. */
export type SimulatedEntry = WordedEntry & { readonly atMs: number };

/** The verdict on an expectation. */
export interface ExpectationVerdict {
  /** The expectation as it was written. */
  readonly text: string;
  readonly isKept: boolean;
  /** Why it is broken, as a clause; null if it is kept. */
  readonly reason: string | null;
}

/** The course of a tree, computed. Made by {@linkcode simulate}. */
export class Simulation {
  /** The decisions, in their order. */
  readonly entries: readonly SimulatedEntry[];
  /** Lines of the script that nothing came of, as on a command line: `"--crash db@40d"` where no run of `db` lasts so long. */
  readonly unplayed: readonly string[];
  readonly #simulated: Simulated;
  readonly #tools: SimulationTools;

  /** @internal */
  constructor(
    simulated: Simulated,
    entries: readonly SimulatedEntry[],
    unplayed: readonly string[],
    tools: SimulationTools,
  ) {
    this.#simulated = simulated;
    this.#tools = tools;
    this.entries = entries;
    this.unplayed = unplayed;
  }

  /** How the tree ended; null if it goes on. */
  get outcome(): Outcome["kind"] | null {
    return this.#simulated.outcome?.kind ?? null;
  }

  /** How long it was, in milliseconds. */
  get untilMs(): number {
    return this.#simulated.untilMs;
  }

  /** Whether nothing more would happen by itself. */
  get isAtRest(): boolean {
    return this.#simulated.isAtRest;
  }

  /**
   * Judges an expectation, such as `"api ready before 60s"`, `"never db failed"` or `"db restarts at most 3"`.
   *
   * @throws {UserError} `expect/unreadable`; `expect/unreachable` for what could never be told from this course.
   */
  judge(expectation: string): ExpectationVerdict {
    return this.#tools.judge(expectation);
  }

  /**
   * Fails unless expectations are kept.
   *
   * @throws {UserError} `expect/broken` with the shortest reason; see {@linkcode Simulation.judge} for others.
   *
   * @example A slow database and a promise of the file
   * ```ts
   * import { plan, simulate } from "supervise";
   *
   * const course = await simulate(await plan("examples/stack/supervise.toml"), { slow: "postgres=20s" });
   * course.expect("api ready before 30s", "never postgres failed", "tree restarts at most 0");
   * ```
   */
  expect(...expectations: readonly string[]): void {
    for (const text of expectations) {
      const { isKept, reason } = this.judge(text);
      if (!isKept) throw new UserError("expect/broken", `${text}: ${reason}`);
    }
  }

  /**
   * The state of an actor or a tree at a time: whether it is ready and healthy, and how many processes it has.
   *
   * @param path Its address; `""` for the whole tree.
   * @param atMs In milliseconds since the beginning.
   * @default The end.
   * @throws {UserError} `target/unknown`
   */
  at(path: string, atMs: number = Infinity): Fact {
    const { changes } = this.#simulated;
    const last = changes.findLast((change) => change.path === path && change.atMs <= atMs);
    if (last !== undefined) return last.fact;
    throw this.#unknown(path);
  }

  /**
   * Explains an actor or a tree at a time, as `supervise explain` does: why it is in its state, what happens next, how many
   * restarts are left, and what follows if it goes on failing.
   *
   * @param path Its address; `""` for the whole tree.
   * @param atMs In milliseconds since the beginning.
   * @default The end.
   * @throws {UserError} `target/unknown`
   *
   * @example A restart loop is stopped by its budget
   * ```ts
   * import assert from "node:assert/strict";
   * import { plan, simulate } from "supervise";
   *
   * const course = await simulate(await plan("examples/stack/supervise.toml"), { crash: "redis@1s*all" });
   * const { state, causes, parts } = course.explain("redis");
   * assert.deepEqual([state, causes.at(-1)?.event], ["failed", "failed"]);
   * console.log(parts.map(({ about, lines }) => `${about}: ${lines.join("; ")}`).join("\n"));
   * ```
   */
  explain(path: string, atMs: number = Infinity): Explained {
    if (!this.#simulated.state.nodes.has(path as NodeId)) throw this.#unknown(path);
    return this.#tools.explain(path as NodeId, Math.min(Math.max(0, atMs), this.untilMs));
  }

  #unknown(path: string): UserError {
    const { plan } = this.#simulated;
    return new UserError("target/unknown", `Nothing in "${plan.name}" is called "${path}"`, {
      exitCode: ExitCode.noSuchTarget,
      hint: nameHint(nearestName(path, plan.nodes.map((node) => node.path))),
    });
  }
}

/** The parts of a simulation that are loaded with it. */
interface SimulationTools {
  readonly judge: (text: string) => ExpectationVerdict;
  readonly explain: (path: NodeId, atMs: number) => Explained;
}

/**
 * Computes what becomes of a tree when things go wrong: on a virtual clock, by the very code that decides in production.
 * Nothing is started. The same as `supervise simulate`, whose lines the script has.
 *
 * @param plan Made by `plan`.
 * @param script The failures; none if it is empty.
 * @throws {UserError} `simulate/bad-line` for a line that cannot be read, or means nothing in this plan; `simulate/too-long`
 * for a course of more than a million entries.
 * @throws {RangeError} For options that are out of their ranges.
 *
 * @example A daemon that crashes twice is restarted twice
 * ```ts
 * import assert from "node:assert/strict";
 * import { plan, simulate } from "supervise";
 *
 * const tree = await plan("examples/stack/supervise.toml");
 * const course = await simulate(tree, { crash: "redis@10s*2" });
 * assert.equal(course.at("redis").state, "running");
 * assert.equal(course.entries.filter(({ event, path }) => event === "restarted" && path === "redis").length, 2);
 * ```
 */
export async function simulate(
  plan: Plan,
  script: SimulationScript = {},
  options: SimulateOptions = {},
): Promise<Simulation> {
  refuseOutOfRange(options);
  const {
    describeBroken,
    explainedWith,
    explainNode,
    instant,
    journalEntryOf,
    judgeSimulated,
    LINE_KINDS,
    linesOrThrow,
    lineText,
    loadCronDates,
    SimulatedTree,
    simulateTrace,
    wordedEntry,
  } = await import("./simulation_tools.ts");
  const lines = LINE_KINDS.flatMap((kind) =>
    [script[kind] ?? []].flat().flatMap((text) => linesOrThrow(plan, kind, text))
  );
  const nextDate = await loadCronDates(plan);
  const simulated = simulateTrace(plan, lines, { ...options, nextDate });
  const entries = simulated.entries.map((entry) => ({
    ...wordedEntry(journalEntryOf(entry, simulated.date)),
    atMs: entry.atMs,
  }));
  const unplayed = simulated.unplayed.map(({ line }) => lineText(line));
  const judge = (text: string): ExpectationVerdict => {
    const { expectation, verdict } = judgeSimulated(simulated, [text], options.forMs ?? null)[0]!;
    const reason = verdict.is === "broken" ? describeBroken(expectation, verdict.why) : null;
    return { text, isKept: verdict.is === "kept", reason };
  };
  // Before its end the course is computed once more: it is the same, because nothing in it is left to chance.
  const stateAt = (atMs: number) => {
    if (atMs === simulated.untilMs) return simulated.state;
    const tree = new SimulatedTree({ plan, script: lines, ...options, nextDate });
    tree.begin();
    tree.advanceTo(instant(atMs));
    return tree.state;
  };
  const explain = (path: NodeId, atMs: number): Explained => {
    const present = { now: instant(atMs), date: simulated.date + atMs, nextDate };
    const told = simulated.entries.filter((entry) => entry.atMs <= atMs)
      .map((entry) => journalEntryOf(entry, simulated.date));
    return explainedWith(explainNode(stateAt(atMs), path, present), told, () => undefined);
  };
  return new Simulation(simulated, entries, unplayed, { judge, explain });
}

function refuseOutOfRange({ seed = 1, forMs = LENGTHS.most, date = 0 }: SimulateOptions): void {
  if (!Number.isInteger(seed) || !isInRange(SEEDS, seed)) {
    throw new RangeError(`Cannot simulate: seed is ${seed}, and has to be ${wholeNumberIn(SEEDS)}`);
  }
  if (!isInRange(LENGTHS, forMs)) {
    throw new RangeError(`Cannot simulate: forMs is ${forMs}, and has to be ${durationIn(LENGTHS)} in ms`);
  }
  if (Number.isNaN(new Date(date).getTime())) {
    throw new RangeError(`Cannot simulate: date is ${date}, which is none; give milliseconds since 1970`);
  }
}
