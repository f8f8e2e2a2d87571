import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { actorOf, adviceOf, problemsOf } from "../compiling.ts";

const withLines = (lines: string) => `[actors.a]\nexec = "x"\n${lines}`;

test("ready: each probe is read", () => {
  const cases: [string, unknown][] = [
    ["tcp = 'localhost:80'", { type: "tcp", host: "localhost", port: 80 }],
    ["http = 'http://localhost/'", { type: "http", url: "http://localhost/" }],
    ["exec = './check --fast'", { type: "exec", argv: ["/srv/shop/check", "--fast"] }],
    ["exec = ['pg_isready', '-q']", { type: "exec", argv: ["pg_isready", "-q"] }],
    ["log = 'ready$'", { type: "log", pattern: "ready$" }],
    ["file = 'run/ready'", { type: "file", path: "/srv/shop/run/ready" }],
    ["delay = '2s'", { type: "delay", ms: 2_000 }],
  ];
  for (const [probe, expected] of cases) {
    const { ready } = actorOf(withLines(`ready = { ${probe} }`), "a");
    assert.deepEqual(ready, { probe: expected, intervalMs: 100 }, probe);
  }
  assert.equal(actorOf(withLines("ready = { tcp = '1', interval = '1s' }"), "a").ready?.intervalMs, 1_000);
});

test("ready: a module without a probe is ready when it is loaded, anything else when it runs", () => {
  const ready = (lines: string) => actorOf(`[actors.a]\n${lines}`, "a").ready;
  assert.deepEqual(ready("module = './a.ts'")?.probe, { type: "module" });
  assert.deepEqual(ready("module = './a.ts'\nready = { tcp = '1' }")?.probe.type, "tcp");
  assert.deepEqual(ready("script = './a.ts'"), null);
});

test("ready: a start may take the smaller of the times that are given, else 30 s", () => {
  const cases: [string, number][] = [
    ["", 30_000],
    ["ready = { tcp = '1' }", 30_000],
    ["ready = { tcp = '1', timeout = '1m' }", 60_000],
    ["start_timeout = '1m'", 60_000],
    ["start_timeout = '1m'\nready = { tcp = '1', timeout = '2m' }", 60_000],
    ["start_timeout = '1m'\nready = { tcp = '1', timeout = '5s' }", 5_000],
  ];
  for (const [lines, ms] of cases) assert.equal(actorOf(withLines(lines), "a").startTimeoutMs, ms, lines);
});

test("ready: a table has exactly one probe", () => {
  const expected = "tcp, http, exec, log, file, delay or notify";
  assert.deepEqual(adviceOf(withLines("ready = { timeout = '1s' }")), {
    message: "a ready table without a probe",
    expected: `one of ${expected}`,
    hint: null,
  });
  assert.deepEqual(problemsOf(withLines("ready = { log = 'x', tcp = '1', file = 'x' }")), [
    'bad-probe 3:22 "tcp" is a second probe, beside "log"',
    'bad-probe 3:33 "file" is a second probe, beside "log"',
  ]);
  assert.deepEqual(problemsOf(withLines("ready = { tcp = 'x' }")), [
    'bad-address 3:17 "x" is not an address',
  ]);
});

test("ready: a delay that outlasts the start is refused", () => {
  assert.deepEqual(adviceOf(withLines("ready = { delay = '1m' }")), {
    message: "ready after 1m, but a start that takes 30s has failed",
    expected: null,
    hint: 'give it a longer timeout = "2m"',
  });
  actorOf(withLines("ready = { delay = '1m', timeout = '61s' }"), "a");
});
