import assert from "node:assert/strict";
import { painter } from "../../../lib/cli/render/paint.ts";
import { renderTable } from "../../../lib/cli/render/table.ts";
import { test } from "../../harness/test.ts";

const COLOUR = painter(true);

test("table: columns line up two spaces apart, numbers on the right, and no line ends in spaces", () => {
  assert.equal(
    renderTable([
      [{ text: "NAME" }, { text: "N", right: true }, { text: "WHY" }],
      [{ text: "a" }, { text: "1000", right: true }, { text: "" }],
      [{ text: "longer" }, { text: "1", right: true }, { text: "because" }],
    ]),
    `NAME       N  WHY
a       1000
longer     1  because`,
  );
});

test("table: colour takes no room, and wide characters take two columns", () => {
  assert.equal(
    renderTable([
      [{ text: "ok", paint: COLOUR.green }, { text: "x" }],
      [{ text: "\u6570\u636e" }, { text: "y" }],
    ]),
    "\x1b[32mok\x1b[0m    x\n\u6570\u636e  y",
  );
});

test("table: rows may be short, and there may be none", () => {
  assert.equal(renderTable([]), "");
  assert.equal(renderTable([[{ text: "a" }], [{ text: "bb" }, { text: "c" }]]), "a\nbb  c");
});
