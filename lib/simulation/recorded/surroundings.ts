/** Finds out what no entry of a journal tells by itself: it follows from the entries around. PURE. */
import type { TimedEntry } from "../trace.ts";
import type { RecordedRun } from "./recorded_run.ts";

/** A clear that nothing tells of came just before that which it let happen. */
const JUST_MS = 0.0001;

/** How long it takes until nothing is left of a run, where nothing hinders it. */
const SOON_MS = 500;

/** See the module. */
export class Surroundings {
  readonly #entries: readonly TimedEntry[];
  readonly #indexOf: ReadonlyMap<number, number>;

  constructor(entries: readonly TimedEntry[]) {
    this.#entries = entries;
    this.#indexOf = new Map(entries.map(({ seq }, index) => [seq, index]));
  }

  /** @param next The first entry about the actor's next run; null if there is none. */
  clearOf(
    draft: RecordedRun,
    own: readonly TimedEntry[],
    next: TimedEntry | null,
  ): Pick<RecordedRun, "clearedAt"> & Partial<Pick<RecordedRun, "hooks">> {
    const { hooks } = draft;
    const last = own.findLast((entry) => entry.event === "hook_started" && entry.data.hook === "post_stop");
    if (last === undefined) return { clearedAt: this.#over(draft, own, next) };
    const known = hooks.post_stop!;
    const isToldOf = own.some((entry) => entry.event === "hook_ended" && entry.seq > last.seq);
    const atMs = isToldOf
      ? known.atMs
      : this.#concluded(own, last.cause, last.seq) ?? this.#guess(last, own, next);
    return {
      clearedAt: last.atMs,
      hooks: { ...hooks, post_stop: { ...known, atMs: atMs ?? known.atMs } },
    };
  }

  /** A start that would fail in the same way again is not tried again: its actor has failed by it at once. */
  failureOf({ failure }: RecordedRun, own: readonly TimedEntry[]): RecordedRun["failure"] {
    const told = own.find(({ event }) => event === "start_failed");
    if (failure === null || told === undefined) return null;
    const then = this.#entries[this.#indexOf.get(told.seq)! + 1];
    const isFinal = then?.event === "failed" && then.cause === told.seq && then.data.why.kind === "start";
    return { ...failure, isFinal };
  }

  #over(
    { startedAt, failure, askedAt }: RecordedRun,
    own: readonly TimedEntry[],
    next: TimedEntry | null,
  ): number | null {
    const end = own.findLast(({ event }) => event === "exited" || event === "killed");
    if (end !== undefined) return this.#concluded(own, end.seq, end.seq) ?? this.#guess(end, own, next);
    if (startedAt !== null || failure !== null || askedAt === null) return null;
    return own.find(({ event }) => CONCLUSIONS.has(event))?.atMs ?? null;
  }

  /** When a run was over that has ended for good. */
  #concluded(own: readonly TimedEntry[], cause: number | null, after: number): number | undefined {
    return own.find((entry) => CONCLUSIONS.has(entry.event) && entry.seq > after && entry.cause === cause)
      ?.atMs;
  }

  /**
   * Nothing tells of it. It came before the first thing that may have waited for it, if that came soon, and before anything
   * else came of the actor; if its next run was late for that, that waited for it, too.
   */
  #guess(end: TimedEntry, own: readonly TimedEntry[], next: TimedEntry | null): number | null {
    const later = own.find((entry) => entry.seq > end.seq && CONCLUSIONS.has(entry.event)) ?? next;
    const bound = later === null ? null : this.#origin(later, end.seq);
    const restarted = own.find((entry) => entry.event === "restarted" && entry.seq > end.seq);
    const delayMs = restarted?.event === "restarted" ? restarted.data.delayMs : 0;
    const lateMs = bound === null ? 0 : bound.atMs - end.atMs - delayMs;
    const isLate = later === next && lateMs > SOON_MS;
    if (isLate && bound !== null && !this.#isReleased(end, bound)) {
      return bound.atMs - JUST_MS;
    }
    const from = this.#indexOf.get(end.seq)! + 1;
    const until = bound === null ? this.#entries.length : this.#indexOf.get(bound.seq)! + 1;
    for (let index = from; index < until; index++) {
      const entry = this.#entries[index]!;
      if (entry.event === "resumed" || entry.atMs - end.atMs > SOON_MS) break;
      if (entry === bound || MAY_WAIT.has(entry.event)) return entry.atMs - JUST_MS;
    }
    return end.atMs;
  }

  /** Whether something had happened elsewhere that a start may have waited for. */
  #isReleased(end: TimedEntry, start: TimedEntry): boolean {
    const [from, to] = [this.#indexOf.get(end.seq)!, this.#indexOf.get(start.seq)!];
    if (this.#entries.slice(from, to).some(({ event }) => event === "resumed")) return true;
    const before = this.#entries[to - 1];
    return before !== undefined && before.node !== start.node && start.atMs - before.atMs < SOON_MS;
  }

  /**
   * A run whose stop is the first that is told of it was on its way already when that stop was asked for, and an actor that
   * is stopped while it has no run had none when that was asked for.
   */
  #origin(entry: TimedEntry, after: number): TimedEntry {
    let origin = entry;
    while (
      (entry.event === "stopping" || CONCLUSIONS.has(entry.event)) && origin.cause !== null &&
      origin.cause > after
    ) {
      const cause = this.#entries[this.#indexOf.get(origin.cause) ?? -1];
      if (cause === undefined) break;
      origin = cause;
    }
    return origin;
  }
}

const CONCLUSIONS: ReadonlySet<TimedEntry["event"]> = new Set(["stopped", "completed", "failed"]);

/** Entries that may wait until nothing of another run is left. */
const MAY_WAIT: ReadonlySet<TimedEntry["event"]> = new Set([
  "stopping",
  "started",
  "start_failed",
  "hook_started",
  "ended",
]);
