import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { adviceOf, compileText, problemsOf } from "../compiling.ts";

/** A mistake, where it is underlined, what is said and what is advised. */
type Mistake = readonly [text: string, place: string, message: string, hint: string | null];

const MISTAKES: readonly Mistake[] = [
  ["exec = postgres -D data # db", "1:8+16", "text needs quotes", 'write "postgres -D data"'],
  ["a = ${env:X}", "1:5+8", "text needs quotes", 'write "${env:X}"'],
  ["a = 10s", "1:5+3", "text needs quotes", 'write "10s"'],
  ["a = [x, 'y']", "1:6+1", "text needs quotes", 'write "x"'],
  ["a = { b = x, c = 1 }", "1:11+1", "text needs quotes", 'write "x"'],
  ["a = \u201cx\u201d", "1:5+3", "text needs quotes", 'write "x"'],
  ["a = True", "1:5+4", "True is not a boolean", "write true"],
  ["a = off", "1:5+3", "off is not a boolean", "write false"],
  ["a = null", "1:5+4", "TOML has no null", "leave the key out"],
  ["a == 1", "1:4+1", 'one "=" too many', 'write a single "="'],
  ["exec =\nb = 1", "1:6+1", '"exec" has no value', "write the value on the same line, or remove the key"],
  ["exec =", "1:6+1", '"exec" has no value', "write the value on the same line, or remove the key"],
  ['exec: "x"', "1:5+1", 'unexpected ":" after "exec"', 'write exec = "x"'],
  ["run: npm start", "1:4+1", 'unexpected ":" after "run"', 'write run = "npm start"'],
  ["actors:\n  web:", "1:7+1", 'unexpected ":" after "actors"', "write [actors]"],
  ["a = 'x' 'y'", "1:9+3", "text after the value", 'several values are a list: ["a", "b"]'],
  ["a = 5,", "1:6+1", 'unexpected "," after the value', 'remove the ","'],
  ["a = []]", "1:7+1", 'unexpected "]" after the value', 'remove the "]"'],
  ["[actors.x] exec = 'y'", "1:12+10", "text after a table's header", null],
  ["a = 'x\nb = 1", "1:5+2", "this text is never closed", "add the closing '"],
  ['a = """\nx', "1:5+3", "this text is never closed", 'add the closing """'],
  ["a = '''x", "1:5+4", "this text is never closed", "add the closing '''"],
  ["[actors.x\nexec = 'y'", "1:1+9", "this header is never closed", "write [actors.x]"],
  ["[actors.my app]", "1:1+15", "a name in a header has a space in it", "write [actors.my_app]"],
  ["[actors.x = 1]", "1:1+14", "a name in a header has a space in it", null],
  ["[[actors.x", "1:1+10", "this header is never closed", "write [actors.x]"],
  ["actors.x]", "1:9+1", "a header that is not opened", "write [actors.x]"],
  ["key", "1:1+3", "a key without a value", null],
  ["my key = 1", "1:4+1", 'expected "=" before "key = 1"', "a key has no spaces; write it with _ instead"],
  ["- a", "1:3+1", "lists are not written with dashes", 'write key = ["a", "b"]'],
  ["a = { b = 1, }", "1:14+1", "a comma before the closing brace", "remove the comma"],
  [
    "a = { b = 1,\n  c = 2 }",
    "1:5+8",
    "a table in braces does not end on its line",
    "close it on its line, or give the table a header of its own such as [actors.web.ready]",
  ],
  [
    "a = {",
    "1:5+1",
    "a table in braces does not end on its line",
    "close it on its line, or give the table a header of its own such as [actors.web.ready]",
  ],
  ["a = [1, 2\nb = 3", "1:5+1", "this list is never closed", "add the closing ]"],
  ["a = [", "1:5+1", "this list is never closed", "add the closing ]"],
  ["a = [1 2]", "1:8+1", "a comma is missing", null],
  ["a = [\n  'x'\n  'y'\n]", "3:3+1", "a comma is missing", null],
  ["a = [\n  'x'\n\n[b]", "1:5+1", "this list is never closed", "add the closing ]"],
  ["a = { b = 1 c = 2 }", "1:13+1", "a comma is missing", null],
  ["a = 'x\u0007'", "1:7+1", "a control character (U+0007)", 'write "\\u0007" in a text'],
  [
    'a = "x\\\u5929"',
    "1:7+2",
    "a backslash that begins no escape",
    "write \\\\ for a backslash, or put the text in single quotes",
  ],
  [
    'a = "C:\\path"',
    "1:8+2",
    "\\p is no escape",
    "write \\\\ for a backslash, or put the text in single quotes",
  ],
  ["// web\na = 1", "1:1+1", '"//" does not begin a comment', "comments begin with #"],
  ["; web\na = 1", "1:1+1", '";" does not begin a comment', "comments begin with #"],
  ['{"a": 1}', "1:1+1", "this is not TOML", "the file is written as [actors.NAME] and key = value"],
  ["caf\u00e9 = 1", "1:4+1", '"\u00e9" in a name without quotes', null],
  ["a = 5.", "1:7+1", "unexpected end of the line", null],
  ["}", "1:1+1", 'unexpected "}"', null],
  ["a = 01", "1:5+1", "leading zeros are not allowed", null],
  ["a = 1\r b = 2", "1:6+1", "a carriage return without a line feed", "save the file with Unix line endings"],
];

test("syntax: a common mistake is explained where it is", () => {
  for (const [text, place, message, hint] of MISTAKES) {
    const { problems } = compileText(text);
    assert.equal(problems.length, 1, text);
    const [{ name, line, column, length, ...said }] = problems as [typeof problems[0] & object];
    assert.deepEqual(
      [name, `${line}:${column}+${length}`, said.message, said.hint],
      ["config/syntax", place, message, hint],
      text,
    );
  }
});

test("syntax: a value of TOML 1.1 is not one of 1.0", () => {
  assert.match(problemsOf('a = "\\x41"').join(), /^syntax 1:6 \\x is no escape/);
});

test("duplicate keys: each second definition names the line of the first", () => {
  const cases: [string, string[]][] = [
    ["name = 'a'\nname = 'b'", ['duplicate-key 2:1 "name" is already defined on line 1']],
    ["[actors.x]\nexec = '1'\n\n[actors.x]\nexec = '2'", [
      'duplicate-key 4:9 "x" is already defined on line 1',
    ]],
    ["actors.x.exec = '1'\n[actors.x]\nexec = '2'", ['duplicate-key 2:9 "x" is already defined on line 1']],
    ["[actors]\nx = { exec = '1', exec = '2' }", ['duplicate-key 2:19 "exec" is already defined on line 2']],
    [`'a' = 1\n"\\u0061" = 2`, ['duplicate-key 2:1 "a" is already defined on line 1']],
    [
      "[t]\nb = 1\nb = 2\n# more\nb = 3\n[t]\nc = 1",
      [
        'duplicate-key 3:1 "b" is already defined on line 2',
        'duplicate-key 5:1 "b" is already defined on line 2',
        'duplicate-key 6:2 "t" is already defined on line 1',
      ],
    ],
  ];
  for (const [text, expected] of cases) assert.deepEqual(problemsOf(text), expected, text);
});

test("duplicate keys: very many are not all searched for", () => {
  assert.equal(compileText("a = 1\n".repeat(1_000)).problems.length, 10);
});

test("duplicate keys: the hint keeps one", () => {
  assert.equal(adviceOf("a = 1\na = 2").hint, "keep one of the two, with the keys of both");
});
