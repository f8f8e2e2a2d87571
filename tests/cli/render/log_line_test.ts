import assert from "node:assert/strict";
import { lineFields } from "../../../lib/engine/logs/log_format.ts";
import { LineRenderer } from "../../../lib/cli/render/log_line.ts";
import { painter } from "../../../lib/cli/render/paint.ts";
import type { LogLine } from "../../../lib/engine/logs/log_format.ts";
import { test } from "../../harness/test.ts";

const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678) * 1_000 + 90;

function line(path: string, text: string, more: Partial<LogLine> = {}): LogLine {
  return { at: AT, path, stream: "stdout", text, cut: false, ...more };
}

/** A pipe with or without colours. */
function sheet(isOn: boolean, shown = (text: string) => text) {
  return { out: painter(isOn), shown };
}

test("log lines: prefixes have one width, that of the longest name", () => {
  const lines = new LineRenderer(["api", "pool/worker"], sheet(false));
  assert.equal(lines.line(line("api", "hello"), false), "api         | hello");
  assert.equal(lines.line(line("pool/worker", "  two  "), false), "pool/worker |   two  ");
  assert.equal(`${lines.ownPrefix()}taking down`, "supervise   | taking down");
});

test("log lines: no prefix is narrower than our own name, and a longer one that comes later widens all", () => {
  const lines = new LineRenderer(["a"], sheet(false));
  assert.equal(lines.line(line("a", "x"), false), "a         | x");
  assert.equal(lines.line(line("a/much/longer", "x"), false), "a/much/longer | x");
  assert.equal(lines.line(line("a", "x"), false), "a             | x");
});

test("log lines: the time stands before the prefix where it is wanted", () => {
  const lines = new LineRenderer(["api"], sheet(false));
  assert.equal(lines.line(line("api", "x"), true), "2026-01-02T03:04:05.678Z api       | x");
});

test("log lines: what is ours and what is cut is marked", () => {
  const lines = new LineRenderer(["api"], sheet(false));
  assert.equal(
    lines.line(line("api", "3 lines were lost", { stream: "supervise" }), false),
    "api       | [3 lines were lost]",
  );
  assert.equal(lines.line(line("api", "long", { cut: true }), false), "api       | long [cut]");
});

test("log lines: a colour stays with its actor, and comes round again after five", () => {
  const lines = new LineRenderer([], sheet(true));
  // deno-lint-ignore no-control-regex
  const colourOf = (path: string) => /^\x1b\[(\d+)m/.exec(lines.line(line(path, "x"), false))![1];
  assert.deepEqual(["a", "b", "c", "d", "e", "f", "a", "b"].map(colourOf), [
    "36",
    "33",
    "32",
    "35",
    "34",
    "36",
    "36",
    "33",
  ]);
});

test("log lines: what an actor prints is shown as its reader can bear it, before anything of ours follows", () => {
  const lines = new LineRenderer(["api"], sheet(false, (text) => `<${text}>`));
  assert.equal(lines.line(line("api", "x", { cut: true }), false), "api       | <x> [cut]");
});

test("log lines: for JSON they have their time to the microsecond", () => {
  assert.deepEqual(lineFields(line("api", "x", { stream: "stderr" })), {
    at: "2026-01-02T03:04:05.678090Z",
    path: "api",
    stream: "stderr",
    line: "x",
    cut: false,
  });
});
