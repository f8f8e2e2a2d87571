/**
 * A hunt: ends what is left of something, and looks until nothing is.
 *
 *     look -> signal each that has not had the signal -> look again, until a look finds no new one
 *       -> wait for a death, or for a pause that grows -> look ...
 *
 * Everything that ends processes beside their own stop goes this way: the rest of a run, of a tree, of a supervisor that was
 * killed, of an isolator, of an actor, and of a control group that the kernel cannot kill. They differ in who belongs to them
 * (`look`), in the signal, and in what is noted of each that gets it (`onSignal`).
 *
 * Invariants:
 * 1. A process gets the signal of a hunt once. A process that is forked meanwhile gets it when it is found.
 * 2. A hunt is over after a look that found nothing; or when its time is up, after a look that was made then. A program that
 *    comes late to its looks takes nobody for alive.
 * 3. A survivor is a process that a look has found alive `KILL_PATIENCE_MS` after its own SIGKILL. A zombie is none.
 * 4. A look that fails for want of descriptors or memory says nothing, and is repeated.
 */
import { after, type Instant } from "../base/instant.ts";
import { KILL_PATIENCE_MS } from "../base/kill_patience.ts";
import { limitErrorOf } from "../base/limit_error.ts";
import { messageOf } from "../base/user_error.ts";
import { isStuck, keyOf } from "./alive.ts";
import { Look } from "./look.ts";
import type { Host } from "./ports/host.ts";
import type { ProcessRow } from "./ports/processes.ts";

/** How often one pass looks again for what was forked during its last look. */
const MOST_LOOKS = 100;

/** How long to wait for a death before looking anyway, at first and at most. */
export const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 250;

/** The parts of a machine that a hunt needs. */
export type HuntingHost = Pick<Host, "processes" | "clock">;

/** The processes that are hunted, and the way of it. */
export interface Quarry {
  /** Processes are asked to end, or killed at once. */
  readonly signal: "SIGTERM" | "SIGKILL";
  /**
   * The living processes that belong to it.
   *
   * @param look The look of this pass.
   * @param meet May be told of each as soon as it is found: a moment later it may have forked and died.
   */
  look(look: Look, meet: (row: ProcessRow) => void): readonly ProcessRow[];
  /** Whether a process is waited for, and not signalled: somebody else sees to its end. */
  spares?(row: ProcessRow): boolean;
  /** Told of each process that is about to get the signal. */
  onSignal?(row: ProcessRow): void;
}

/** The result of a pass. */
export type Sighting =
  | { readonly seen: "nothing" }
  | { readonly seen: "some"; readonly rows: readonly ProcessRow[]; readonly survivors: readonly ProcessRow[] }
  | { readonly seen: "unknown"; readonly why: string };

/** When each process got the signal, by its identity. */
export type Signalled = ReadonlyMap<string, Instant>;

/** Those that have not had the signal yet. */
export function newcomers(rows: readonly ProcessRow[], signalled: Signalled): readonly ProcessRow[] {
  return rows.filter((row) => !signalled.has(keyOf(row)));
}

/** Those that have survived SIGKILL, of which each was sent when `killed` says. */
export function survivorsAmong(
  rows: readonly ProcessRow[],
  killed: Signalled,
  now: Instant,
): readonly ProcessRow[] {
  return rows.filter((row) => {
    const at = killed.get(keyOf(row));
    return at !== undefined && now >= after(at, KILL_PATIENCE_MS);
  });
}

/** The pause after another in which nothing was heard. */
export function longerPause(pauseMs: number): number {
  return Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
}

/** See the module. */
export class Hunt {
  readonly #host: HuntingHost;
  readonly #quarry: Quarry;
  readonly #begunAt: Instant;
  readonly #signalled = new Map<string, Instant>();
  readonly #refused = new Set<string>();

  constructor(host: HuntingHost, quarry: Quarry) {
    this.#host = host;
    this.#quarry = quarry;
    this.#begunAt = host.clock.now();
  }

  get signal(): Quarry["signal"] {
    return this.#quarry.signal;
  }

  /** Milliseconds since it began. */
  get ageMs(): number {
    return this.#host.clock.now() - this.#begunAt;
  }

  /** Whether a process could not be signalled because it is another user's. */
  isRefused(row: ProcessRow): boolean {
    return this.#refused.has(keyOf(row));
  }

  /** Looks, and signals who is new, until a look finds nobody new. */
  pass(): Sighting {
    return passTogether([this], this.#host)[0]!;
  }

  /**
   * Looks once, and signals who is new.
   *
   * @param look May be shared by hunts that look in the same turn.
   */
  look(look: Look): { readonly sighting: Sighting; readonly hasSignalled: boolean } {
    const before = this.#signalled.size;
    try {
      const rows = this.#quarry.look(look, (row) => this.#end(row));
      for (const row of newcomers(rows, this.#signalled)) this.#end(row);
      const hasSignalled = this.#signalled.size > before;
      if (rows.length === 0) return { sighting: { seen: "nothing" }, hasSignalled };
      const isDeadly = this.#quarry.signal === "SIGKILL";
      const now = this.#host.clock.now();
      const survivors = isDeadly ? survivorsAmong(rows, this.#signalled, now) : [];
      return { sighting: { seen: "some", rows, survivors }, hasSignalled };
    } catch (error) {
      if (limitErrorOf(error) === null) throw error;
      return { sighting: { seen: "unknown", why: messageOf(error) }, hasSignalled: false };
    }
  }

  #end(row: ProcessRow): void {
    if (this.#signalled.has(keyOf(row)) || this.#quarry.spares?.(row) === true) return;
    const { processes } = this.#host;
    const { signal } = this.#quarry;
    this.#quarry.onSignal?.(row);
    if (processes.signal(row, signal) === "refused") this.#refused.add(keyOf(row));
    // A stopped process does not hear SIGTERM before it goes on.
    if (signal === "SIGTERM") processes.signal(row, "SIGCONT");
    this.#signalled.set(keyOf(row), this.#host.clock.now());
  }
}

/**
 * Lets hunts look that are due in one turn: all look and signal before the first of them looks again, and one look finds for
 * all who is dead.
 *
 * @returns What each has seen last.
 */
export function passTogether(hunts: readonly Hunt[], { processes }: HuntingHost): readonly Sighting[] {
  const look = new Look(processes);
  const sightings: Sighting[] = hunts.map(() => ({ seen: "nothing" }));
  let due = hunts.map((hunt, index) => ({ hunt, index }));
  for (let count = 0; count < MOST_LOOKS && due.length > 0; count++) {
    const again = new Set<Hunt>();
    look.takeTogether(due.map(({ hunt, index }) => () => {
      const { sighting, hasSignalled } = hunt.look(look);
      sightings[index] = sighting;
      if (hasSignalled) again.add(hunt);
      return sighting.seen !== "nothing";
    }));
    due = due.filter(({ hunt }) => again.has(hunt));
  }
  return sightings;
}

/** Why a process is alive that was killed. */
export function howAlive(hunt: Hunt, row: ProcessRow): "stuck" | "refused" | "outlived" {
  return isStuck(row) ? "stuck" : hunt.isRefused(row) ? "refused" : "outlived";
}

/** How long to look, and how to wait between two looks. */
export interface LookTime {
  readonly withinMs: number;
  /** Begins to listen for a death, and gives how to wait for one, for some time at most. */
  readonly listen: () => (ms: number) => Promise<unknown>;
}

/** The result of one of many looks: `open` if it is too early to say, or it has failed. */
export type Seen = "nothing" | "some" | "open";

/**
 * Hunts until nothing is left or the time is up.
 *
 * @param isTwice Whether two looks in a row must have found nothing: what has just been forked may show a moment later.
 * @returns What its last look has seen.
 */
export async function huntDown(
  host: HuntingHost,
  hunt: Hunt,
  { isTwice = false, ...time }: LookTime & { readonly isTwice?: boolean },
): Promise<Sighting> {
  let last: Sighting = { seen: "nothing" };
  let isSure = !isTwice;
  await lookUntilNone(host, time, () => {
    last = hunt.pass();
    if (last.seen === "nothing" && isSure) return "nothing";
    isSure = !isTwice || last.seen === "nothing";
    return last.seen === "nothing" ? "some" : seenBy(hunt, last);
  });
  return last;
}

/** SIGKILL has ended nobody yet who got it a moment ago. */
function seenBy({ signal }: Hunt, sighting: Sighting & { readonly seen: "some" | "unknown" }): Seen {
  if (signal === "SIGTERM") return "some";
  return sighting.seen === "unknown" || sighting.survivors.length === 0 ? "open" : "some";
}

/**
 * Looks until nothing is seen or the time is up, less and less often. The last look is made when the time is up; if that leaves
 * it open, looks go on for as long again.
 *
 * @returns Whether nothing was seen.
 */
export async function lookUntilNone(
  { clock }: Pick<Host, "clock">,
  { withinMs, listen }: LookTime,
  look: () => Seen,
): Promise<boolean> {
  const deadline = after(clock.now(), withinMs);
  const last = after(deadline, withinMs);
  for (let pause = FIRST_PAUSE_MS;; pause = longerPause(pause)) {
    const wait = listen();
    const now = clock.now();
    const seen = look();
    if (seen === "nothing") return true;
    if (now >= last || (now >= deadline && seen !== "open")) return false;
    const until = now >= deadline ? last : deadline;
    await wait(Math.min(pause, Math.max(1, until - clock.now())));
  }
}
