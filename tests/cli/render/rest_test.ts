import assert from "node:assert/strict";
import { renderRest } from "../../../lib/cli/render/rest.ts";
import type { ReceiptLine } from "../../../lib/engine/containment/ledger.ts";
import { test } from "../../harness/test.ts";

function line(pid: number, ended: ReceiptLine["ended"], command = "sleep 9"): ReceiptLine {
  const signal = ended === "signal" ? "SIGTERM" : ended === "killed" ? "SIGKILL" : null;
  return { pid, path: null, command, ended, code: ended === "exit" ? 3 : null, signal, orphan: true };
}

test("rest: nothing is said of nothing", () => {
  assert.equal(renderRest({ ended: [], count: 0, survivors: [] }), null);
});

test("rest: each is named with how it ended", () => {
  const ended = [line(5, "signal"), line(6, "killed", "sh -c 'a;\n b'"), line(7, "exit"), line(8, "gone")];
  assert.equal(
    renderRest({ ended, count: ended.length, survivors: [] }),
    "ended 4 processes that had been left behind: 5 sleep 9 (SIGTERM), 6 sh -c 'a; b' (killed), " +
      "7 sleep 9 (exit 3), 8 sleep 9 (gone); 0 left",
  );
});

test("rest: many are not all named", () => {
  const ended = Array.from({ length: 20 }, (_, index) => line(index + 10, "signal"));
  const text = renderRest({ ended, count: ended.length, survivors: [] })!;
  assert.match(text, /^ended 20 processes .*17 sleep 9 \(SIGTERM\) and 12 more; 0 left$/);
});

test("rest: those that are not kept count, too", () => {
  const text = renderRest({ ended: [line(10, "signal")], count: 5_000, survivors: [] })!;
  assert.match(text, /^ended 5,000 processes .*10 sleep 9 \(SIGTERM\) and 4,999 more; 0 left$/);
});

test("rest: survivors are", () => {
  const survivors = [{ pid: 4, command: "cp a b", why: "it could not be signalled" }];
  assert.equal(
    renderRest({ ended: [], count: 0, survivors }),
    "ended 0 processes that had been left behind; 1 left: 4 cp a b (it could not be signalled)",
  );
});
