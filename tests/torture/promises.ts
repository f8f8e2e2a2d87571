/**
 * The promises, watched over while a test does its worst to a tree:
 *
 * - nothing left behind, by the mark in the environment, by what traps have written of themselves, and by how long
 *   programs sleep;
 * - never two of the same: whoever starts beside an earlier run of its actor says so (`once.ts`);
 * - status never lies: what it says of two moments was true between them, no zombie outlasts a few answers, and the journal
 *   tells of every start and of its end.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { isDeepStrictEqual } from "node:util";
import { connectControl, type ControlClient } from "../../lib/control/client.ts";
import type { StatusRow, TreeStatus } from "../../lib/control/protocol.ts";
import { socketNameOf, type TreeId, treeIdOf } from "../../lib/daemon/tree_id.ts";
import { readRecord } from "../../lib/daemon/tree_record.ts";
import { openSystemHost } from "../../lib/host/system_host.ts";
import {
  environmentOf,
  isAlive,
  isDead,
  type ProcessName,
  type Row,
  rowOf,
  table,
  zombiesOf,
} from "../harness/process_table.ts";
import { sleepersOf } from "../harness/sleepers.ts";
import { type Sandbox, UNDER_TEST } from "../harness/supervise.ts";
import { readTraps } from "../harness/traps.ts";
import { until } from "../harness/until.ts";
import { assertJournals, journalsOf, openRuns } from "./journal.ts";
import { TRAPS, TWICE } from "./once.ts";

const host = await openSystemHost();
host.processes.close();

/** Records of all users, which a command would not believe. */
const ANYBODYS = { files: { readOwn: (path: string) => host.files.readText(path) } };

/** How long to wait between two looks: each takes the supervisor from what it has to do. */
const PAUSE_MS = 150;
/** How much of a journal an error shows. */
const LAST_ENTRIES = 20;
/** How many turns of its loop a supervisor may take until it hears of a death. Deno looks for signals now and then. */
const MOST_TURNS = UNDER_TEST === "deno" ? 50 : 5;
/** How long a zombie may be there whose parent nobody can ask whether it has had a turn: a watchdog, no measure. */
const ZOMBIE_WATCHDOG_MS = 10_000;

/** The supervisor and the guardian of a tree, as far as they live. */
export interface Own {
  readonly supervisor: ProcessName | null;
  readonly guardian: ProcessName | null;
}

/** Whose tree it is, and from where it is seen. */
export interface PromisesOptions {
  readonly uid?: number;
  /** Where the folder is for sockets, if not in the root of the machine. */
  readonly root?: string;
}

/** See the module. It watches from its construction on until `close`. */
export class Promises {
  readonly #sandbox: Sandbox;
  readonly #tree: TreeId;
  readonly #broken = new Set<string>();
  /** Zombies of the guardian, and when they were seen first. */
  readonly #zombies = new Map<string, number>();
  readonly #watching: Promise<void>;
  #isOver = false;

  constructor(sandbox: Sandbox, { uid = process.getuid!(), root = "" }: PromisesOptions = {}) {
    this.#sandbox = sandbox;
    const tree = treeIdOf(host, uid, `${sandbox.dir}/supervise.toml`);
    this.#tree = {
      ...tree,
      socket: `${root}${socketNameOf(tree)}`,
      record: `${root}${tree.folder}/tree.json`,
    };
    this.#watching = this.#watch();
  }

  /** Who looks after the tree now. */
  own(): Own {
    const record = readRecord(ANYBODYS, this.#tree);
    const living = (one: ProcessName | undefined) => one !== undefined && isAlive(one) ? one : null;
    return { supervisor: living(record?.supervisor), guardian: living(record?.guardian) };
  }

  /** Waits until neither the supervisor nor the guardian lives. */
  async untilOver(): Promise<void> {
    await until("the supervisor and its guardian are gone", () => {
      const { supervisor, guardian } = this.own();
      return supervisor === null && guardian === null;
    });
  }

  /** Asserts what holds of a tree in which nothing is about to start or to end. */
  async assertStanding(): Promise<TreeStatus> {
    const status = await this.assertStatus();
    // The process of an isolated tree is no run.
    const said = status.actors.flatMap(({ path, kind, pid }) =>
      pid === null || kind === "tree" ? [] : [[path, pid] as const]
    );
    const journal = journalsOf(this.#sandbox).at(-1) ?? [];
    const told = openRuns(journal);
    if (!isDeepStrictEqual(said.toSorted(), [...told].sort())) {
      const rows = status.actors.map(({ path, state, pid, reason }) => `${path} ${state} ${pid} ${reason}`);
      const entries = journal.slice(-LAST_ENTRIES).map((entry) => JSON.stringify(entry));
      assert.fail(`status and journal tell of other processes:\n${[...rows, ...entries].join("\n")}`);
    }
    return status;
  }

  /** Asserts that the status of such a tree is what the process table says. */
  async assertStatus(): Promise<TreeStatus> {
    const status = await this.#ask(async (client) => {
      await client.request("sync", {});
      return await client.request("status", { paths: [] });
    });
    assert.ok(status !== null, "the supervisor does not answer");
    const running = new Map(
      status.actors.filter(({ pid }) => pid !== null).map(({ path, pid }) => [path, pid]),
    );
    for (const [path, pid] of running) {
      assert.equal(environmentOf(pid!).get("SUPERVISE_ACTOR") ?? path, path, `${pid} is another actor's`);
    }
    for (const path of this.#actors()) {
      assert.ok(running.has(path), `${path} has processes, and status says that it has none`);
    }
    this.assertKept();
    return status;
  }

  /** Waits until all is gone, and asserts what holds of a tree that is over. */
  async assertOver(): Promise<void> {
    await until("nothing is left", () => this.left().length === 0).catch(() => {});
    assert.deepEqual(this.left(), [], "processes are left");
    this.assertKept();
    assertJournals(this.#sandbox);
  }

  /** What lives of all that was started in the sandbox. */
  left(): readonly string[] {
    const traps = readTraps(`${this.#sandbox.dir}/${TRAPS}`).filter(isAlive);
    const others = [
      ...traps.map(({ pid, kind }) => `${pid} ${kind}`),
      ...sleepersOf(this.#sandbox).map(({ pid, command }) => `${pid} ${command.replaceAll("\0", " ")}`),
    ];
    return [...this.#sandbox.left(), ...others];
  }

  /** Ends the watch. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.#watching;
  }

  /** Asserts that nothing was seen that breaks a promise. */
  assertKept(): void {
    const twice = `${this.#sandbox.dir}/${TWICE}`;
    if (existsSync(twice)) this.#broken.add(`started beside an earlier run: ${readFileSync(twice, "utf8")}`);
    assert.deepEqual([...this.#broken], []);
  }

  /** The addresses that living processes of the sandbox have in their environment. */
  #actors(): readonly string[] {
    return table().map(({ pid }) => environmentOf(pid)).filter((environment) =>
      environment.get("E2E_MARK") === this.#sandbox.mark
    ).flatMap((environment) => environment.get("SUPERVISE_ACTOR") ?? []);
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      const { supervisor, guardian } = this.own();
      if (guardian !== null) this.#lookAtGuardian(guardian);
      if (supervisor !== null) await this.#lookAtSupervisor(supervisor);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async #lookAtSupervisor({ pid }: ProcessName): Promise<void> {
    // Nobody answers who is stopped.
    if (rowOf(pid)?.state === "T") return;
    const dead = zombiesOf(pid);
    await this.#ask(async (client) => {
      const { actors: before } = await client.request("status", { paths: [] });
      await this.#lookForZombies(client, pid, dead);
      const gone = before.filter((row) => row.pid !== null && isGone(row.pid));
      const { actors: after } = await client.request("status", { paths: [] });
      for (const row of gone.filter((one) => after.some((other) => isSame(one, other)))) {
        this.#broken.add(`${row.path} is ${row.state} as process ${row.pid}, which is not there`);
      }
    });
  }

  /** Whoever has answered has had a turn of its loop, and has reaped what was dead before; some runtimes take a few. */
  async #lookForZombies(client: ControlClient, pid: number, dead: readonly Row[]): Promise<void> {
    const lasting = () => zombiesOf(pid).filter((row) => dead.some((one) => keyOf(one) === keyOf(row)));
    for (let turn = 0; turn < MOST_TURNS && lasting().length > 0; turn++) {
      await client.request("status", { paths: [] });
    }
    for (const row of lasting()) {
      this.#broken.add(`zombie ${row.pid} of the supervisor outlasts ${MOST_TURNS} answers`);
    }
  }

  #lookAtGuardian({ pid }: ProcessName): void {
    const dead = rowOf(pid)?.state === "T" ? [] : zombiesOf(pid).map(keyOf);
    for (const key of this.#zombies.keys()) if (!dead.includes(key)) this.#zombies.delete(key);
    const now = performance.now();
    for (const key of dead) {
      const since = this.#zombies.get(key) ?? now;
      this.#zombies.set(key, since);
      if (now - since > ZOMBIE_WATCHDOG_MS) this.#broken.add(`zombie ${key} stays with the guardian`);
    }
  }

  /** Asks the supervisor; null if it does not answer any more. */
  async #ask<T>(body: (client: ControlClient) => Promise<T>): Promise<T | null> {
    let client: ControlClient | null = null;
    try {
      client = await connectControl(host, this.#tree.socket, () => null);
      return client === null ? null : await body(client);
    } catch {
      return null;
    } finally {
      client?.close();
      await client?.closed;
    }
  }
}

function isGone(pid: number): boolean {
  const row = rowOf(pid);
  return row === null || isDead(row);
}

function isSame(one: StatusRow, other: StatusRow): boolean {
  return one.path === other.path && one.pid === other.pid && one.state === other.state;
}

function keyOf({ pid, startTime }: Row): string {
  return `${pid}:${startTime}`;
}
