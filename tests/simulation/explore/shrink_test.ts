/** Scripts with planted failures shrink to the known minimum. */
import assert from "node:assert/strict";
import { seeded } from "../../../lib/base/chance.ts";
import type { NodeId } from "../../../lib/config/plan.ts";
import { lineText } from "../../../lib/simulation/check_script.ts";
import { randomScript } from "../../../lib/simulation/explore/random_script.ts";
import { groundOf } from "../../../lib/simulation/explore/ground.ts";
import { shrink } from "../../../lib/simulation/explore/shrink.ts";
import type { ScriptLine } from "../../../lib/simulation/script.ts";
import { planOf } from "../../harness/plan.ts";
import { test } from "../../harness/test.ts";

const GROUND = groundOf(planOf({ children: { db: { daemon: true }, web: { daemon: true }, job: {} } }));

const PLANTED: readonly ScriptLine[] = [
  { kind: "exit", path: "db" as NodeId, runs: { from: 1, count: 3 }, atMs: 7_300, how: 1 },
  { kind: "request", atMs: 12_700, request: { verb: "restart", paths: ["web" as NodeId] } },
];

/** The planted lines among others, which change nothing. */
function hidden(seed: number): readonly ScriptLine[] {
  const random = seeded(seed);
  const noise = [1, 2, 3].flatMap(() => randomScript(GROUND, random));
  return PLANTED.reduce<readonly ScriptLine[]>(
    (script, line) => script.toSpliced(Math.floor(random() * (script.length + 1)), 0, line),
    noise,
  );
}

function isAbout(line: ScriptLine, path: string): boolean {
  return "path" in line
    ? line.path === path
    : line.kind === "request" && "paths" in line.request && line.request.paths[0] === path;
}

test("shrink: one line, one run, a round time", () => {
  const fails = (script: readonly ScriptLine[]) =>
    script.some((line) => line.kind === "exit" && line.path === "db" && line.atMs >= 4_000);
  for (let seed = 1; seed <= 20; seed += 1) {
    assert.deepEqual(shrink(hidden(seed), fails).map(lineText), ["--crash db@5s"]);
  }
});

test("shrink: as many runs as it takes, merged into one line", () => {
  const fails = (script: readonly ScriptLine[]) =>
    script.reduce(
      (sum, line) => sum + (line.kind === "exit" && line.path === "db" ? line.runs.count : 0),
      0,
    ) >= 3;
  const one = { kind: "exit", path: "db" as NodeId, runs: { from: 1, count: 1 }, atMs: 60, how: 3 } as const;
  const script = [one, { ...one, atMs: 900 }, { ...one, runs: { from: 4, count: 2 } }];
  assert.deepEqual(shrink(script, fails).map(lineText), ["--crash db@1s*3"]);
});

test("shrink: two lines that fail together alone", () => {
  const fails = (script: readonly ScriptLine[]) =>
    script.some((line) => line.kind === "exit" && isAbout(line, "db")) &&
    script.some((line) => line.kind === "request" && "paths" in line.request && isAbout(line, "web"));
  for (let seed = 1; seed <= 20; seed += 1) {
    const shrunk = shrink(hidden(seed), fails).map(lineText).toSorted();
    assert.equal(shrunk.length, 2, shrunk.join(" "));
    assert.equal(shrunk[0], "--crash db@1s");
  }
});

test("shrink: a stop and a start after it are a restart, if that does", () => {
  const paths = ["web" as NodeId];
  const script: readonly ScriptLine[] = [
    { kind: "request", atMs: 33, request: { verb: "stop", paths } },
    { kind: "kill_supervisor", atMs: 45_000, forMs: 5_000 },
    { kind: "request", atMs: 77, request: { verb: "start", paths } },
  ];
  const fails = (script: readonly ScriptLine[]) => {
    const verbs = script.flatMap((line) => line.kind === "request" ? [line.request.verb] : []);
    return verbs.includes("restart") || (verbs.includes("stop") && verbs.includes("start"));
  };
  assert.deepEqual(shrink(script, fails).map(lineText), ["--request restart web@1s"]);
});

test("shrink: always to the same script, and one that fails", () => {
  const fails = (script: readonly ScriptLine[]) => script.filter(({ kind }) => kind === "exit").length >= 2;
  for (let seed = 1; seed <= 20; seed += 1) {
    const script = [...hidden(seed), ...hidden(seed + 100)];
    const shrunk = shrink(script, fails);
    assert.ok(fails(shrunk));
    assert.deepEqual(shrink(script, fails), shrunk);
    assert.deepEqual(shrink(shrunk, fails), shrunk);
  }
});
