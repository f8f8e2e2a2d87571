/**
 * How the actors of a tree have fared, from its journal: how long their starts, runs and stops took, and how often which of
 * them failed and how; and scripts that are drawn from that, so that a tree is simulated as it is. PURE.
 */
import { seeded } from "../base/chance.ts";
import { type ActorSpec, isProbed, type NodeId, type Plan, ROOT } from "../config/plan.ts";
import { isSuccess } from "../supervision/exit.ts";
import type { JournalEntry } from "../supervision/journal_entry.ts";
import { livesOf, recordedLife } from "./recorded/recorded_life.ts";
import { hasEndedItself, howEnded, type RecordedRun } from "./recorded/recorded_run.ts";
import { recordedRuns } from "./recorded/recorded_runs.ts";
import type { HowEnded, ScriptLine } from "./script.ts";

/** How an actor has fared. Times are in milliseconds. */
export interface ActorHistory {
  /** How many runs it had. */
  readonly runs: number;
  /** From each start to readiness, where there is something to be ready by. */
  readonly readyMs: readonly number[];
  /** From start to end, of the runs of a task that did what they were for. */
  readonly taskMs: readonly number[];
  /** From when it was asked to stop to its end, and how it ended; Infinity where it had to be killed. */
  readonly stops: readonly { readonly ms: number; readonly how: HowEnded }[];
  /** How long it has run in all. */
  readonly aliveMs: number;
  /** Ends by itself that were none of success: after how long, and how. */
  readonly failures: readonly { readonly afterMs: number; readonly how: HowEnded }[];
  /** How many of its starts have failed. */
  readonly missing: number;
}

/** How the actors of a plan have fared. */
export interface History {
  /** The date of the first entry that counts, in milliseconds since 1970; null if there is none. */
  readonly since: number | null;
  readonly actors: ReadonlyMap<NodeId, ActorHistory>;
}

/** The history of the actors of a plan. @param since In milliseconds since 1970: runs that began earlier do not count. */
export function historyOf(entries: readonly JournalEntry[], plan: Plan, since: number): History {
  const specs = new Map(
    plan.nodes.flatMap((node) => node.kind === "tree" ? [] : [[node.path, node] as const]),
  );
  const runs = new Map<NodeId, PlacedRun[]>();
  let first: number | null = null;
  for (const own of livesOf(entries)) {
    const life = recordedLife(own);
    const endMs = life.entries.at(-1)!.atMs;
    const signals = life.entries.flatMap(({ event, data, atMs }) =>
      event === "requested" && data.verb === "signal" ? [{ atMs, paths: data.paths }] : []
    );
    for (const { atMs } of life.entries) {
      if (life.date + atMs >= since) first = Math.min(first ?? Infinity, life.date + atMs);
    }
    for (const [path, known] of recordedRuns(life.entries, (path) => specs.has(path))) {
      const counted = [...known.values()].filter((run) => life.date + begunAt(run) >= since)
        .map((run) => endedByHand(run, path, signals) ? { ...run, askedAt: run.exit!.atMs } : run);
      runs.set(path, [...runs.get(path) ?? [], ...counted.map((run) => ({ run, endMs }))]);
    }
  }
  const fared = [...runs].filter(([, own]) => own.length > 0)
    .map(([path, own]) => [path, actorHistory(specs.get(path)!, own)] as const);
  return { since: first, actors: new Map(fared) };
}

/** A process that ends so soon after somebody has sent it a signal has ended by that. */
const BY_SIGNAL_MS = 2_000;

/** A signal that somebody had sent. */
interface SentSignal {
  readonly atMs: number;
  readonly paths: readonly NodeId[];
}

/** Whether somebody has ended a process by a signal, which is no failure of it. */
function endedByHand({ exit }: RecordedRun, path: NodeId, signals: readonly SentSignal[]): boolean {
  return exit !== null &&
    signals.some(({ atMs, paths }) =>
      exit.atMs >= atMs && exit.atMs - atMs < BY_SIGNAL_MS &&
      paths.some((meant) => meant === ROOT || path === meant || path.startsWith(`${meant}/`))
    );
}

/** A run, and when its journal ends. */
interface PlacedRun {
  readonly run: RecordedRun;
  readonly endMs: number;
}

function begunAt({ startedAt, failure, askedAt }: RecordedRun): number {
  return startedAt ?? failure?.atMs ?? askedAt ?? 0;
}

function actorHistory(spec: ActorSpec, runs: readonly PlacedRun[]): ActorHistory {
  const isAsked = isProbed(spec);
  const begun = runs.flatMap(({ run, endMs }) =>
    run.startedAt === null ? [] : [{ ...run, startedAt: run.startedAt, endMs }]
  );
  const ended = begun.flatMap((run) => {
    const { exit, startedAt } = run;
    if (exit === null) return [];
    const afterMs = exit.atMs - startedAt;
    return [{ ...run, exit: exit.exit, afterMs, endedAt: exit.atMs, isOwn: hasEndedItself(run) }];
  });
  const byItself = ended.filter(({ isOwn }) => isOwn);
  const isGood = ({ exit }: typeof ended[number]) => !spec.daemon && isSuccess(exit, spec);
  return {
    runs: runs.length,
    readyMs: isAsked
      ? begun.flatMap(({ readyAt, startedAt }) => readyAt === null ? [] : [readyAt - startedAt])
      : [],
    taskMs: byItself.filter(isGood).map(({ afterMs }) => afterMs),
    stops: ended.flatMap(({ askedAt, killedAt, endedAt, exit }) =>
      askedAt === null ? [] : [{
        ms: killedAt === null || killedAt > endedAt ? endedAt - askedAt : Infinity,
        how: howEnded(exit),
      }]
    ),
    aliveMs: begun.reduce((sum, { startedAt, exit, endMs }) => sum + (exit?.atMs ?? endMs) - startedAt, 0),
    failures: byItself.filter((run) => !isGood(run))
      .map(({ afterMs, exit }) => ({ afterMs, how: howEnded(exit) })),
    missing: runs.filter(({ run }) => run.failure !== null).length,
  };
}

/** How many runs of an actor are drawn, at most. Those after them are as in every simulation. */
const MOST_RUNS = 1_000;

/** How many are, at least. */
const LEAST_RUNS = 20;

/**
 * Draws a script from a history: each run of each actor has a start, a length and a stop that one of its runs had, and fails
 * as often as they did. Actors without a history are as in every simulation.
 *
 * @param forMs How long is simulated: for as long there is a script.
 */
export function drawScript(history: History, plan: Plan, seed: number, forMs: number): readonly ScriptLine[] {
  const chance = seeded(seed);
  return plan.nodes.flatMap((spec) => {
    const fared = spec.kind === "tree" ? undefined : history.actors.get(spec.path);
    return fared === undefined || spec.kind === "tree" ? [] : drawActor(spec, fared, chance, forMs);
  });
}

function drawActor(
  spec: ActorSpec,
  { readyMs, taskMs, stops, aliveMs, failures, missing, runs }: ActorHistory,
  chance: () => number,
  forMs: number,
): readonly ScriptLine[] {
  const lines: ScriptLine[] = [];
  const meanMs = failures.length === 0 ? Infinity : Math.max(1, aliveMs / failures.length);
  const isOften = spec.daemon || spec.schedule !== null;
  const most = isOften ? MOST_RUNS : LEAST_RUNS;
  for (let nth = 1, livedMs = 0; nth <= LEAST_RUNS || (livedMs < forMs && nth <= most); nth++) {
    const about = { path: spec.path, runs: { from: nth, count: 1 } };
    const ready = pick(readyMs, chance);
    const task = pick(taskMs, chance);
    const stop = pick(stops, chance);
    const failure = pick(failures, chance);
    if (chance() < missing / runs) {
      lines.push({ kind: "missing", ...about });
      continue;
    }
    if (ready !== null) lines.push({ kind: "slow", ...about, ms: ready });
    if (stop !== null) lines.push({ kind: "stop", ...about, ...stop });
    const failsAt = failure === null ? Infinity : spec.daemon
      // Failures of what goes on come by chance, as often as they did.
      ? -Math.log(1 - chance()) * meanMs
      // Those of a task come where they came, in as many of its runs.
      : chance() < failures.length / (failures.length + taskMs.length)
      ? failure.afterMs
      : Infinity;
    if (task !== null && failsAt === Infinity) lines.push({ kind: "lasts", ...about, ms: task });
    if (failsAt < forMs) lines.push({ kind: "exit", ...about, atMs: Math.round(failsAt), how: failure!.how });
    livedMs += Math.min(failsAt, task ?? Infinity);
  }
  return lines;
}

function pick<T>(samples: readonly T[], chance: () => number): T | null {
  return samples.length === 0 ? null : samples[Math.floor(chance() * samples.length)]!;
}
