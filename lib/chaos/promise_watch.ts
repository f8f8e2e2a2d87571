/**
 * Holds a tree to its promises from outside: from what looks at the process table have found. The words of the
 * supervisor are used in two ways only: to know which runs there are, and against itself. PURE.
 *
 * A promise counts as broken only where what was seen leaves no other way: times are bounds, and a process that was seen
 * before another counts as alive beside it only if it still was when the other had been seen.
 */
import {
  type ActorSpec,
  ancestorsOf,
  type Backoff,
  nodeAt,
  type NodeId,
  type Plan,
  treeAt,
} from "../config/plan.ts";
import type { StatusRow } from "../control/protocol.ts";
import { keyOf } from "../host/alive.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import type { RunId } from "../supervision/state.ts";
import type { Seen, Sighting } from "./sighting.ts";

/** The promises that are watched. */
export type PromiseName =
  /** Nothing of a run that has ended is alive. */
  | "left-behind"
  /** No actor has two main processes at once. */
  | "two-mains"
  /** Restarts come no more often than the budget grants. */
  | "budget"
  /** Restarts come no sooner than the backoff has them. */
  | "backoff"
  /** Status tells of processes that are there. */
  | "status"
  /** The tree is well again in time. */
  | "recovery"
  /** Nothing is alive of a tree that has ended. */
  | "nothing-left"
  /** A tree that survives its supervisor keeps its processes. */
  | "kept";

/** A promise that was broken. */
export interface BrokenPromise {
  readonly promise: PromiseName;
  /** The actor; null for the tree. */
  readonly path: NodeId | null;
  /** Milliseconds since chaos began. */
  readonly atMs: number;
  /** The evidence, as a clause. */
  readonly seen: string;
}

/** One look: rows of a status that was answered before the process table was looked at. */
export interface Observation {
  /** When the table was begun to be looked at, in milliseconds since chaos began. */
  readonly atMs: number;
  readonly rows: readonly StatusRow[];
  readonly sighting: Sighting;
}

/** A main process that the supervisor has told of. */
export interface AnnouncedRun {
  readonly path: NodeId;
  readonly run: RunId;
  readonly pid: number;
}

/** The restarts of one actor, as they were seen. */
interface Past {
  readonly run: RunId;
  readonly startMs: number;
  /** When its main process was last seen alive. */
  aliveMs: number;
  /** How many restarts in a row there were at least. */
  streak: number;
  readonly starts: readonly number[];
  /** Whether somebody or something else than a failure may have started it anew since. */
  isExcused: boolean;
}

/** Times of the kernel are in steps of 10 ms, and two clocks are compared. */
const TOLERANCE_MS = 30;

/** How often in a row a status may tell of a process that has ended: the supervisor may not have had its turn. */
const MOST_STALE = 4;

/** See the module. */
export class PromiseWatch {
  readonly #plan: Plan;
  /** From clock ticks since boot to milliseconds since chaos began. */
  readonly #startMsOf: (process: ProcessId) => number;
  readonly #mains = new Map<RunId, AnnouncedRun>();
  readonly #pasts = new Map<NodeId, Past>();
  readonly #stale = new Map<string, number>();
  readonly #told = new Set<string>();
  #before: ReadonlySet<string> = new Set();

  constructor(plan: Plan, startMsOf: (process: ProcessId) => number) {
    this.#plan = plan;
    this.#startMsOf = startMsOf;
  }

  /** There is such a run. */
  announce(run: AnnouncedRun): void {
    this.#mains.set(run.run, run);
  }

  /** The runs that were announced. */
  get announced(): readonly AnnouncedRun[] {
    return [...this.#mains.values()];
  }

  /** A node, and all below it, may be started for another reason than its failure: its next start is not held to the rules of restarts. */
  excuse(path: NodeId): void {
    for (const [id, past] of this.#pasts) {
      if (id === path || ancestorsOf(this.#plan, id).includes(path)) past.isExcused = true;
    }
  }

  /** @returns The promises that are broken by it, each process and each run once. */
  observe(observation: Observation): readonly BrokenPromise[] {
    const { atMs, sighting } = observation;
    const own = sighting.seen.filter(({ isGuest, run }) => !isGuest && this.#mains.has(run));
    const broken = [
      ...this.#overlaps(own, sighting, atMs),
      ...this.#leftBehind(own, observation),
      ...this.#restarts(own, atMs),
      ...this.#staleRows(observation),
    ];
    this.#before = new Set(own.map(keyOf));
    return broken;
  }

  #overlaps(own: readonly Seen[], sighting: Sighting, atMs: number): readonly BrokenPromise[] {
    return [...Map.groupBy(own, ({ path }) => path)].flatMap(([path, all]) => {
      const newest = Math.max(...all.map(({ run }) => run));
      const older = all.filter((one) => one.run < newest && sighting.lasting(one));
      const isMain = (one: Seen) => this.#mains.get(one.run)?.pid === one.pid;
      const spec = this.#actor(path);
      return older.filter((one) => isMain(one) || !leavesOnPurpose(spec)).flatMap((one) =>
        this.#once(`${keyOf(one)} beside`, {
          promise: isMain(one) ? "two-mains" : "left-behind",
          path,
          atMs,
          seen: `process ${one.pid} of run ${one.run} is alive beside run ${newest}`,
        })
      );
    });
  }

  /** Those that were there before the supervisor said that their run is over, and still are. */
  #leftBehind(
    own: readonly Seen[],
    { atMs, rows, sighting }: Observation,
  ): readonly BrokenPromise[] {
    const over = new Map(
      rows.filter(({ pid, state }) => pid === null && state !== "stopping").map((
        row,
      ) => [row.path, row.state]),
    );
    return own.filter((one) =>
      over.has(one.path) && this.#before.has(keyOf(one)) && !leavesOnPurpose(this.#actor(one.path)) &&
      sighting.lasting(one)
    ).flatMap((one) =>
      this.#once(`${keyOf(one)} left`, {
        promise: "left-behind",
        path: one.path,
        atMs,
        seen: `process ${one.pid} of run ${one.run} is alive, and the actor is ${over.get(one.path)}`,
      })
    );
  }

  #restarts(own: readonly Seen[], atMs: number): readonly BrokenPromise[] {
    const broken: BrokenPromise[] = [];
    for (const one of own) {
      if (this.#mains.get(one.run)?.pid !== one.pid) continue;
      const past = this.#pasts.get(one.path);
      if (past?.run === one.run) past.aliveMs = atMs;
      else if (past === undefined || past.run < one.run) broken.push(...this.#restarted(one, past, atMs));
    }
    return broken;
  }

  #restarted(one: Seen, past: Past | undefined, atMs: number): readonly BrokenPromise[] {
    const { path, run } = one;
    const spec = this.#actor(path);
    const startMs = this.#startMsOf(one);
    if (spec === null || past === undefined || past.isExcused) {
      this.#pasts.set(path, { run, startMs, aliveMs: atMs, streak: 0, starts: [startMs], isExcused: false });
      return [];
    }
    const { backoff } = spec;
    const streak = past.aliveMs - past.startMs >= backoff.resetAfterMs ? 0 : past.streak;
    const starts = [...past.starts, startMs];
    this.#pasts.set(path, { run, startMs, aliveMs: atMs, streak: streak + 1, starts, isExcused: false });
    const broken: BrokenPromise[] = [];
    const pauseMs = startMs - past.aliveMs;
    const leastMs = isAlone(this.#plan, path) ? leastDelay(streak, backoff) : 0;
    if (leastMs > 0 && pauseMs + TOLERANCE_MS < leastMs) {
      broken.push({
        promise: "backoff",
        path,
        atMs,
        seen: `run ${run} began at most ${Math.max(0, Math.round(pauseMs))} ms after the one before, and ` +
          `restart ${streak + 1} in a row comes after ${Math.round(leastMs)} ms at least`,
      });
    }
    const budget = budgetOf(this.#plan, spec);
    if (budget === null) return broken;
    const within = starts.filter((at) => startMs - at < budget.withinMs - TOLERANCE_MS).length;
    if (within > budget.restarts + 1) {
      broken.push({
        promise: "budget",
        path,
        atMs,
        seen: `it was started ${within} times within ${budget.withinMs} ms, and may be restarted ` +
          `${budget.restarts} times`,
      });
    }
    return broken;
  }

  #staleRows({ atMs, rows, sighting }: Observation): readonly BrokenPromise[] {
    const alive = new Set(sighting.seen.map(({ pid }) => pid));
    const stale = rows.filter(({ path, pid }) =>
      pid !== null && this.#actor(path as NodeId) !== null && !alive.has(pid)
    );
    const keys = new Set(stale.map(({ path, pid }) => `${path} ${pid}`));
    for (const key of this.#stale.keys()) if (!keys.has(key)) this.#stale.delete(key);
    return stale.flatMap(({ path, pid, state }) => {
      const key = `${path} ${pid}`;
      const times = (this.#stale.get(key) ?? 0) + 1;
      this.#stale.set(key, times);
      if (times !== MOST_STALE) return [];
      return [{
        promise: "status" as const,
        path: path as NodeId,
        atMs,
        seen: `status says again and again that it is ${state} as process ${pid}, which is not there`,
      }];
    });
  }

  #once(key: string, broken: BrokenPromise): readonly BrokenPromise[] {
    if (this.#told.has(key)) return [];
    this.#told.add(key);
    return [broken];
  }

  #actor(path: NodeId): ActorSpec | null {
    const spec = nodeAt(this.#plan, path);
    return spec === undefined || spec.kind === "tree" ? null : spec;
  }
}

function leavesOnPurpose(spec: ActorSpec | null): boolean {
  return spec === null || spec.stop.kill === "process";
}

/** Whether an actor is restarted for its own failures alone, so that its own pauses hold. */
function isAlone(plan: Plan, path: NodeId): boolean {
  const [parent] = ancestorsOf(plan, path);
  return parent !== undefined && treeAt(plan, parent).strategy === "one_for_one";
}

function leastDelay(streak: number, { initialMs, factor, maxMs, jitter }: Backoff): number {
  return streak === 0 ? 0 : Math.min(maxMs, initialMs * factor ** (streak - 1)) * (1 - jitter);
}

/** The bound of how often one actor is restarted; null for none. One that several share bounds each of them, too. */
function budgetOf(
  plan: Plan,
  spec: ActorSpec,
): { readonly restarts: number; readonly withinMs: number } | null {
  const parent = treeAt(plan, spec.parent!);
  const own = parent.onFailure === "fail_child" ? spec.intensity : null;
  const intensity = own ?? parent.intensity;
  return intensity === "unlimited" ? null : intensity;
}
