import assert from "node:assert/strict";
import { renderCard } from "../../../lib/cli/render/card.ts";
import { painter } from "../../../lib/cli/render/paint.ts";
import { widthOf } from "../../../lib/cli/render/width.ts";
import { wrapTo } from "../../../lib/cli/render/wrap.ts";
import type { NodeDetails } from "../../../lib/control/details.ts";
import type { StatusRow } from "../../../lib/control/protocol.ts";
import { test } from "../../harness/test.ts";

const PLAIN = painter(false);
const COLOUR = painter(true);
const AT = "2026-01-01T00:00:00.000Z";
const OPTIONS = { columns: Infinity, now: Date.parse(AT) + 125_000 };

const ROW: StatusRow = {
  path: "api",
  kind: "shell",
  daemon: true,
  state: "backing_off",
  ready: null,
  healthy: null,
  pid: null,
  restarts: 3,
  startedAt: null,
  uptimeMs: null,
  cpu: null,
  rss: null,
  exit: { code: 3, signal: null, reached: null, at: AT },
  error: null,
  reason: "restarts in 1.5s (exit code 3)",
  nextRun: null,
  says: null,
  cgroup: null,
};

const ABOUT: NodeDetails = {
  path: "api",
  since: AT,
  next: "it is started again; 2 restarts left within 30s",
  command: ["/bin/sh", "-c", "serve --port 80"],
  cwd: "/srv",
  privileges: "as www, nofile 1024",
  restart: "always",
  budget: { intensity: { restarts: 5, withinMs: 30_000 }, left: 2, sharedBy: "pool" },
  probe: "tcp 127.0.0.1:80",
  startTimeoutMs: 30_000,
  health: null,
  dependsOn: [{ path: "db", condition: "ready", state: "running" }],
  neededBy: [],
  declaredAt: { file: "/srv/supervise.toml", line: 7 },
  logFile: "/logs/api.log",
  lastLines: [
    { at: 1, stream: "stdout", text: "connecting", cut: false },
    { at: 2, stream: "stderr", text: "\x1b[2Jno route", cut: true },
  ],
};

test("card: what is known stands in the order in which one asks, and what is not is left out", () => {
  assert.equal(
    renderCard(ROW, ABOUT, OPTIONS, PLAIN),
    `api  backing off for 2m05s
  since:      2026-01-01T00:00:00.000Z
  why:        restarts in 1.5s (exit code 3)
  next:       it is started again; 2 restarts left within 30s
  last exit:  code 3 at 2026-01-01T00:00:00.000Z

  kind:       shell, daemon
  command:    /bin/sh -c 'serve --port 80'
  folder:     /srv
  runs:       as www, nofile 1024
  restarts:   3; always, 2 of 5 left within 30s, shared by all of "pool"
  ready when: tcp 127.0.0.1:80, within 30s

  depends on: db (ready; it is running)
  declared:   /srv/supervise.toml:7
  log:        /logs/api.log

  last lines:
    out connecting
    err \ufffd[2Jno route...`,
  );
});

test("card: of a run there are its process and what it uses", () => {
  const row: StatusRow = {
    ...ROW,
    state: "running",
    ready: true,
    pid: 4711,
    uptimeMs: 125_000,
    cpu: 1.5,
    rss: 24_536_678,
    reason: null,
    exit: null,
  };
  const health = "http http://localhost/, every 10s, until 3 failures in a row";
  const text = renderCard(row, { ...ABOUT, health, lastLines: [] }, OPTIONS, PLAIN);
  assert.match(text, /^api {2}running, ready for 2m05s\n/);
  assert.match(
    text,
    /\n {2}ready when: .*\n {2}health: {5}http http:.*, every 10s, until 3 failures in a row\n/,
  );
  assert.match(text, /\n {2}pid: {8}4711 \(2m05s old\)\n/);
  assert.match(text, /\n {2}cpu: {8}1.5%\n {2}memory: {5}23M\n/);
  assert.doesNotMatch(text, /last lines|why:/);
});

test("card: limits, those that are not kept, and what one had to do with an end", () => {
  const limits = { memoryMaxBytes: 2 ** 26, cpuMaxPercent: 50, pidsMax: null, required: false };
  const reached = { oomKills: 1, killedMain: true, memoryMax: "64MiB", forksRefused: 0, pidsMax: null };
  const exit = { code: null, signal: "SIGKILL", reached, at: AT };
  const cgroup = { ...limits, unkept: 'cpu_max = "50%": there is no controller' };
  const text = renderCard({ ...ROW, exit, cgroup }, ABOUT, OPTIONS, PLAIN);
  assert.match(text, /last exit: {2}SIGKILL \(killed by the kernel: memory_max 64MiB reached\) at/);
  assert.match(
    text,
    /limits: {5}memory_max 64MiB, cpu_max 50%\n {2}not kept: {3}cpu_max = "50%": there is no/,
  );
});

/** A text as a terminal shows it, without its colours. */
function withoutColour(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[\d+m/g, "");
}

test("card: it fits a terminal, and colour changes nothing but the colour", () => {
  const about = {
    ...ABOUT,
    command: [
      "/opt/a/very/long/path/to/a/program/that/does/not/fit/into/a/line/of/a/terminal/of/eighty/columns",
      "x",
    ],
    lastLines: [{ at: 1, stream: "stdout", text: "long ".repeat(50), cut: false } as const],
  };
  for (const columns of [30, 40, 80, 200]) {
    const text = renderCard({ ...ROW, reason: "why ".repeat(60) }, about, { ...OPTIONS, columns }, PLAIN);
    for (const line of text.split("\n")) assert.ok(widthOf(line) <= columns, `${columns}: ${line}`);
    const coloured = renderCard(
      { ...ROW, reason: "why ".repeat(60) },
      about,
      { ...OPTIONS, columns },
      COLOUR,
    );
    assert.equal(withoutColour(coloured).replace(/ +$/gm, ""), text.replace(/ +$/gm, ""));
  }
});

test("wrap: lines are broken between words, and within one that is too long; nothing is lost", () => {
  assert.deepEqual(wrapTo("a bb ccc", 20), ["a bb ccc"]);
  assert.deepEqual(wrapTo("a bb ccc", 4), ["a bb", "ccc"]);
  assert.deepEqual(wrapTo("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
  assert.deepEqual(wrapTo("\u65e5\u672c\u8a9e", 4), ["\u65e5\u672c", "\u8a9e"]);
});
