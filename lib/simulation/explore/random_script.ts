/** Scripts by chance: some failures, some bad weather, what people ask for, and the death of the supervisor. PURE. */
import { type ActorSpec, type HookName, isProbed } from "../../config/plan.ts";
import { CRASH } from "../behaviour.ts";
import type { RunLine, Runs, ScriptLine } from "../script.ts";
import { downAt, isFair } from "./fair.ts";
import { isMissedWhenDown } from "./failures.ts";
import type { Ground } from "./ground.ts";

/** The failures that a script has at most, unless somebody says otherwise: the default budget of restarts is greater. */
export const FAULTS = 3;

/** See {@linkcode randomScript}. */
export interface RandomScriptOptions {
  /** How many runs fail at most. @default 3 */
  readonly faults?: number;
}

/** Things of a script that a file gets through without any restart. */
const MOST_WEATHER = 2;
const MOST_REQUESTS = 2;
/** Shares of the scripts with a death of the supervisor, and with an end by request. */
const DEATHS = 0.25;
const ENDS = 0.25;
/** Times of scripts are between these. */
const SOONEST_MS = 100;
const LATEST_MS = 120_000;
/** How long a supervisor is away. */
const AWAY_MS = [1_000, 5_000, 30_000] as const;

/**
 * Draws a script, which is fair: see `isFair`. Each of its lines means something in the plan.
 *
 * @param random Numbers in [0, 1).
 */
export function randomScript(
  ground: Ground,
  random: () => number,
  { faults = FAULTS }: RandomScriptOptions = {},
): readonly ScriptLine[] {
  const dice = new Dice(random);
  const lines: ScriptLine[] = [];
  const fallible = ground.actors.filter(isMissedWhenDown);
  for (let left = fallible.length === 0 ? 0 : dice.upTo(faults); left > 0;) {
    const spec = dice.one(fallible);
    const count = 1 + dice.upTo(left - 1);
    lines.push(dice.one(failures(spec, runs(dice, count), dice)));
    left -= count;
  }
  for (let left = ground.actors.length === 0 ? 0 : dice.upTo(MOST_WEATHER); left > 0; left -= 1) {
    const spec = dice.one(ground.actors);
    const weather = weatherOf(spec, dice.chance(0.5) ? { from: 1, count: Infinity } : runs(dice, 1), dice);
    if (weather.length > 0) lines.push(dice.one(weather));
  }
  for (let left = ground.nodes.length === 0 ? 0 : dice.upTo(MOST_REQUESTS); left > 0; left -= 1) {
    lines.push(...requests(ground, dice));
  }
  if (dice.chance(DEATHS)) {
    lines.push({ kind: "kill_supervisor", atMs: dice.time(), forMs: dice.one(AWAY_MS) });
  }
  if (dice.chance(ENDS)) lines.push({ kind: "request", atMs: dice.time(), request: { verb: "down" } });
  return madeFair(ground, lines, faults);
}

/** Lines are drawn without regard to the rest; those that do not go with it are left out. */
function madeFair(ground: Ground, lines: readonly ScriptLine[], faults: number): readonly ScriptLine[] {
  const end = downAt(lines);
  const heard = lines.filter((line) => line.kind !== "request" || line.atMs <= end);
  if (isFair(ground, heard, faults)) return heard;
  const undying = heard.filter(({ kind }) => kind !== "kill_supervisor");
  if (isFair(ground, undying, faults)) return undying;
  return undying.filter(({ kind }) => kind !== "request");
}

class Dice {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  /** A whole number from 0 to `most`. */
  upTo(most: number): number {
    return Math.floor(this.#random() * (most + 1));
  }

  one<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)]!;
  }

  /** Between two times, early ones more often: what happens at the start is told apart by less. */
  between(leastMs: number, mostMs: number): number {
    const ms = leastMs * (mostMs / leastMs) ** this.#random();
    return ms < 1_000 ? Math.round(ms / 10) * 10 : Math.round(ms / 100) * 100;
  }

  time(): number {
    return this.between(SOONEST_MS, LATEST_MS);
  }
}

/** Mostly the first run, which there is in any case. */
function runs(dice: Dice, count: number): Runs {
  return { from: dice.chance(0.7) ? 1 : 2 + dice.upTo(1), count };
}

/** Lines that make runs of an actor fail. */
function failures(spec: ActorSpec, runs: Runs, dice: Dice): readonly RunLine[] {
  const about = { path: spec.path, runs };
  const { health, hooks } = spec;
  const code = spec.successExitCodes.includes(1) ? 255 : 1;
  const lines: RunLine[] = [
    { kind: "exit", ...about, atMs: dice.time(), how: CRASH },
    { kind: "exit", ...about, atMs: dice.time(), how: code },
    { kind: "missing", ...about },
  ];
  if (spec.daemon) lines.push({ kind: "exit", ...about, atMs: dice.time(), how: 0 });
  if (spec.daemon || spec.runTimeoutMs !== null) lines.push({ kind: "hang", ...about, atMs: dice.time() });
  const limitMs = isProbed(spec) ? spec.startTimeoutMs : spec.daemon ? null : spec.runTimeoutMs;
  if (limitMs !== null) lines.push({ kind: "slow", ...about, ms: dice.between(limitMs, 3 * limitMs) });
  if (health !== null) {
    const longMs = health.watchdogMs ?? health.intervalMs * (health.retries + 1);
    lines.push({ kind: "unhealthy", ...about, atMs: dice.time(), forMs: dice.between(longMs, 3 * longMs) });
  }
  if (hooks?.commands.pre_start !== undefined) {
    const isLate = dice.chance(0.5);
    const ms = isLate ? dice.between(2 * hooks.timeoutMs, 3 * hooks.timeoutMs) : 100;
    lines.push({ kind: "hook", ...about, hook: "pre_start", ms, code: isLate ? 0 : 1 });
  }
  return lines;
}

/** Lines that runs of an actor get through: slow starts within its limits, slow stops, slow hooks. */
function weatherOf(spec: ActorSpec, runs: Runs, dice: Dice): readonly RunLine[] {
  const about = { path: spec.path, runs };
  const lines: RunLine[] = [{
    kind: "stop",
    ...about,
    ms: dice.chance(0.2) ? Infinity : dice.between(100, Math.max(200, 2 * spec.stop.graceMs)),
    how: null,
  }];
  const limitMs = isProbed(spec) ? spec.startTimeoutMs : spec.daemon ? null : spec.runTimeoutMs ?? LATEST_MS;
  if (limitMs !== null && limitMs > SLOW_FROM_MS) {
    lines.push({ kind: "slow", ...about, ms: dice.between(SLOW_FROM_MS, SLOW_SHARE * limitMs) });
  }
  for (const hook of Object.keys(spec.hooks?.commands ?? {}) as HookName[]) {
    const ms = dice.between(100, Math.max(100, spec.hooks!.timeoutMs / 2));
    const code = hook === "pre_start" || dice.chance(0.5) ? 0 : 1;
    lines.push({ kind: "hook", ...about, hook, ms, code });
  }
  return lines;
}

const SLOW_FROM_MS = 2_000;
/** A start that takes longer than this share of what it may is not one that a file must get through. */
const SLOW_SHARE = 0.8;

function requests(ground: Ground, dice: Dice): readonly ScriptLine[] {
  const path = dice.one(ground.nodes);
  const paths = [path];
  const atMs = dice.time();
  const verb = dice.one(["restart", "reset", "stop"] as const);
  const line = { kind: "request", atMs, request: { verb, paths } } as const;
  if (verb !== "stop") return [line];
  return [line, { kind: "request", atMs: atMs + dice.time(), request: { verb: "start", paths } }];
}
