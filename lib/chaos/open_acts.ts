/** The acts on actors that are not over, and how it is known that they are. */
import { nameSome } from "../base/name_some.ts";
import type { NodeId } from "../config/plan.ts";
import type { StatusRow } from "../control/protocol.ts";
import { isSame } from "../host/alive.ts";
import type { JournalEntry } from "../supervision/journal_entry.ts";
import type { Act } from "./act.ts";
import type { BegunAct, ChaosLog } from "./chaos_log.ts";
import type { ChaosOptions } from "./options.ts";
import { fallenWith } from "./reach.ts";
import type { CameTo } from "./report.ts";
import type { Look } from "./watched_tree.ts";
import { downOf, isWell } from "./wellness.ts";

/** An act that is not over. */
export interface OpenAct extends BegunAct {
  readonly deadlineMs: number;
  /** From when on nothing more is done to its target; null while something is. */
  doneMs: number | null;
  /** The last entry that told of a start, or of a process that is well again. */
  wellMs: number | null;
}

/** How long something may take to be noticed that need not be noticed at all. */
const SETTLE_MS = 500;

/** Events by which it is known when something was well again. */
const WELL_EVENTS: ReadonlySet<JournalEntry["event"]> = new Set(["started", "ready", "healthy", "completed"]);

/** See the module. */
export class OpenActs {
  readonly #options: Pick<ChaosOptions, "plan" | "watched" | "limits">;
  readonly #log: ChaosLog;
  readonly #base: ReadonlySet<string>;
  readonly #open = new Set<OpenAct>();

  /** @param base The actors that have to be well again after each act. */
  constructor(
    options: Pick<ChaosOptions, "plan" | "watched" | "limits">,
    log: ChaosLog,
    base: ReadonlySet<string>,
  ) {
    this.#options = options;
    this.#log = log;
    this.#base = base;
  }

  get size(): number {
    return this.#open.size;
  }

  /** The actors that are being hit. */
  get paths(): readonly NodeId[] {
    return [...this.#open].flatMap(({ act }) => act.path ?? []);
  }

  add(open: OpenAct): void {
    this.#open.add(open);
  }

  /** Takes from an entry when an actor was well again. */
  take({ event, path, at }: JournalEntry): void {
    if (!WELL_EVENTS.has(event)) return;
    const atMs = Date.parse(at) - this.#options.watched.date;
    for (const open of this.#open) {
      if (atMs >= open.atMs - 1 && this.#scopeOf(open.act).includes(path)) open.wellMs = atMs;
    }
  }

  /** Closes the acts that are over, well or not. @returns How many. */
  async conclude(look: Look): Promise<number> {
    let count = 0;
    for (const open of [...this.#open]) {
      if (open.doneMs === null) continue;
      const isOver = this.#isWellAgain(open, look);
      if (!isOver && look.atMs < open.deadlineMs) continue;
      this.#open.delete(open);
      count += 1;
      await this.#close(open, isOver, look.rows);
    }
    return count;
  }

  /** Closes all of them: nobody waits for what comes of them. */
  async closeAll(cameTo: CameTo): Promise<void> {
    for (const open of [...this.#open]) {
      this.#open.delete(open);
      await this.#log.close(open, cameTo);
    }
  }

  /** The actors by which it is told whether what an act has touched is well: with one down at a time, all of them. */
  #scopeOf({ path }: Act): readonly NodeId[] {
    const { plan, limits } = this.#options;
    if (path !== null && limits.maxDown > 1) return fallenWith(plan, path);
    return plan.nodes.filter(({ kind }) => kind !== "tree").map((node) => node.path);
  }

  #isWellAgain({ act, doneMs }: OpenAct, { atMs, rows, sighting }: Look): boolean {
    const { plan, watched } = this.#options;
    if (act.kind !== "kill" && atMs < doneMs! + SETTLE_MS) return false;
    const scope = new Set<string>(this.#scopeOf(act));
    const base = new Set([...this.#base].filter((path) => scope.has(path)));
    if (downOf(plan, base, rows).length > 0) return false;
    const row = rows.find(({ path }) => path === act.path);
    if (row === undefined || !isWell(row)) return false;
    // Somebody may have stopped it meanwhile.
    if (row.state !== "running") return true;
    const main = watched.mainOf(row, sighting);
    return main !== null && (act.kind !== "kill" || !isSame(main, act.target));
  }

  async #close(open: OpenAct, isOver: boolean, rows: readonly StatusRow[]): Promise<void> {
    const { atMs, wellMs, number, act } = open;
    if (isOver && wellMs === null) return await this.#log.close(open, "nothing");
    if (isOver) return await this.#log.close(open, "well", Math.max(0, Math.round(wellMs! - atMs)));
    await this.#log.close(open, "not-well");
    const bad = rows.filter((row) => this.#base.has(row.path) && !isWell(row))
      .map(({ path, state, ready }) => `${path} is ${state}${ready === false ? ", not ready" : ""}`);
    const agoMs = Math.round(this.#options.watched.nowMs - atMs);
    const seen = nameSome(bad) || "its process is not there";
    await this.#log.break("recovery", act.path, `act ${number} was ${agoMs} ms ago: ${seen}`);
    this.#log.end("not-well");
  }
}
