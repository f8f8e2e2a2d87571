/** Output on terminals, and in files and pipes. */
import assert from "node:assert/strict";
import { Ui } from "../../lib/cli/ui.ts";
import { test } from "../harness/test.ts";

const OPTIONS = { json: false, noColor: false, verbosity: "normal", raw: false } as const;

/** A program whose outputs are of some kind, and what it has written. */
function opened(isTerminal: boolean, environment: Record<string, string> = {}, options: object = {}) {
  const written = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr") => ({
    isTerminal,
    isPipe: !isTerminal,
    isRead: true,
    columns: 30,
    rows: 4,
    write: (text: string) => {
      written[name] += text;
      return Promise.resolve();
    },
  });
  const program = { environment, stdout: output("stdout"), stderr: output("stderr") };
  return { ui: new Ui(program, { ...OPTIONS, ...options }), written };
}

test("ui: only a terminal has an end of its lines", () => {
  const { ui } = opened(true);
  assert.deepEqual([ui.columns, ui.talkColumns], [30, 30]);
  const { ui: piped } = opened(false);
  assert.deepEqual([piped.columns, piped.talkColumns], [Infinity, Infinity]);
});

test("ui: a screen is drawn over, with or without colours", async () => {
  for (const options of [{}, { noColor: true }]) {
    const { ui, written } = opened(true, {}, options);
    await ui.redraw("one\ntwo");
    assert.equal(written.stdout, "\x1b[H\x1b[Kone\n\x1b[Ktwo\n\x1b[J");
  }
});

test("ui: a screen that has no room for all lines says of how many", async () => {
  const { ui, written } = opened(true);
  await ui.redraw("1\n2\n3\n4\n5");
  assert.equal(written.stdout, "\x1b[H\x1b[K1\n\x1b[K2\n\x1b[K... and 3 more lines\n\x1b[J");
});

test("ui: a place that cannot be drawn over has one below the other", async () => {
  for (const { ui, written } of [opened(false), opened(true, { TERM: "dumb" })]) {
    for (const text of ["1\n2\n3\n4\n5", "6"]) await ui.redraw(text);
    assert.equal(written.stdout, "1\n2\n3\n4\n5\n6\n");
    await ui.live("waiting");
    assert.equal(ui.isLive, false);
    assert.deepEqual([ui.out.isOn, ui.err.isOn, written.stderr], [false, false, ""]);
  }
});
