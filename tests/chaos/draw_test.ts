/** Acts are drawn by a seed alone, and each kind has its turn. */
import assert from "node:assert/strict";
import type { ActKind } from "../../lib/chaos/act.ts";
import { type Candidates, drawAct, drawingOf, drawPause } from "../../lib/chaos/draw.ts";
import type { NodeId } from "../../lib/config/plan.ts";
import { test } from "../harness/test.ts";

const process = (pid: number) => ({ pid, startTime: pid * 10 });

const ALIVE: Candidates = {
  actors: [
    {
      path: "db" as NodeId,
      kinds: ["kill", "kill-descendant", "stop", "slow", "cut"],
      main: process(10),
      others: [process(11), process(12)],
      isConnected: true,
    },
    {
      path: "web" as NodeId,
      kinds: ["kill", "stop", "cut"],
      main: process(20),
      others: [],
      isConnected: false,
    },
  ],
  own: [{ kind: "kill-guardian", process: process(2) }],
};

const KINDS: readonly ActKind[] = ["kill", "kill-descendant", "stop", "slow", "cut", "kill-guardian"];

function acts(seed: number, count: number, alive: Candidates = ALIVE) {
  let drawing = drawingOf(seed);
  return Array.from({ length: count }, () => {
    const { act, next } = drawAct(drawing, KINDS, alive);
    drawing = drawPause(next).next;
    return act;
  });
}

test("chaos: the same seed draws the same acts, and another one others", () => {
  assert.deepEqual(acts(7, 50), acts(7, 50));
  assert.notDeepEqual(acts(7, 50), acts(8, 50));
});

test("chaos: each kind comes once before any comes again", () => {
  for (let seed = 0; seed < 100; seed++) {
    const kinds = acts(seed, 2 * KINDS.length).map((act) => act!.kind);
    assert.deepEqual(kinds.slice(0, KINDS.length).toSorted(), KINDS.toSorted());
    assert.deepEqual(kinds.slice(KINDS.length).toSorted(), KINDS.toSorted());
  }
});

test("chaos: nobody is hit by what cannot hit him", () => {
  for (const act of acts(1, 500)) {
    const { kind, path, target, forMs } = act!;
    if (kind === "kill-guardian") assert.deepEqual([path, target.pid], [null, 2]);
    else if (kind === "kill-descendant") assert.ok([11, 12].includes(target.pid));
    else if (kind === "slow" || kind === "cut") assert.equal(path, "db");
    else assert.equal(target.pid, path === "db" ? 10 : 20);
    assert.equal(forMs !== null, kind === "stop" || kind === "slow");
    assert.ok(forMs === null || (forMs >= 200 && forMs <= 4_000));
  }
});

test("chaos: both actors are hit, and either other process of a run", () => {
  const drawn = acts(3, 500).map((act) => act!);
  const hit = new Set(drawn.filter(({ kind }) => kind === "kill").map(({ path }) => path));
  assert.deepEqual([...hit].toSorted(), ["db", "web"]);
  const others = new Set(
    drawn.filter(({ kind }) => kind === "kill-descendant").map(({ target }) => target.pid),
  );
  assert.deepEqual([...others].toSorted(), [11, 12]);
});

test("chaos: where nobody can be hit nothing is drawn, and the drawing is as it was", () => {
  const drawing = drawingOf(5);
  assert.deepEqual(drawAct(drawing, KINDS, { actors: [], own: [] }), { act: null, next: drawing });
});
