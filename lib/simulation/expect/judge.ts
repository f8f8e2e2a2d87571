/** Holds the course of a tree to what is expected of it. PURE. */
import { type NodeId, ROOT, specAt } from "../../config/plan.ts";
import type { Change, Fact, TimedEntry, Trace } from "../trace.ts";
import { subjectsOf } from "./check.ts";
import { isCounted } from "./counting.ts";
import { type Claim, type Expectation, holdsOf, type Range } from "./expectation.ts";

/** A stretch of time in which a node is the same; it may be over in the instant in which it begins. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly fact: Fact;
}

/** Why an expectation is broken. Times are in milliseconds since the beginning. */
export interface Broken {
  readonly kind: "never_so" | "not_so" | "was_so" | "too_late" | "out_of_order" | "miscounted";
  readonly path: NodeId;
  /** When it was clear. */
  readonly atMs: number;
  /** The node then, and since when it was so; null if that has nothing to do with it. */
  readonly seen: Stretch | null;
  /** The decision that shows it; null for none. */
  readonly entry: TimedEntry | null;
  /** When the other one was so, of an order or a delay; null if it never was. */
  readonly otherMs: number | null;
  /** How many there were; 0 where nothing is counted. */
  readonly count: number;
}

/** An expectation, and the verdict on it. */
export interface Judged {
  readonly expectation: Expectation;
  readonly verdict: Verdict;
}

/** The verdict on an expectation. `open`: it is not broken, and may be yet. */
export type Verdict =
  | { readonly is: "kept" }
  | { readonly is: "open" }
  | { readonly is: "broken"; readonly why: Broken };

const KEPT: Verdict = { is: "kept" };
const OPEN: Verdict = { is: "open" };

/** A course that is looked at several times: each question about it is answered from lists that are made once. */
export class Course {
  readonly trace: Trace;
  /** Until when it is known how nodes are: the end of the trace, or Infinity if all stays as it is. */
  readonly endMs: number;
  readonly #stretches = new Map<NodeId, readonly Stretch[]>();
  readonly #holding = new Map<string, readonly Stretch[]>();
  #bySeq: ReadonlyMap<number, TimedEntry> | null = null;
  readonly #changes: ReadonlyMap<NodeId, readonly Change[]>;
  readonly #entries: ReadonlyMap<NodeId, readonly TimedEntry[]>;

  /** @param isAtRest Whether everything stays as it is at the end of the trace. */
  constructor(trace: Trace, isAtRest = trace.outcome !== null) {
    this.trace = trace;
    this.endMs = isAtRest ? Infinity : trace.untilMs;
    this.#changes = Map.groupBy(trace.changes, ({ path }) => path);
    this.#entries = Map.groupBy(trace.entries, ({ node }) => node);
  }

  stretches(path: NodeId): readonly Stretch[] {
    const known = this.#stretches.get(path);
    if (known !== undefined) return known;
    const changes = this.#changes.get(path) ?? [];
    const made = changes.map(({ atMs, fact }, index): Stretch => ({
      fromMs: atMs,
      toMs: changes[index + 1]?.atMs ?? this.endMs,
      fact,
    }));
    this.#stretches.set(path, made);
    return made;
  }

  /** The stretches in which it is so. */
  holding({ state, isNot }: Pick<Claim, "state" | "isNot">, path: NodeId): readonly Stretch[] {
    const key = `${state} ${isNot} ${path}`;
    const known = this.#holding.get(key);
    if (known !== undefined) return known;
    const isTree = specAt(this.trace.plan, path).kind === "tree";
    const made = this.stretches(path).filter(({ fact }) => holdsOf({ state, isNot }, fact, isTree));
    this.#holding.set(key, made);
    return made;
  }

  entries(path: NodeId): readonly TimedEntry[] {
    return this.#entries.get(path) ?? [];
  }

  entryAt(seq: number): TimedEntry | undefined {
    this.#bySeq ??= new Map(this.trace.entries.map((entry) => [entry.seq, entry]));
    return this.#bySeq.get(seq);
  }
}

/**
 * Judges an expectation that can be checked in the plan of the course.
 *
 * @param isOver Whether nothing more of the course is to come: then nothing is left open.
 */
export function judge(expectation: Expectation, course: Course, isOver = true): Verdict {
  const { plan } = course.trace;
  const who = expectation.kind === "count" ? expectation.who : expectation.claim.who;
  const subjects = subjectsOf(plan, who) ?? [];
  let isOpen = false;
  for (const path of subjects) {
    const verdict = judgeOne(expectation, path, course, isOver || course.trace.outcome !== null);
    if (verdict.is === "broken") return verdict;
    isOpen ||= verdict.is === "open";
  }
  return isOpen ? OPEN : KEPT;
}

function judgeOne(expectation: Expectation, path: NodeId, course: Course, isOver: boolean): Verdict {
  switch (expectation.kind) {
    case "sometime":
      return sometime(expectation, path, course, isOver);
    case "always":
      return allAlong({ ...expectation.claim }, expectation.range, path, course, isOver, "not_so");
    case "never":
      return allAlong(opposite(expectation.claim), expectation.range, path, course, isOver, "was_so");
    case "order":
      return inOrder(expectation, path, course, isOver);
    case "within":
      return inTime(expectation, path, course, isOver);
    case "count":
      return counted(expectation, path, course, isOver);
  }
}

function sometime(
  { claim, range }: Expectation & { readonly kind: "sometime" },
  path: NodeId,
  course: Course,
  isOver: boolean,
): Verdict {
  if (firstSo(claim, path, course, range) !== null) return KEPT;
  if (!isOver && course.trace.untilMs < range.toMs) return OPEN;
  const atMs = Math.min(range.toMs, course.trace.untilMs);
  return broken(course, path, { kind: "never_so", atMs });
}

function allAlong(
  claim: Claim,
  range: Range,
  path: NodeId,
  course: Course,
  isOver: boolean,
  kind: "not_so" | "was_so",
): Verdict {
  const found = firstSo(opposite(claim), path, course, range);
  if (found !== null) {
    return broken(course, path, { kind, atMs: Math.max(range.fromMs, found.fromMs), seen: found });
  }
  return isOver || course.trace.untilMs >= range.toMs ? KEPT : OPEN;
}

function inOrder(
  { claim, than }: Expectation & { readonly kind: "order" },
  path: NodeId,
  course: Course,
  isOver: boolean,
): Verdict {
  const first = firstSo(claim, path, course)?.fromMs ?? Infinity;
  for (const other of subjectsOf(course.trace.plan, than.who) ?? []) {
    const otherMs = firstSo(than, other, course)?.fromMs ?? Infinity;
    if (otherMs < first) {
      return broken(course, path, {
        kind: "out_of_order",
        atMs: otherMs,
        otherMs: first === Infinity ? null : first,
      });
    }
  }
  return isOver || first !== Infinity ? KEPT : OPEN;
}

function inTime(
  { claim, ms, of }: Expectation & { readonly kind: "within" },
  path: NodeId,
  course: Course,
  isOver: boolean,
): Verdict {
  const { untilMs } = course.trace;
  for (const fromMs of beginnings(of, course)) {
    if (firstSo(claim, path, course, { fromMs, toMs: fromMs + ms + 1 }) !== null) continue;
    const isCutOff = course.endMs < fromMs + ms && course.trace.outcome === null;
    if (isCutOff) return isOver ? KEPT : OPEN;
    return broken(course, path, { kind: "too_late", atMs: Math.min(fromMs + ms, untilMs), otherMs: fromMs });
  }
  return isOver ? KEPT : OPEN;
}

/** When a claim comes to hold, of any that it is about; when a `down` was asked for, if there is none. */
function beginnings(of: Claim | null, course: Course): readonly number[] {
  if (of === null) {
    return course.entries(ROOT).flatMap((entry) =>
      entry.event === "requested" && entry.data.verb === "down" ? [entry.atMs] : []
    );
  }
  return (subjectsOf(course.trace.plan, of.who) ?? []).flatMap((path) => {
    const holding = new Set(course.holding(of, path));
    const stretches = course.stretches(path);
    return stretches.flatMap((stretch, index) =>
      holding.has(stretch) && !holding.has(stretches[index - 1]!) ? [stretch.fromMs] : []
    );
  }).toSorted((a, b) => a - b);
}

/** Events that say why a node is not as it should be. */
const TELLING: ReadonlySet<TimedEntry["event"]> = new Set([
  "exited",
  "failed",
  "start_failed",
  "timed_out",
  "unhealthy",
]);

function counted(
  { what, how, number, withinMs }: Expectation & { readonly kind: "count" },
  path: NodeId,
  course: Course,
  isOver: boolean,
): Verdict {
  const entries =
    (path === ROOT ? course.trace.entries.filter(({ node }) => node !== ROOT) : course.entries(path))
      .filter((entry) => isCounted(what, entry, course.trace.plan, (seq) => course.entryAt(seq)));
  const windowMs = withinMs ?? Infinity;
  let most = 0;
  for (let first = 0, last = 0; last < entries.length; last++) {
    while (entries[last]!.atMs - entries[first]!.atMs > windowMs) first++;
    most = Math.max(most, last - first + 1);
    if (how !== "at least" && most > number) {
      const entry = entries[last]!;
      return broken(course, path, { kind: "miscounted", atMs: entry.atMs, entry, count: most });
    }
  }
  if (how === "at least" && most >= number) return KEPT;
  if (!isOver) return OPEN;
  if (how === "at most" || most === number) return KEPT;
  return broken(course, path, { kind: "miscounted", atMs: course.trace.untilMs, count: most });
}

/** The first stretch in a range in which a claim holds. */
function firstSo(
  claim: Claim,
  path: NodeId,
  course: Course,
  { fromMs, toMs }: Range = { fromMs: 0, toMs: Infinity },
): Stretch | null {
  const holding = course.holding(claim, path);
  const found = holding[firstAfter(holding, fromMs)];
  if (found === undefined || found.fromMs >= toMs) return null;
  return found.fromMs < fromMs ? { ...found, fromMs } : found;
}

/** The index of the first stretch that is not over before a time; one that is over in that very instant counts if it began then. */
function firstAfter(stretches: readonly Stretch[], ms: number): number {
  let [low, high] = [0, stretches.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const { fromMs, toMs } = stretches[middle]!;
    if (toMs > ms || fromMs >= ms) high = middle;
    else low = middle + 1;
  }
  return low;
}

function opposite(claim: Claim): Claim {
  return { ...claim, isNot: !claim.isNot };
}

function broken(
  course: Course,
  path: NodeId,
  about: Pick<Broken, "kind" | "atMs"> & Partial<Broken>,
): Verdict {
  const isAtEnd = about.atMs >= course.trace.untilMs;
  const seen = course.stretches(path).findLast(({ fromMs }) => isAtEnd || fromMs < about.atMs) ?? null;
  const past = course.entries(path).filter(({ atMs }) => atMs <= about.atMs);
  // The end of a run says nothing about later ones that were ready.
  const readyAt = past.findLastIndex(({ event, atMs }) => event === "ready" && atMs < about.atMs);
  const entry = past.slice(readyAt + 1).findLast(({ event }) => TELLING.has(event)) ?? past.at(-1) ?? null;
  return { is: "broken", why: { path, seen, entry, otherMs: null, count: 0, ...about } };
}
