import assert from "node:assert/strict";
import { parseEnvFile } from "../../../lib/config/text/dotenv.ts";
import { test } from "../../harness/test.ts";

test("env file: assignments, export, comments and quotes are read", () => {
  const cases: [string, string | undefined][] = [
    ["A=1", "1"],
    ["  A = 1  ", "1"],
    ["export A=1", "1"],
    ["A=", ""],
    ["A=''", ""],
    ["A=a b c", "a b c"],
    ["A=a=b", "a=b"],
    ["A=x # comment", "x"],
    ["A=# comment", ""],
    ["A=x#y", "x#y"],
    ["A='x # y' # comment", "x # y"],
    ["A='\\n$B ${env:X}'", "\\n$B ${env:X}"],
    ['A="a\\nb\\t\\"c\\" \\\\ \\$ \\x"', 'a\nb\t"c" \\ $ \\x'],
    ['A="x" # comment', "x"],
    ["A=$B ${env:X}", "$B ${env:X}"],
    ["# A=1", undefined],
    ["", undefined],
    ["A=1\r\nB=2\r\n", "1"],
    ["A=1\nA=2", "2"],
    ["\uFEFFA=1", "1"],
  ];
  for (const [text, value] of cases) {
    const { variables, badLines } = parseEnvFile(text);
    assert.deepEqual([variables.get("A"), badLines], [value, []], text);
  }
});

test("env file: a line that is no assignment is told with its number", () => {
  const quote = "a quote is not closed, or text follows it";
  const cases: [string, string][] = [
    ["A", "expected KEY=VALUE"],
    ["=1", "expected KEY=VALUE"],
    ["1A=1", "expected KEY=VALUE"],
    ["A B=1", "expected KEY=VALUE"],
    ["A: 1", "expected KEY=VALUE"],
    ["A='x", quote],
    ['A="x\\"', quote],
    ["A='x' y", quote],
    ["A=\0", "a NUL character"],
  ];
  for (const [text, reason] of cases) {
    assert.deepEqual(parseEnvFile(`X=1\n${text}\n`).badLines, [{ line: 2, reason }], text);
  }
});
