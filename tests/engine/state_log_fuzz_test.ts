/** Records of a tree that were damaged: whatever stands there, what is read of them can be gone on with, or is nothing. */
import assert from "node:assert/strict";
import process from "node:process";
import type { Signal } from "../../lib/base/signals.ts";
import { instant } from "../../lib/base/instant.ts";
import { logHeader, readStateLog } from "../../lib/engine/survival/state_log.ts";
import { resumeTree } from "../../lib/engine/survival/resumed_tree.ts";
import { readJournal } from "../../lib/engine/journal/journal_reader.ts";
import { step } from "../../lib/supervision/step.ts";
import { encodeChange, wholeOf } from "../../lib/supervision/state_change.ts";
import type { Files } from "../../lib/host/ports/files.ts";
import { damagedLines, forSeeds, type Random } from "../harness/damage.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

const PLAN = planOf({
  children: { a: { daemon: true }, b: { daemon: true }, c: {}, pool: { children: { d: { daemon: true } } } },
});

/** A log of a tree in which something has happened. */
function logOf(random: Random): readonly string[] {
  const world = new World(PLAN).begin();
  if (random() < 0.5) world.exits("c", random() < 0.5 ? 0 : "SIGSEGV" as Signal);
  if (random() < 0.5 && world.processOf("a") !== null) world.exits("a", 3);
  const runs = world.processes.map(({ run }) => ({
    run: { pid: 1_000 + run, startTime: 5, run, spec: "x", survives: true, status: null },
  }));
  const header = logHeader({
    instance: "i",
    boot: { id: "boot", uptimeMs: 5 },
    now: instant(0),
  });
  const died = { died: { pid: 1_001, startTime: 5 }, status: { how: "exited", code: 1 } };
  return [
    JSON.stringify({ header }),
    encodeChange(wholeOf(world.state)),
    ...[...runs, died].map((line) => JSON.stringify(line)),
  ];
}

const filesWith = (text: string) =>
  ({
    readText: () => text,
    readOwn: () => text,
    exists: (path: string) => !/\.\d+$/.test(path),
    list: () => [],
  }) as unknown as Files;

test("state log: fuzz: a damaged log never throws, and what is read of it can be gone on with", async () => {
  let resumed = 0;
  await forSeeds(1_000, (random) => {
    const saved = readStateLog(filesWith(damagedLines(random, logOf(random))), "/log");
    if (saved === null) return;
    const tree = resumeTree(saved, {
      host: { digest: (text) => text.slice(0, 20) },
      plan: PLAN,
      now: instant(1_000),
      mayAdopt: () => random() < 0.8,
      endOf: () => null,
      orphanage: { keepers: [], lost: null },
    });
    if (tree === null) return;
    resumed += 1;
    let { state } = step(tree.state, tree.event, instant(1_000));
    for (const at of [1_001, 5_000, 100_000]) state = step(state, { type: "time_passed" }, instant(at)).state;
    assert.equal(state.nodes.size, PLAN.nodes.length);
  });
  if (process.env["SEED"] === undefined) assert.ok(resumed > 0);
});

test("journal: fuzz: a damaged journal never throws, and has only entries", async () => {
  const lines = [1, 2, 3].map((seq) =>
    JSON.stringify({
      at: "2026-01-01T00:00:00.000Z",
      seq,
      path: "a",
      event: "ready",
      cause: null,
      more: { x: [1] },
    })
  );
  await forSeeds(500, (random) => {
    for (const entry of readJournal(filesWith(damagedLines(random, lines)), "/state") ?? []) {
      assert.deepEqual([typeof entry.seq, typeof entry.path, typeof entry.at], [
        "number",
        "string",
        "string",
      ]);
    }
  });
});
