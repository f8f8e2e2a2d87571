import assert from "node:assert/strict";
import { painter } from "../../../lib/cli/render/paint.ts";
import { renderReceipt } from "../../../lib/cli/render/receipt.ts";
import type { Receipt } from "../../../lib/daemon/receipt.ts";
import { LAYER_LABELS } from "../../../lib/engine/containment/layer.ts";
import { countsOf, type ReceiptLine } from "../../../lib/engine/containment/ledger.ts";
import { test } from "../../harness/test.ts";

const PLAIN = painter(false);

function line(pid: number, ended: ReceiptLine["ended"], more: Partial<ReceiptLine> = {}): ReceiptLine {
  const code = ended === "exit" ? 0 : null;
  const signal = ended === "signal" ? "SIGTERM" : ended === "killed" ? "SIGKILL" : null;
  return { pid, path: "api", command: "node server.js", ended, code, signal, orphan: false, ...more };
}

/** A list of processes that is whole. */
function seen(processes: readonly ReceiptLine[]): Pick<Receipt, "processes" | "counts"> {
  return { processes, counts: countsOf(processes) };
}

const CLEAN: Receipt = {
  left: 0,
  ...seen([]),
  survivors: [],
  leftOnPurpose: [],
  unattributed: [],
  containment: null,
  unseen: [],
};

const FULL: Receipt = {
  left: 1,
  ...seen([
    line(7, "exit", { code: 3 }),
    line(12_345, "signal", { path: "pool/worker" }),
    line(8, "killed", { command: `sh -c 'sleep 1;\n\tsleep 2'; ${"x".repeat(60)}` }),
    line(9, "gone", { path: null, orphan: true }),
  ]),
  survivors: [{ pid: 10, command: "stuck", why: "in uninterruptible sleep" }],
  leftOnPurpose: [{ pid: 11, command: "tmux server", why: "left on purpose" }],
  unattributed: [],
  containment: "group",
  unseen: ["what made a session of its own"],
};

test("receipt: nothing seen and nothing left", () => {
  assert.equal(renderReceipt(CLEAN, false, PLAIN), "receipt: 0 processes, 0 left");
  assert.equal(renderReceipt(CLEAN, true, PLAIN), "receipt: 0 processes, 0 left");
});

test("receipt: of a stop it names what may be anybody's, which counts as nothing left", () => {
  const unattributed = [{ pid: 12, command: "sleep 9", why: "it cannot be told whose it is" }];
  assert.equal(
    renderReceipt({ ...CLEAN, containment: "subreaper", unattributed }, false, PLAIN),
    `unattributed: 12 sleep 9 (it cannot be told whose it is)
contained by: ${LAYER_LABELS.subreaper.label}
receipt: 0 processes, 0 left`,
  );
});

test("receipt: one process is one process", () => {
  assert.equal(
    renderReceipt({ ...CLEAN, ...seen([line(7, "exit")]) }, false, PLAIN),
    "receipt: 1 process (1 exited), 0 left",
  );
});

test("receipt: the summary counts every kind of end and names what is left", () => {
  assert.equal(
    renderReceipt(FULL, false, PLAIN),
    `survivor: 10 stuck (in uninterruptible sleep)
left on purpose: 11 tmux server (left on purpose)
contained by: sessions and process groups
not seen: what made a session of its own
receipt: 4 processes (1 exited, 1 ended by a signal, 1 killed, 1 gone unseen, 1 was an orphan), 1 left`,
  );
});

test("receipt: all of it has a line for each process, with long commands cut", () => {
  assert.equal(
    renderReceipt(FULL, true, PLAIN).split("\n").slice(0, 4).join("\n"),
    `    7  api             exit 3           node server.js
12345  pool/worker     SIGTERM          node server.js
    8  api             killed           sh -c 'sleep 1; sleep 2'; ${"x".repeat(33)}~
    9  (unattributed)  gone     orphan  node server.js`,
  );
});

test("receipt: orphans are told in the right number", () => {
  const orphans = [line(7, "exit", { orphan: true }), line(8, "exit", { orphan: true })];
  assert.match(renderReceipt({ ...CLEAN, ...seen(orphans) }, false, PLAIN), /2 exited, 2 were orphans\)/);
});

test("receipt: those that are not kept are counted, and where all are listed it says that they are not", () => {
  const lines = [line(7, "exit"), line(8, "killed")];
  const counts = { ...countsOf(lines), total: 2_500, exit: 2_499 };
  const receipt = { ...CLEAN, processes: lines, counts };
  const summary = "receipt: 2,500 processes (2,499 exited, 1 killed), 0 left";
  assert.equal(renderReceipt(receipt, false, PLAIN), summary);
  const [, , unlisted, last] = renderReceipt(receipt, true, PLAIN).split("\n");
  assert.deepEqual([unlisted, last], ["not listed: 2,498 more that had ended before these", summary]);
});

test("receipt: what is left is red, nothing left green", () => {
  const paint = painter(true);
  assert.equal(renderReceipt(CLEAN, false, paint), "receipt: 0 processes, \x1b[32m0 left\x1b[0m");
  const full = renderReceipt(FULL, false, paint);
  assert.ok(full.startsWith("\x1b[31msurvivor\x1b[0m: 10 stuck"));
  assert.ok(full.endsWith("\x1b[31m1 left\x1b[0m"));
});

test("receipt: a command cannot act upon the terminal", () => {
  const survivors = [{ pid: 1, command: "evil\x1b[2J\x07\u202e", why: "stays" }];
  const processes = [line(2, "exit", { command: "evil\x1b]0;title\x07" })];
  const text = renderReceipt({ ...CLEAN, survivors, ...seen(processes) }, true, PLAIN);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /[\x1b\x07\u202e]/);
});
