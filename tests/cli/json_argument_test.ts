import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import { UserError } from "../../lib/base/user_error.ts";
import { jsonErrorAt, parseJsonArgument } from "../../lib/cli/json_argument.ts";
import { test } from "../harness/test.ts";

test("json argument: what is JSON is read", () => {
  const texts = [
    "1",
    " -1.5e3 ",
    '"a\\n\\u00e9"',
    "[]",
    "[1, [2], {}]",
    '{"a": {"b": null}, "c": true}',
    "\tfalse\n",
  ];
  for (const text of texts) assert.deepEqual(parseJsonArgument(text, 1), JSON.parse(text), text);
});

test("json argument: what is not says where it stops to be", () => {
  const cases: [string, number][] = [
    ["", 0],
    ["foo", 0],
    ["01", 1],
    ["1 2", 2],
    ["[1,]", 3],
    ["[1 2]", 3],
    ["{x: 1}", 1],
    ['{"x" 1}', 5],
    ['{"x": }', 6],
    ['{"x": 1', 7],
    ['["a', 1],
    ["'a'", 0],
    ["[1}", 2],
    ["NaN", 0],
  ];
  for (const [text, at] of cases) assert.equal(jsonErrorAt(text), at, text);
  assert.throws(
    () => parseJsonArgument("foo", 2),
    (error) =>
      error instanceof UserError && error.exitCode === 2 && error.code === "usage/bad-json" &&
      error.message === 'Argument 2 is not JSON, at character 1, "f": foo' &&
      error.hint === `a text is written '"foo"'`,
  );
  assert.throws(() => parseJsonArgument("[1", 1), /it ends too early: \[1/);
});

test("json argument: it agrees with the runtime about any text", () => {
  const random = seeded(1);
  const pieces = [
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    '"a"',
    "1",
    "-",
    "0",
    ".",
    "e",
    "true",
    "null",
    " ",
    '"',
    "\\",
    "\u0001",
  ];
  for (let round = 0; round < 20_000; round++) {
    const length = 1 + Math.floor(random() * 8);
    const text = Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)]!).join("");
    let isJson = true;
    try {
      JSON.parse(text);
    } catch {
      isJson = false;
    }
    assert.equal(jsonErrorAt(text) === null, isJson, JSON.stringify(text));
  }
});
