import assert from "node:assert/strict";
import { interpolate, type Placeholders } from "../../../lib/config/text/interpolate.ts";
import { test } from "../../harness/test.ts";

const PLACEHOLDERS: Placeholders = {
  environment: { NAME: "value", EMPTY: "", TRICK: "${env:NAME} $${dir}", GONE: undefined },
  dir: "/srv/shop",
  supervise: () => "/usr/bin/supervise",
  replica: 3,
};

function textOf(text: string): string {
  return interpolate(text, PLACEHOLDERS).pieces.map((piece) => piece.text).join("");
}

test("interpolation: placeholders are replaced, everything else that begins with $ is not touched", () => {
  const cases: [string, string][] = [
    ["", ""],
    ["a${env:NAME}b", "avalueb"],
    ["${env:NAME}${env:NAME}", "valuevalue"],
    ["${env:EMPTY}", ""],
    ["${dir}/x", "/srv/shop/x"],
    ["${supervise} ps", "/usr/bin/supervise ps"],
    ["808${replica} ${env:NOPE:-${replica}}", "8083 3"],
    ["${env:EMPTY:-default}", "default"],
    ["${env:NOPE:-default}", "default"],
    ["${env:NAME:-default}", "value"],
    ["${env:NOPE:-}", ""],
    ["${env:NOPE:-a b:-c}", "a b:-c"],
    ["${env:NAME:?must be set}", "value"],
    ["${env:NOPE:-${env:NAME}}!", "value!"],
    ["${env:NOPE:-${env:NOPE2:-deep}}", "deep"],
    ["${env:NAME:-${env:NOPE}}", "value"],
    ["${env:TRICK}", "${env:NAME} $${dir}"],
    ["${env:NOPE:-$${env:NAME}}", "${env:NAME}"],
    ["$${env:NAME}", "${env:NAME}"],
    ["$$${env:NAME}", "$${env:NAME}"],
    ["$${dir} $${supervise} $${replica}", "${dir} ${supervise} ${replica}"],
    ["$${env:NOPE:-x}", "${env:NOPE:-x}"],
    [
      "$HOME ${HOME} $$ $(date) ${foo:-bar} $${foo} ${env} ${dirs} ${ENV:A} $",
      "$HOME ${HOME} $$ $(date) ${foo:-bar} $${foo} ${env} ${dirs} ${ENV:A} $",
    ],
  ];
  for (const [text, expected] of cases) assert.equal(textOf(text), expected, text);
});

test("interpolation: what has no value is told with its place", () => {
  const cases: [string, string][] = [
    ["ab${env:NOPE}", "unset NOPE 2+11 "],
    ["${env:GONE}", "unset GONE 0+11 "],
    ["${env:constructor}", "unset constructor 0+18 "],
    ["${env:EMPTY:?set it}", "unset EMPTY 0+20 set it"],
    ["${env:NOPE:?for ${env:NAME}}", "unset NOPE 0+28 for value"],
    ["${env:NOPE:-${env:NOPE2}}", "unset NOPE2 12+12 "],
    ["${env:}", "malformed  0+7 "],
    ["${env:1A} b", "malformed  0+9 "],
    ["${env:A B}", "malformed  0+10 "],
    ["${env:NAME:x}", "malformed  0+13 "],
    ["${env:NAME", "malformed  0+10 "],
    ["${env:NOPE:-x", "malformed  0+13 "],
    ["${env:NOPE:-${env:NAME}", "malformed  0+23 "],
  ];
  for (const [text, expected] of cases) {
    const flaws = interpolate(text, PLACEHOLDERS).flaws
      .map(({ kind, variable, index, length, message }) =>
        `${kind} ${variable} ${index}+${length} ${message}`
      );
    assert.deepEqual(flaws, [expected], text);
  }
});

test("interpolation: pieces tell what stands in the file from what a variable holds", () => {
  assert.deepEqual(interpolate("a${env:NAME}b", PLACEHOLDERS).pieces, [
    { text: "a", index: 0, isLiteral: true },
    { text: "value", index: 1, isLiteral: false },
    { text: "b", index: 12, isLiteral: true },
  ]);
});

test("interpolation: deep and broken nesting neither hangs nor exhausts the stack", () => {
  for (const part of ["${env:A:-", "${env:A:-${env:1}", "$${env:A:-", "${env:A:-}${env:", "$"]) {
    const { pieces, flaws } = interpolate(part.repeat(20_000) + "}".repeat(20_000), PLACEHOLDERS);
    assert.ok(pieces.length + flaws.length > 0, part);
  }
});
