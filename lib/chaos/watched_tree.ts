/** A running tree as chaos sees it: rows from its supervisor, its processes from the process table, and its journal. */
import { fromPromise } from "../bridge/from_promise.ts";
import { UserError } from "../base/user_error.ts";
import { nodeAt, type NodeId, type Plan } from "../config/plan.ts";
import type { ControlClient } from "../control/client.ts";
import type { StatusRow, TreeStatus } from "../control/protocol.ts";
import { connectLasting } from "../daemon/lasting_supervisor.ts";
import { presentOf } from "../daemon/holder.ts";
import type { TreeId } from "../daemon/tree_id.ts";
import { readRecord, type TreeRecord } from "../daemon/tree_record.ts";
import type { Marks } from "../engine/containment/marks.ts";
import type { JournalEntry } from "../supervision/journal_entry.ts";
import { lastLifeIn } from "../engine/journal/journal_reader.ts";
import { startedMs } from "../host/alive.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import { moveOnAfter } from "../scope/timeouts.ts";
import { EntryFeed } from "./entry_feed.ts";
import { type AnnouncedRun, type BrokenPromise, PromiseWatch } from "./promise_watch.ts";
import { type Seen, type Sighting, TableWatch } from "./sighting.ts";
import type { SeenRestart } from "./wellness.ts";

/** The tree that is watched. */
export interface WatchedTreeOptions {
  readonly host: Host;
  readonly tree: TreeId;
  readonly plan: Plan;
  readonly marks: Marks;
  readonly record: TreeRecord & { readonly instance: string };
}

/** One look at all of it. */
export interface Look {
  /** When the table was begun to be looked at, in milliseconds since chaos began. */
  readonly atMs: number;
  readonly rows: readonly StatusRow[];
  readonly sighting: Sighting;
  /** Entries that have come since the look before. */
  readonly entries: readonly JournalEntry[];
  readonly broken: readonly BrokenPromise[];
}

/** How long a supervisor may take to answer. */
const ANSWER_MS = 10_000;

/** Entries after which an actor, or what is below a tree, may start for another reason than its own failure. */
const EXCUSES: ReadonlySet<JournalEntry["event"]> = new Set([
  "requested",
  "planned",
  "rolling",
  "files_changed",
  "due",
  "escalated",
  "resumed",
]);

/** See the module. */
export class WatchedTree {
  readonly #options: WatchedTreeOptions;
  readonly #table: TableWatch;
  readonly #promises: PromiseWatch;
  readonly #feed: EntryFeed;
  readonly #restarts: SeenRestart[] = [];
  readonly #beganAt: number;
  /** The date at which chaos began, in milliseconds since 1970. */
  readonly date: number;
  #client: ControlClient;
  #looks = 0;
  /** Entries of the journal when chaos began, those of earlier lives of the tree among them. */
  history: readonly JournalEntry[] = [];

  /** @param client Is closed with this. */
  constructor(options: WatchedTreeOptions, client: ControlClient) {
    const { host, marks, record, plan } = options;
    this.#options = options;
    this.#client = client;
    this.#table = new TableWatch({ processes: host.processes, marks, instance: record.instance });
    this.#beganAt = host.clock.now();
    this.date = host.wallClock();
    const uptimeMs = host.boot().uptimeMs;
    this.#promises = new PromiseWatch(plan, (process) => startedMs(process) - uptimeMs);
    this.#feed = new EntryFeed(host.files, record.stateFolder);
  }

  /** Milliseconds since chaos began. */
  get nowMs(): number {
    return this.#options.host.clock.now() - this.#beganAt;
  }

  get looks(): number {
    return this.#looks;
  }

  /** The restarts that the supervisor has granted since chaos began. */
  get restarts(): readonly SeenRestart[] {
    return this.#restarts;
  }

  async begin(): Promise<void> {
    this.history = await this.#feed.follow(this.#client);
    // Runs of another life have other numbers than those of this one may have: the last life alone counts.
    for (const entry of lastLifeIn(this.history)) this.#announce(entry);
  }

  /** Asks the supervisor, and then the process table. @throws {UserError} If the supervisor is gone or does not answer. */
  async look(): Promise<Look> {
    const status = await this.#status();
    const atMs = this.nowMs;
    const sighting = this.sight(status.actors);
    const entries = this.#feed.taken();
    for (const entry of entries) this.#take(entry, atMs);
    this.#looks += 1;
    const broken = this.#promises.observe({ atMs, rows: status.actors, sighting });
    return { atMs, rows: status.actors, sighting, entries, broken };
  }

  /** Looks at the process table alone. */
  sight(rows: readonly StatusRow[] = []): Sighting {
    const pids = new Set(rows.flatMap(({ pid }) => pid ?? []));
    const told = this.#promises.announced.filter(({ pid }) => pids.has(pid));
    return this.#table.look(this.own(), told);
  }

  /** The main process of an actor, if the table shows it to be one. */
  mainOf({ path, pid }: StatusRow, { seen }: Sighting): Seen | null {
    return seen.find((one) => one.pid === pid && one.path === path && !one.isGuest) ?? null;
  }

  /** How many main processes of each actor are alive. */
  mainsIn({ seen }: Sighting): ReadonlyMap<NodeId, number> {
    const pids = new Set(this.#promises.announced.map(({ run, pid }) => `${run} ${pid}`));
    const mains = seen.filter(({ run, pid, isGuest }) => !isGuest && pids.has(`${run} ${pid}`));
    return new Map([...Map.groupBy(mains, ({ path }) => path)].map(([path, all]) => [path, all.length]));
  }

  /** Supervisor and guardian, as far as they are there. */
  own(): readonly ProcessId[] {
    const { supervisor, guardian } = this.ownByName();
    return [supervisor, guardian].filter((one) => one !== null);
  }

  ownByName(): { readonly supervisor: ProcessId | null; readonly guardian: ProcessId | null } {
    const { host, tree } = this.#options;
    const record = readRecord(host, tree);
    return record === null ? { supervisor: null, guardian: null } : presentOf(host, tree, record);
  }

  /** How the tree has ended; null if it has not, or nobody has written that down. */
  outcome(): string | null {
    const record = readRecord(this.#options.host, this.#options.tree);
    return record === null || record.endedAt === null ? null : record.outcome;
  }

  /** Goes on with the next supervisor. @returns Whether there is one. */
  async reconnect(): Promise<boolean> {
    const { host, tree } = this.#options;
    this.#client.close();
    const client = await fromPromise(connectLasting(host, tree));
    if (client === null) return false;
    this.#client = client;
    await this.#feed.follow(client);
    return true;
  }

  close(): void {
    this.#client.close();
  }

  async #status(): Promise<TreeStatus> {
    const status = await moveOnAfter(
      ANSWER_MS,
      () => fromPromise(this.#client.request("status", { paths: [] })),
    );
    if (status !== undefined) return status;
    throw new UserError("control/no-answer", `The supervisor has not answered for ${ANSWER_MS / 1_000} s`, {
      hint: "nothing of chaos stops a supervisor; `supervise events` shows what it did last",
    });
  }

  #take(entry: JournalEntry, atMs: number): void {
    this.#announce(entry);
    const { event, path } = entry;
    if (event === "restarted") this.#restarts.push({ path, atMs });
    const isOfTree = nodeAt(this.#options.plan, path)?.kind === "tree";
    if (event === "requested") {
      for (const one of entry.verb === "down" ? [] : entry.paths) this.#promises.excuse(one);
    }
    if (EXCUSES.has(event) || (isOfTree && event === "restarted")) this.#promises.excuse(path);
  }

  #announce(entry: JournalEntry): void {
    const run: AnnouncedRun | null =
      (entry.event === "started" && "pid" in entry) || entry.event === "adopted"
        ? { path: entry.path, run: entry.run, pid: entry.pid }
        : null;
    if (run !== null) this.#promises.announce(run);
  }
}
