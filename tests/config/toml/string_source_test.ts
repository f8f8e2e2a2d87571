import assert from "node:assert/strict";
import { sourceOffset } from "../../../lib/config/toml/string_source.ts";
import { test } from "../../harness/test.ts";

test("string source: the place of a character is found behind escapes and line breaks", () => {
  const cases: [string, number, string][] = [
    ['"abc"', 1, 'bc"'],
    ["'abc'", 2, "c'"],
    ["'a\\nb'", 3, "b'"],
    ['"a\\nb"', 2, 'b"'],
    ['"\\u0041b"', 1, 'b"'],
    ['"\\U0001F980b"', 2, 'b"'],
    ['"\\U00000041b"', 1, 'b"'],
    ['"""\nab"""', 1, 'b"""'],
    ['"""\r\na\r\nb"""', 2, 'b"""'],
    ["'''\na\nb'''", 2, "b'''"],
    ['"""a\\\n   \n  b"""', 1, 'b"""'],
    ['"""a\\  \n  b"""', 1, 'b"""'],
    ['"a\\"b"', 2, 'b"'],
    ['"ab"', 9, ""],
  ];
  for (const [source, index, rest] of cases) {
    assert.equal(source.slice(sourceOffset(source, index)), rest, source);
  }
});
