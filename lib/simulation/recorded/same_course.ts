/**
 * Whether two courses of a tree are the same, entry for entry: one that was recorded and one that was computed. PURE.
 *
 * Compared are, for each node, its entries in their order: the event, the entry that led to it, and all data. The order of all
 * entries is compared, too. Some things are not the same in any two courses, and are not compared, or not to the bit:
 *
 * 1. `pid`: the numbers of processes are the machine's.
 * 2. Measured milliseconds (`MEASURED`), dates, and durations in texts: may differ by what a machine is late, and so may the
 *    times of entries. Those of the plan, such as the delay of a restart or the time of a limit, are the same.
 * 3. `run`: runs are numbered in the order in which they are begun, of which the next holds.
 * 4. The order of two entries that neither are of one node nor led one to the other, and that came within a moment of each
 *    other in both courses: there it is the machine that has put one first.
 */
import { isSameData } from "../../base/same_data.ts";
import type { NodeId } from "../../config/plan.ts";
import type { EntryEvent } from "../../supervision/journal_entry.ts";
import type { TimedEntry } from "../trace.ts";

/** How far apart two measured times of one thing may be. */
export const LATE_MS = 1_000;

/** Within this time the machine decides which of two things comes first. */
export const MOMENT_MS = 50;

/** The first place in which two courses differ. */
export type CourseDifference =
  /** An entry that was recorded does not come; something else, or nothing, comes at its node in its place. */
  | { readonly kind: "missing"; readonly recorded: TimedEntry; readonly instead: TimedEntry | null }
  /** An entry comes that was not recorded. */
  | { readonly kind: "extra"; readonly computed: TimedEntry }
  /** It comes with other data, or for another cause. */
  | {
    readonly kind: "other";
    readonly recorded: TimedEntry;
    readonly computed: TimedEntry;
    /** The name of what differs. */
    readonly field: string;
  }
  /** It comes before another that it came after. */
  | { readonly kind: "order"; readonly recorded: TimedEntry; readonly before: TimedEntry };

/** Compares two courses. Null if they are the same. @param computed May go on for longer than what was recorded. */
export function sameCourse(
  recorded: readonly TimedEntry[],
  computed: readonly TimedEntry[],
): CourseDifference | null {
  const places = new Places(recorded, computed);
  const untilMs = recorded.at(-1)?.atMs ?? 0;
  const found = recorded.map((entry) => differenceAt(entry, places)).find((one) => one !== null) ?? null;
  const extra = computed.find((entry) => entry.atMs <= untilMs && places.recordedFor(entry) === null);
  const isExtraFirst = extra !== undefined && (found === null || extra.atMs < timeOf(found));
  if (isExtraFirst) return { kind: "extra", computed: extra };
  return found ?? orderDifference(recorded, places);
}

/** When two courses part. */
export function timeOf(difference: CourseDifference): number {
  return difference.kind === "extra" ? difference.computed.atMs : difference.recorded.atMs;
}

function differenceAt(entry: TimedEntry, places: Places): CourseDifference | null {
  const computed = places.computedFor(entry);
  if (computed === null || computed.event !== entry.event) {
    return { kind: "missing", recorded: entry, instead: computed };
  }
  const field = !places.hasSameCause(entry, computed)
    ? "cause"
    : differingField(entry, computed) ?? (isAboutThen(entry, computed) ? null : "time");
  return field === null ? null : { kind: "other", recorded: entry, computed, field };
}

/** An entry by its node, and how many came before it there. */
class Places {
  readonly #recorded: Indexed;
  readonly #computed: Indexed;

  constructor(recorded: readonly TimedEntry[], computed: readonly TimedEntry[]) {
    this.#recorded = new Indexed(recorded);
    this.#computed = new Indexed(computed);
  }

  computedFor(entry: TimedEntry): TimedEntry | null {
    return this.#computed.at(entry.node, this.#recorded.placeOf(entry.seq)!);
  }

  recordedFor(entry: TimedEntry): TimedEntry | null {
    return this.#recorded.at(entry.node, this.#computed.placeOf(entry.seq)!);
  }

  hasSameCause(recorded: TimedEntry, computed: TimedEntry): boolean {
    if (recorded.cause === null || computed.cause === null) return recorded.cause === computed.cause;
    const cause = this.#recorded.bySeq.get(recorded.cause);
    const other = this.#computed.bySeq.get(computed.cause);
    if (cause === undefined || other === undefined) return cause === other;
    return cause.node === other.node &&
      this.#recorded.placeOf(cause.seq) === this.#computed.placeOf(other.seq);
  }
}

class Indexed {
  readonly bySeq: ReadonlyMap<number, TimedEntry>;
  readonly #byNode = new Map<NodeId, TimedEntry[]>();
  readonly #places = new Map<number, number>();

  constructor(entries: readonly TimedEntry[]) {
    this.bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
    for (const entry of entries) {
      let own = this.#byNode.get(entry.node);
      if (own === undefined) this.#byNode.set(entry.node, own = []);
      this.#places.set(entry.seq, own.push(entry) - 1);
    }
  }

  at(node: NodeId, place: number): TimedEntry | null {
    return this.#byNode.get(node)?.[place] ?? null;
  }

  placeOf(seq: number): number | undefined {
    return this.#places.get(seq);
  }
}

function isAboutThen(recorded: TimedEntry, computed: TimedEntry): boolean {
  return Math.abs(recorded.atMs - computed.atMs) <= LATE_MS;
}

/** Fields that are another in each course. */
const OWN: ReadonlySet<string> = new Set(["pid", "run"]);

/** Fields that are measured, in milliseconds. */
const MEASURED: Partial<Readonly<Record<EntryEvent, readonly string[]>>> = {
  ready: ["afterMs"],
  // A share of what is left until a deadline.
  stopping: ["graceMs"],
  cancelled: ["withinMs"],
};

/** Fields that are dates. */
const DATES: ReadonlySet<string> = new Set(["date", "next"]);

function differingField(recorded: TimedEntry, computed: TimedEntry): string | null {
  const one = recorded.data as Readonly<Record<string, unknown>>;
  const other = computed.data as Readonly<Record<string, unknown>>;
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.find((name) => !isSameField(recorded.event, name, one[name], other[name])) ?? null;
}

function isSameField(event: EntryEvent, name: string, one: unknown, other: unknown): boolean {
  if (OWN.has(name)) return true;
  if (typeof one === "number" && typeof other === "number" && MEASURED[event]?.includes(name)) {
    return isClose(one, other);
  }
  if (DATES.has(name) && typeof one === "string" && typeof other === "string") {
    return isClose(Date.parse(one), Date.parse(other));
  }
  return isSameData(withoutDurations(one), withoutDurations(other));
}

function isClose(one: number, other: number): boolean {
  return Math.abs(one - other) <= LATE_MS;
}

/** For how long nothing has answered is measured as everything is. */
function withoutDurations(value: unknown): unknown {
  if (typeof value === "string") {
    return value.replace(/(?<=no answer for )[\d.]+ ?(?:ms|s|min|m|h)\b.*$/, "...");
  }
  if (Array.isArray(value)) return value.map(withoutDurations);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutDurations(part)]));
}

/** Both have the same entries: each that comes earlier than it came has passed only those of the same moment. */
function orderDifference(recorded: readonly TimedEntry[], places: Places): CourseDifference | null {
  const pairs: Pair[] = [];
  // The last number that is computed for any of those up to each: behind it nothing was passed.
  const lastSeqs: number[] = [];
  for (const entry of recorded) {
    const pair = { entry, computed: places.computedFor(entry)! };
    for (let index = pairs.length - 1; index >= 0 && lastSeqs[index]! > pair.computed.seq; index--) {
      const other = pairs[index]!;
      if (other.computed.seq > pair.computed.seq && !isOneMoment(pair, other)) {
        return { kind: "order", recorded: entry, before: other.entry };
      }
    }
    pairs.push(pair);
    lastSeqs.push(Math.max(lastSeqs.at(-1) ?? 0, pair.computed.seq));
  }
  return null;
}

interface Pair {
  readonly entry: TimedEntry;
  readonly computed: TimedEntry;
}

function isOneMoment(one: Pair, other: Pair): boolean {
  return Math.abs(one.entry.atMs - other.entry.atMs) <= MOMENT_MS &&
    Math.abs(one.computed.atMs - other.computed.atMs) <= MOMENT_MS;
}
