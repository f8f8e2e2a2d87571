/** Scripts as people write them. */
import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import type { NodeId } from "../../lib/config/plan.ts";
import type { ScriptLine } from "../../lib/simulation/script.ts";
import { checkScript } from "../../lib/simulation/check_script.ts";
import {
  LINE_FORMS,
  LINE_KINDS,
  type LineKind,
  readLine,
  writeLine,
} from "../../lib/simulation/script_text.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";

const id = (path: string) => path as NodeId;
const PLAN = planOf({
  children: {
    db: { daemon: true },
    migrate: {},
    web: { daemon: true },
    api: { daemon: true, hooks: { commands: { pre_start: ["x"] }, timeoutMs: 1 } },
    "rep.1": { daemon: true },
    "rep.2": { daemon: true },
    sub: { children: { queue: { daemon: true } } },
  },
});

function read(kind: LineKind, text: string): readonly ScriptLine[] {
  const found = readLine(PLAN, kind, text);
  assert.ok(found.ok, found.ok ? "" : `${found.problem.line}: ${found.problem.what}`);
  return found.lines;
}

function wrong(kind: LineKind, text: string): string {
  const found = readLine(PLAN, kind, text);
  assert.ok(!found.ok, `${text} is taken`);
  assert.ok(found.problem.hint.length > 0);
  return found.problem.what;
}

test("script text: each kind of line is read as it is written", () => {
  const one = { path: id("db"), runs: { from: 1, count: 1 } };
  assert.deepEqual(read("crash", "db@10s*5"), [
    { kind: "exit", path: "db", runs: { from: 1, count: 5 }, atMs: 10_000, how: "SIGSEGV" },
  ]);
  assert.deepEqual(read("crash", "db#3@10s"), [
    { kind: "exit", path: "db", runs: { from: 3, count: 1 }, atMs: 10_000, how: "SIGSEGV" },
  ]);
  assert.deepEqual(read("exit", "migrate@2s=1")[0], {
    kind: "exit",
    ...one,
    path: "migrate",
    atMs: 2_000,
    how: 1,
  });
  assert.deepEqual(read("exit", "db@2s=term"), [{ kind: "exit", ...one, atMs: 2_000, how: "SIGTERM" }]);
  assert.deepEqual(read("slow", "db=40s"), [
    { kind: "slow", path: "db", runs: { from: 1, count: Infinity }, ms: 40_000 },
  ]);
  assert.deepEqual(read("slow", "db#2=never"), [
    { kind: "slow", path: "db", runs: { from: 2, count: 1 }, ms: Infinity },
  ]);
  assert.deepEqual(read("unhealthy", "db@5m/30s"), [{
    kind: "unhealthy",
    ...one,
    atMs: 300_000,
    forMs: 30_000,
  }]);
  assert.deepEqual(read("kill-supervisor", "@1m"), [{ kind: "kill_supervisor", atMs: 60_000, forMs: 1_000 }]);
  assert.deepEqual(read("kill-supervisor", "1m/10s"), [{
    kind: "kill_supervisor",
    atMs: 60_000,
    forMs: 10_000,
  }]);
  assert.deepEqual(read("request", "restart db sub@3m"), [
    { kind: "request", atMs: 180_000, request: { verb: "restart", paths: ["db", "sub"] } },
  ]);
  assert.deepEqual(read("request", '"down"@3m'), [{
    kind: "request",
    atMs: 180_000,
    request: { verb: "down" },
  }]);
  assert.deepEqual(read("hang", "rep@1s").map((line) => "path" in line && line.path), ["rep.1", "rep.2"]);
  assert.deepEqual(read("crash", "sub/queue@1s").length, 1);
});

test("script text: what help shows can be read", () => {
  for (const kind of LINE_KINDS) {
    for (const text of LINE_FORMS[kind].split(", ")) read(kind, text);
  }
});

test("script text: a wrong line says what is wrong with it", () => {
  assert.equal(wrong("crash", "dbb@1s"), 'nothing in the file is called "dbb"');
  assert.equal(wrong("crash", "db"), "it cannot be read");
  assert.equal(wrong("crash", "db@soon"), '"soon" is no duration');
  assert.equal(wrong("crash", "db#0@1s"), "runs are counted from 1");
  assert.equal(wrong("crash", "sub@1s"), '"sub" is a tree, which has no process');
  assert.equal(wrong("exit", "db@1s=300"), '"300" is no exit code');
  assert.equal(wrong("exit", "db@1s=SIGNOPE"), 'there is no signal "SIGNOPE"');
  assert.equal(wrong("hook", "db.between=1s"), 'there is no hook "between"');
  assert.equal(wrong("request", "dance db@1s"), '"dance" cannot be asked for in a simulation');
  assert.equal(wrong("request", "down db@1s"), "`down` is about the whole tree");
  assert.equal(wrong("request", "stop@1s"), "`stop` names no actor");
  assert.equal(wrong("kill-supervisor", "soon"), '"soon" is no duration');
});

test("script text: a line about what cannot happen is found", () => {
  const problems = (kind: LineKind, text: string) =>
    checkScript(PLAN, read(kind, text)).map(({ what }) => what);
  assert.deepEqual(problems("unhealthy", "db@1s/1s"), ['nobody asks for the health of "db"']);
  assert.deepEqual(problems("slow", "db=1s"), ['"db" is ready as soon as it runs']);
  assert.deepEqual(problems("slow", "migrate=1s"), []);
  assert.deepEqual(problems("hook", "db.pre_start=1s"), ['"db" has no pre_start hook']);
  assert.deepEqual(problems("hook", "api.pre_start=1s"), []);
});

test("script text: whatever is written is read as the same", () => {
  const random = seeded(3);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  for (let round = 0; round < 500; round++) {
    const path = id(pick(["db", "rep.2", "sub/queue"]));
    const ms = pick([0, 1, 999, 1_000, 61_234, 86_400_000]);
    const runs = pick([
      { from: 1, count: 1 },
      { from: 1, count: Infinity },
      { from: 2, count: 1 },
      { from: 3, count: 7 },
      { from: 4, count: Infinity },
    ]);
    const line = pick<ScriptLine>([
      { kind: "exit", path, runs, atMs: ms, how: pick([0, 1, 255, "SIGSEGV", "SIGKILL"]) },
      { kind: "missing", path, runs },
      { kind: "slow", path, runs, ms: pick([ms, Infinity]) },
      { kind: "lasts", path, runs, ms },
      { kind: "hang", path, runs, atMs: ms },
      { kind: "unhealthy", path, runs, atMs: ms, forMs: pick([ms, Infinity]) },
      { kind: "stop", path, runs, ms: pick([ms, Infinity]), how: pick([null, 0, "SIGTERM"]) },
      { kind: "hook", path, runs, hook: pick(["pre_start", "post_stop"]), ms, code: pick([0, 1]) },
      {
        kind: "request",
        atMs: ms,
        request: pick([
          { verb: "down" },
          { verb: "restart", paths: [path] },
          { verb: "signal", signal: "SIGHUP", paths: [path] },
        ]),
      },
      { kind: "kill_supervisor", atMs: ms, forMs: pick([0, 1_000, 5_000]) },
    ]);
    const [kind, text] = writeLine(line);
    assert.deepEqual(read(kind, text), [line], text);
  }
});

test("script text: nothing that is written makes the reader throw", () => {
  const random = seeded(11);
  const parts = [
    "db",
    "#",
    "@",
    "*",
    "=",
    "/",
    ":",
    ".",
    "1s",
    "never",
    "5",
    "all",
    "restart",
    " ",
    "down",
    "pre_start",
    '"',
    "-1",
    "1e9",
  ];
  for (let round = 0; round < 5_000; round++) {
    const text = Array.from(
      { length: 1 + Math.floor(random() * 7) },
      () => parts[Math.floor(random() * parts.length)],
    ).join("");
    for (const kind of LINE_KINDS) readLine(PLAN, kind, text);
  }
});
