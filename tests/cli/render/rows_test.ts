import assert from "node:assert/strict";
import { painter } from "../../../lib/cli/render/paint.ts";
import { describeBytes, renderRows, renderTree } from "../../../lib/cli/render/rows.ts";
import { widthOf } from "../../../lib/cli/render/width.ts";
import type { StatusRow } from "../../../lib/control/protocol.ts";
import { test } from "../../harness/test.ts";

const PLAIN = painter(false);
const COLOUR = painter(true);

const IDLE: StatusRow = {
  path: "x",
  kind: "exec",
  daemon: true,
  state: "inactive",
  ready: null,
  healthy: null,
  pid: null,
  restarts: 0,
  nextRun: null,
  startedAt: null,
  uptimeMs: null,
  cpu: null,
  rss: null,
  exit: null,
  error: null,
  reason: null,
  says: null,
  cgroup: null,
};

const AT = "2026-01-01T00:00:00.000Z";

const ROWS: readonly StatusRow[] = [
  {
    ...IDLE,
    path: "db",
    state: "running",
    ready: true,
    pid: 4711,
    startedAt: AT,
    uptimeMs: 125_000,
    cpu: 1.5,
    rss: 24_536_678,
  },
  { ...IDLE, path: "pool", kind: "tree", state: "starting", ready: false, uptimeMs: 900 },
  {
    ...IDLE,
    path: "pool/worker",
    state: "backing_off",
    restarts: 3,
    exit: { code: null, signal: "SIGSEGV", reached: null, at: AT },
    reason: "restarts in 1.5s (ended by SIGSEGV)",
  },
  {
    ...IDLE,
    path: "migrate",
    kind: "shell",
    daemon: false,
    state: "failed",
    exit: { code: 3, signal: null, reached: null, at: AT },
    reason: "exited with code 3",
  },
];

const TREE = {
  name: "shop",
  file: "/srv/supervise.toml",
  state: "starting",
  pid: 99,
  containment: "cgroup",
  actors: ROWS,
} as const;

test("rows: the tree as a table, with nested actors indented", () => {
  assert.equal(
    renderTree(TREE, { flat: false, columns: Infinity }, PLAIN),
    `shop starting (supervisor 99, /srv/supervise.toml)
NAME      STATE        READY   PID  UPTIME  RESTARTS   CPU  MEMORY  LAST EXIT  WHY
db        running      yes    4711   2m05s         0  1.5%     23M  -
pool/     starting     no        -   900ms         0     -       -  -
  worker  backing_off  -         -       -         3     -       -  SIGSEGV    restarts in 1.5s (ended by SIGSEGV)
migrate   failed       -         -       -         0     -       -  code 3     exited with code 3`,
  );
});

test("rows: flat, with full paths", () => {
  assert.equal(
    renderRows(ROWS.slice(1, 3), { flat: true, columns: Infinity }, PLAIN),
    `NAME         STATE        READY  PID  UPTIME  RESTARTS  CPU  MEMORY  LAST EXIT  WHY
pool/        starting     no       -   900ms         0    -       -  -
pool/worker  backing_off  -        -       -         3    -       -  SIGSEGV    restarts in 1.5s (ended by SIGSEGV)`,
  );
});

test("rows: nothing but the header without actors", () => {
  assert.equal(
    renderRows([], { flat: true, columns: Infinity }, PLAIN),
    "NAME  STATE  READY  PID  UPTIME  RESTARTS  CPU  MEMORY  LAST EXIT  WHY",
  );
});

test("rows: a narrow terminal has reasons below their actors", () => {
  assert.equal(
    renderTree(TREE, { flat: false, columns: 80 }, PLAIN),
    `shop starting (supervisor 99, /srv/supervise.toml)
NAME      STATE        READY   PID  UPTIME  RESTARTS   CPU  MEMORY  LAST EXIT
db        running      yes    4711   2m05s         0  1.5%     23M  -
pool/     starting     no        -   900ms         0     -       -  -
  worker  backing_off  -         -       -         3     -       -  SIGSEGV
      restarts in 1.5s (ended by SIGSEGV)
migrate   failed       -         -       -         0     -       -  code 3
    exited with code 3`,
  );
});

test("rows: a narrower one cuts lines and marks where, but for the reasons", () => {
  assert.equal(
    renderTree(TREE, { flat: false, columns: 40 }, PLAIN),
    `shop starting (supervisor 99, /srv/supe~
NAME      STATE        READY   PID  UPT~
db        running      yes    4711   2m~
pool/     starting     no        -   90~
  worker  backing_off  -         -~
      restarts in 1.5s (ended by
      SIGSEGV)
migrate   failed       -         -~
    exited with code 3`,
  );
});

/** A text as a terminal shows it, without its colours. */
function withoutColour(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[\d+m/g, "");
}

test("rows: colour changes nothing but the colour, at any width", () => {
  for (const columns of [1, 7, 10, 20, 40, 79, 80, 110, Infinity]) {
    const options = { flat: false, columns };
    const coloured = renderTree(TREE, options, COLOUR);
    assert.equal(withoutColour(coloured), renderTree(TREE, options, PLAIN), `${columns} columns`);
    for (const line of coloured.split("\n")) {
      // A colour that is not ended would run into whatever is printed next.
      const codes = line.split("\x1b[").slice(1).map((part) => part.split("m")[0]);
      assert.equal(codes.filter((code) => code === "0").length * 2, codes.length, JSON.stringify(line));
    }
  }
});

test("rows: no line of a table is wider than the terminal, wide characters included", () => {
  const reason = "\u7b49\u5f85\u6570\u636e\u5e93\u51c6\u5907\u5c31\u7eea ".repeat(5);
  for (const paint of [PLAIN, COLOUR]) {
    const rendered = renderRows([{ ...ROWS[2]!, reason }], { flat: true, columns: 100 }, paint);
    for (const line of rendered.split("\n")) assert.ok(widthOf(withoutColour(line)) <= 100, line);
  }
});

test("rows: each state has its colour", () => {
  const codes = (["running", "starting", "failed", "inactive"] as const).map((state) => {
    const row = renderRows([{ ...IDLE, state }], { flat: true, columns: Infinity }, COLOUR).split("\n")[1]!;
    // deno-lint-ignore no-control-regex
    return row.match(/\x1b\[(\d+)m/)![1];
  });
  assert.deepEqual(codes, ["32", "33", "31", "2"]);
});

test("rows: a reason with line breaks stays in its row", () => {
  const reason = "exec failed:\nno such file\n\x1b[2Jor directory";
  const rendered = renderRows([{ ...IDLE, reason }], { flat: true, columns: Infinity }, PLAIN);
  assert.equal(rendered.split("\n").length, 2);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(rendered, /\x1b/);
});

test("rows: a size has at most three digits and its unit", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0B"],
    [999, "999B"],
    [1_000, "1.0K"],
    [1_024, "1.0K"],
    [10_239, "10K"],
    [10_240, "10K"],
    [1_022_976, "999K"],
    [1_048_576, "1.0M"],
    [24_536_678, "23M"],
    [1_500_000_000, "1.4G"],
    [1_090_000_000_000, "1.0T"],
  ];
  for (const [bytes, expected] of cases) assert.equal(describeBytes(bytes), expected);
});
