/**
 * Tries many scripts by chance on a plan, and finds the first course that breaks a promise, disappoints a hope, or is not as
 * somebody expects. PURE.
 */
import { seeded } from "../../base/chance.ts";
import type { Plan } from "../../config/plan.ts";
import type { Calendar } from "../../supervision/calendar.ts";
import type { Expectation } from "../expect/expectation.ts";
import { Course, judge } from "../expect/judge.ts";
import type { ScriptLine } from "../script.ts";
import { type Simulated, simulateTrace } from "../simulate.ts";
import { type Broken, type HopeName, HOPES, isSameBroken } from "./broken.ts";
import { isFair } from "./fair.ts";
import { type Ground, groundOf } from "./ground.ts";
import { brokenHope } from "./hopes.ts";
import { brokenPromise } from "./promises.ts";
import { FAULTS, randomScript } from "./random_script.ts";
import { shrink } from "./shrink.ts";

/** See {@linkcode explore}. */
export interface ExploreOptions {
  /** How many scripts are tried. */
  readonly runs: number;
  /** The scripts follow from it. @default 1 */
  readonly seed?: number;
  /** How many runs of actors fail in one script, at most. @default 3 */
  readonly faults?: number;
  /** Lines that hold in all courses: how slow things are, or how long tasks take. */
  readonly given?: readonly ScriptLine[];
  /** The hopes that courses are held to. @default All. */
  readonly hopes?: readonly HopeName[];
  /** Expectations that can be told in this plan, to which courses are held, too. */
  readonly expectations?: readonly Expectation[];
  /** How long what does not come to rest is simulated. @default 30 minutes */
  readonly forMs?: number;
  /** The date at which the tree begins, in milliseconds since 1970. @default 2026-01-01, UTC */
  readonly date?: number;
  /** The dates of cron expressions. @default None ever comes. */
  readonly nextDate?: Calendar["next"];
}

/** A course that is not as it should be. */
export interface Found {
  readonly broken: Broken;
  /** The shortest script that leads there, beside the lines that are given. */
  readonly script: readonly ScriptLine[];
  /** The seed of the simulation, which draws the jitter of backoffs. */
  readonly seed: number;
  readonly simulated: Simulated;
  /** How many lines the script had as it was found. */
  readonly foundLines: number;
}

/** The result of an exploration. */
export interface Explored {
  /** How many scripts were tried. */
  readonly runs: number;
  readonly found: Found | null;
}

/** How long is simulated what does not come to rest. */
const LONGEST_MS = 1_800_000;

/** Explores. Yields the number of scripts tried so far, now and then, so that somebody can be told, or call it off. */
export function* explore(plan: Plan, options: ExploreOptions): Generator<number, Explored> {
  const explorer = new Explorer(plan, options);
  const calm = explorer.calmly();
  if (calm !== null) return { runs: 0, found: calm };
  for (let run = 1; run <= options.runs; run += 1) {
    const found = explorer.tryOne(run);
    if (found !== null) return { runs: run, found };
    if (run % STRIDE === 0) yield run;
  }
  return { runs: options.runs, found: null };
}

/** So many scripts are tried in one go. */
const STRIDE = 20;

/** All that an exploration goes by. */
class Explorer {
  readonly #ground: Ground;
  readonly #options: ExploreOptions;
  readonly #hopes: ReadonlySet<HopeName>;
  readonly #faults: number;
  readonly #seed: number;

  constructor(plan: Plan, options: ExploreOptions) {
    this.#options = options;
    this.#hopes = new Set(options.hopes ?? Object.keys(HOPES) as HopeName[]);
    this.#faults = options.faults ?? FAULTS;
    this.#seed = options.seed ?? 1;
    this.#ground = groundOf(plan, options.given ?? [], this.#simulation(FIRST_SEED));
  }

  /** The finding in the course that nothing disturbs; null if that is as it should be. */
  calmly(): Found | null {
    const { calm } = this.#ground;
    const broken = this.#brokenIn(calm, []);
    return broken === null ? null : { broken, script: [], seed: FIRST_SEED, simulated: calm, foundLines: 0 };
  }

  /** Tries the script that has a number. */
  tryOne(run: number): Found | null {
    const random = seeded(Math.imul(this.#seed, 0x9e3779b1) + run);
    const script = randomScript(this.#ground, random, { faults: this.#faults });
    const seed = 1 + Math.floor(random() * MOST_SEED);
    const broken = this.#brokenIn(this.#simulate(script, seed), script);
    return broken === null ? null : this.#shrunk(broken, script, seed);
  }

  #shrunk(broken: Broken, script: readonly ScriptLine[], seed: number): Found {
    const brokenBy = (candidate: readonly ScriptLine[], seed: number): Broken | null => {
      if (!isFair(this.#ground, candidate, this.#faults)) return null;
      const other = this.#brokenIn(this.#simulate(candidate, seed), candidate);
      return other !== null && isSameBroken(broken, other) ? other : null;
    };
    const plainSeed = brokenBy(script, FIRST_SEED) === null ? seed : FIRST_SEED;
    const shortest = shrink(script, (candidate) => brokenBy(candidate, plainSeed) !== null);
    const plainestSeed = brokenBy(shortest, FIRST_SEED) === null ? plainSeed : FIRST_SEED;
    const simulated = this.#simulate(shortest, plainestSeed);
    return {
      broken: this.#brokenIn(simulated, shortest)!,
      script: shortest,
      seed: plainestSeed,
      simulated,
      foundLines: script.length,
    };
  }

  #brokenIn(simulated: Simulated, script: readonly ScriptLine[]): Broken | null {
    return brokenPromise(simulated, [...this.#ground.given, ...script]) ??
      brokenHope(this.#ground, simulated, this.#hopes) ??
      brokenExpectation(simulated, this.#options.expectations ?? []);
  }

  #simulate(script: readonly ScriptLine[], seed: number): Simulated {
    return simulateTrace(this.#ground.plan, [...this.#ground.given, ...script], this.#simulation(seed));
  }

  #simulation(seed: number) {
    const { date, nextDate, forMs = LONGEST_MS } = this.#options;
    return {
      seed,
      longestMs: forMs,
      ...(date === undefined ? {} : { date }),
      ...(nextDate === undefined ? {} : { nextDate }),
    };
  }
}

/** The first expectation that is broken; null if none is. */
function brokenExpectation(simulated: Simulated, expectations: readonly Expectation[]): Broken | null {
  const course = new Course(simulated, simulated.isAtRest);
  for (const expectation of expectations) {
    const verdict = judge(expectation, course);
    if (verdict.is !== "broken") continue;
    const { path, atMs } = verdict.why;
    return { kind: "expectation", name: expectation.text, path, atMs, expectation, why: verdict.why };
  }
  return null;
}

/** The seed of simulations that is not said. */
const FIRST_SEED = 1;
const MOST_SEED = 1_000_000;
