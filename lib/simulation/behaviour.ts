/** How one run of an actor goes in a simulation: what its script says of it, and what holds where that says nothing. PURE. */
import type { Signal } from "../base/signals.ts";
import type { ActorSpec, HookName, NodeId } from "../config/plan.ts";
import { hasEndedItself, howEnded, type RecordedRun } from "./recorded/recorded_run.ts";
import type { RecordedRuns } from "./recorded/recorded_runs.ts";
import { type HowEnded, isRunLine, type RunLine, type Runs, type ScriptLine } from "./script.ts";

/** Times are in milliseconds from the start of the run; Infinity never comes. */
export interface Behaviour {
  readonly isMissing: boolean;
  readonly readyMs: number;
  readonly end: { readonly atMs: number; readonly how: HowEnded } | null;
  readonly hangMs: number;
  readonly unhealthy: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly stop: { readonly ms: number; readonly how: HowEnded | null };
  readonly hooks: Readonly<Partial<Record<HookName, { readonly ms: number; readonly code: number }>>>;
  /** The run that it is taken from, with its own times; null for none. */
  readonly recorded: RecordedRun | null;
}

/** Until an actor with a probe is ready, unless a script says otherwise. */
export const READY_MS = 1_000;
/** How long a task takes that is ready, unless a script says otherwise. */
export const TASK_MS = 1_000;
/** Until a process ends that was asked to, unless a script says otherwise. */
export const STOP_MS = 100;

/** How long a module may take to end that has lost its supervisor, and the signal that it dies of then. */
export const ORPHANED: { readonly ms: number; readonly how: Signal } = { ms: 3_000, how: "SIGALRM" };

/** The death of a process that crashes. */
export const CRASH: Signal = "SIGSEGV";

/** The signals that end a process that does nothing about them. */
const DEADLY: ReadonlySet<Signal> = new Set([
  "SIGTERM",
  "SIGINT",
  "SIGQUIT",
  "SIGKILL",
  "SIGABRT",
  "SIGSEGV",
]);

/** The lines of a script by the actors that they are about. */
export class Behaviours {
  readonly #lines = new Map<NodeId, RunLine[]>();
  readonly #recorded: RecordedRuns;

  /** @param recorded Runs that go as they went, whatever the lines say. */
  constructor(lines: readonly ScriptLine[], recorded: RecordedRuns = new Map()) {
    this.#recorded = recorded;
    for (const line of lines) {
      if (!isRunLine(line)) continue;
      const known = this.#lines.get(line.path);
      if (known === undefined) this.#lines.set(line.path, [line]);
      else known.push(line);
    }
  }

  /** @param nth Which run of the actor, from 1. */
  of(spec: ActorSpec, nth: number): Behaviour {
    const run = this.#recorded.get(spec.path)?.get(nth);
    if (run !== undefined) return recordedBehaviour(run, spec);
    const lines = (this.#lines.get(spec.path) ?? []).filter(({ runs }) => includes(runs, nth));
    const last = <Kind extends RunLine["kind"]>(kind: Kind) =>
      lines.findLast((line): line is Extract<RunLine, { readonly kind: Kind }> => line.kind === kind);
    const all = <Kind extends RunLine["kind"]>(kind: Kind) =>
      lines.filter((line): line is Extract<RunLine, { readonly kind: Kind }> => line.kind === kind);
    const slow = last("slow")?.ms;
    const readyMs = slow ?? READY_MS;
    const stop = last("stop");
    const exits = all("exit");
    const hangMs = Math.min(Infinity, ...all("hang").map(({ atMs }) => atMs));
    const saysHowItEnds = exits.length > 0 || hangMs !== Infinity;
    const own = ownEnd(spec, last("lasts")?.ms, slow);
    return {
      isMissing: last("missing") !== undefined,
      readyMs,
      // An end that is written takes the place of one that nothing is written about.
      end: firstEnd(own === null || (own.isAssumed && saysHowItEnds) ? exits : [...exits, own]),
      hangMs,
      unhealthy: all("unhealthy").map(({ atMs, forMs }) => ({ fromMs: atMs, toMs: atMs + forMs })),
      stop: stop === undefined ? { ms: STOP_MS, how: null } : { ms: stop.ms, how: stop.how },
      hooks: Object.fromEntries(all("hook").map(({ hook, ms, code }) => [hook, { ms, code }])),
      recorded: null,
    };
  }
}

/** How a run that was recorded goes again. */
function recordedBehaviour(run: RecordedRun, spec: ActorSpec): Behaviour {
  const { startedAt, readyAt, exit, askedAt, killedAt } = run;
  const from = startedAt ?? 0;
  const how = exit === null ? null : howEnded(exit.exit);
  const didNotHeed = exit === null ? askedAt !== null : killedAt !== null && killedAt < exit.atMs;
  return {
    isMissing: run.failure !== null,
    readyMs: readyAt !== null ? readyAt - from : spec.ready === null ? 0 : Infinity,
    end: exit !== null && hasEndedItself(run) ? { atMs: exit.atMs - from, how: howEnded(exit.exit) } : null,
    hangMs: Infinity,
    unhealthy: [],
    stop: didNotHeed
      ? { ms: Infinity, how }
      : { ms: exit === null || askedAt === null ? STOP_MS : Math.max(0, exit.atMs - askedAt), how },
    hooks: {},
    recorded: run,
  };
}

/** Whether a process of an actor ends, or begins to, when it is sent a signal: it does something else about others. */
export function heeds({ stop }: Pick<ActorSpec, "stop">, signal: Signal): boolean {
  return DEADLY.has(signal) || signal === stop.signal;
}

/** Whether a run fails its checks of health at some age. */
export function isUnhealthyAt({ unhealthy }: Behaviour, age: number): boolean {
  return unhealthy.some(({ fromMs, toMs }) => age >= fromMs && age < toMs);
}

/** Whether run number `nth` is one of some. */
export function includes({ from, count }: Runs, nth: number): boolean {
  return nth >= from && nth < from + count;
}

/** A daemon goes on; a task is done at some time, once it is ready. */
function ownEnd(
  spec: ActorSpec,
  lasts: number | undefined,
  slow: number | undefined,
): { readonly atMs: number; readonly how: HowEnded; readonly isAssumed: boolean } | null {
  const how = spec.successExitCodes[0] ?? 0;
  if (lasts !== undefined) return { atMs: lasts, how, isAssumed: false };
  if (spec.daemon) return null;
  if (spec.ready !== null) return { atMs: (slow ?? READY_MS) + TASK_MS, how, isAssumed: true };
  return { atMs: slow ?? TASK_MS, how, isAssumed: slow === undefined };
}

function firstEnd(
  ends: readonly { readonly atMs: number; readonly how: HowEnded }[],
): Behaviour["end"] {
  const first = ends.toSorted((a, b) => a.atMs - b.atMs)[0];
  return first === undefined || first.atMs === Infinity ? null : { atMs: first.atMs, how: first.how };
}
