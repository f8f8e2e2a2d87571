/**
 * Trees of real processes, of which some are killed at any moment, the program itself included: nothing is left of them.
 * `SEEDS` says how many trees, `SEED` where they begin.
 */
import assert from "node:assert/strict";
import process from "node:process";
import { markedWith } from "../../lib/actor/process/kill_tree.ts";
import { TOKEN_VARIABLE } from "../../lib/actor/process/spawn_spec.ts";
import { openSystem } from "../../lib/api/system.ts";
import { seeded } from "../../lib/base/chance.ts";
import { nextTurn } from "../../lib/host/shared/turn.ts";
import { Script } from "../harness/script.ts";
import { seedsOf } from "../harness/seeds.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";
import { between, type Chance, pick } from "./chaos/chance.ts";

const SEEDS = seedsOf(2);
const WIDTHS = [2, 3];
/** The program and all below it. */
const PROCESSES = 1 + 2 + 2 * 3;
/** Between two looks at the processes: looking all the time would take from them the time that they need to start. */
const PAUSE_MS = 2;
const MODULE = new URL("./modules/chaos_tree.ts", import.meta.url).href;

// What the machine opens is opened once for the whole program: before the first test, so that none seems to leak it.
const { host } = await openSystem();

for (const seed of SEEDS) {
  test(`chaos: nothing is left of a tree of processes that is killed in parts (SEED=${seed})`, async () => {
    const mark = `chaos${process.pid}s${seed}`;
    const script = startProgram(mark, seed);
    const ended = script.end();
    try {
      await killSome(mark, seeded(seed), ended);
      await ended;
      await until("nothing is left", () => markedWith(host, mark).length === 0);
    } finally {
      const left = markedWith(host, mark);
      for (const row of left) host.processes.signal(row, "SIGKILL");
      assert.deepEqual(left, []);
    }
  });
}

/** Starts the program; the token in its environment is the beginning of those of all below it. */
function startProgram(mark: string, seed: number): Script {
  process.env[TOKEN_VARIABLE] = mark;
  try {
    return new Script(`
      import { run } from "supervise";
      import { growProgram } from ${JSON.stringify(MODULE)};
      await run(() => growProgram({ widths: ${JSON.stringify(WIDTHS)}, drawn: ${seeded(seed)()} }));
    `);
  } finally {
    delete process.env[TOKEN_VARIABLE];
  }
}

/** Kills processes by chance, each when so many are there, or when the program has ended before. */
async function killSome(mark: string, chance: Chance, ended: Promise<unknown>): Promise<void> {
  let isOver = false;
  void ended.then(() => isOver = true);
  for (let kills = between(chance, 1, 3); kills > 0 && !isOver; kills--) {
    const enough = chance() < 0.5 ? PROCESSES : between(chance, 1, PROCESSES);
    const turns = between(chance, 0, 20);
    let living = markedWith(host, mark);
    while (living.length < enough && !isOver) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      living = markedWith(host, mark);
    }
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    if (living.length > 0) host.processes.signal(pick(chance, living), "SIGKILL");
  }
}
