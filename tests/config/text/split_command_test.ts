import assert from "node:assert/strict";
import { interpolate } from "../../../lib/config/text/interpolate.ts";
import { firstVariable, type SplitCommand, splitCommand } from "../../../lib/config/text/split_command.ts";
import { test } from "../../harness/test.ts";

const ENVIRONMENT = { SPACED: "a 'b c\" \\ | $X", EMPTY: "" };

function split(text: string): SplitCommand {
  const placeholders = { environment: ENVIRONMENT, dir: "/d", supervise: () => "/s", replica: 1 };
  return splitCommand(interpolate(text, placeholders).pieces);
}

test("commands: words are split as a POSIX shell splits them", () => {
  const cases: [string, string[]][] = [
    ["", []],
    ["  \t\n ", []],
    ["a b  c\td\ne", ["a", "b", "c", "d", "e"]],
    ["'a b' \"c d\" e", ["a b", "c d", "e"]],
    ["a'b'\"c\"d", ["abcd"]],
    ["'' \"\"", ["", ""]],
    ["a\\ b \\' \\\" \\\\", ["a b", "'", '"', "\\"]],
    ["'a\\b' '\\'", ["a\\b", "\\"]],
    [`"a\\"b\\\\c\\$d\\\`e\\f"`, ['a"b\\c$d`e\\f']],
    ['a\\\nb "c\\\nd"', ["ab", "cd"]],
    ['--x="a b"c', ["--x=a bc"]],
    ["a#b #c", ["a#b", "#c"]],
    ["\u5929 \u{1f980}", ["\u5929", "\u{1f980}"]],
  ];
  for (const [text, words] of cases) {
    assert.deepEqual(split(text).words.map((word) => word.text), words, text);
  }
});

test("commands: what a placeholder stood for stays in its word, whatever it holds", () => {
  const cases: [string, string[]][] = [
    ["x ${env:SPACED} y", ["x", ENVIRONMENT.SPACED, "y"]],
    ["--a=${env:SPACED}b", [`--a=${ENVIRONMENT.SPACED}b`]],
    ["\"${env:SPACED}\" '${env:SPACED}'", [ENVIRONMENT.SPACED, ENVIRONMENT.SPACED]],
    ["x ${env:EMPTY} y", ["x", "", "y"]],
    ["${env:NOPE:-a b 'c}", ["a b 'c"]],
  ];
  for (const [text, words] of cases) {
    const { words: found, unbalanced, shellSyntax } = split(text);
    assert.deepEqual([found.map((word) => word.text), unbalanced, shellSyntax], [words, null, []], text);
    assert.deepEqual(found.filter(({ variable }) => variable !== null), [], text);
  }
});

test("commands: an open quote and a last backslash are told with their place", () => {
  const cases: [string, string, number][] = [["a 'b", "'", 2], ["a \"b' c", '"', 2], ["a 'b' \"", '"', 6], [
    "a \\",
    "\\",
    2,
  ]];
  for (const [text, mark, index] of cases) {
    assert.deepEqual(split(text).unbalanced, { text: mark, index }, text);
  }
});

test("commands: what only a shell understands is told, unless it is quoted", () => {
  const cases: [string, string | null][] = [
    ["a | b", "|"],
    ["a && b", "&&"],
    ["a 2>&1", ">&"],
    ["a < b", "<"],
    ["a; b", ";"],
    ["a $(b)", "$("],
    ["a `b`", "`"],
    ['a "$(b)"', "$("],
    ['a "`b`"', "`"],
    ["(a)", "("],
    ["ls *.txt", "*"],
    ["~/bin/a", "~"],
    ["a ~", "~"],
    ["a '| > < & ; $( ` * ~'", null],
    ['a "| > < & ; * ~"', null],
    ["a \\| \\> \\* \\~", null],
    ["ls a?.txt", "?"],
    ["ls [0-9].txt", "[0-9]"],
    ["cp a.{txt,md} b", "{txt,md}"],
    ["echo {1..3}", "{1..3}"],
    ["a # b", "#"],
    ["#a", "#"],
    ["a '?' \"[x]\" \\{a,b} '#'", null],
    ["a~ b~/c http://x/?a=b#c {e} {} [ a ] a#b", null],
  ];
  for (const [text, found] of cases) assert.equal(split(text).shellSyntax[0]?.text ?? null, found, text);
});

test("commands: all that only a shell understands is told, each once and at its place", () => {
  assert.deepEqual(split("a && b *.txt {c,d} 2>&1 # e").shellSyntax, [
    { text: "&&", index: 2 },
    { text: "*", index: 7 },
    { text: "{c,d}", index: 13 },
    { text: ">&", index: 20 },
    { text: "#", index: 24 },
  ]);
});

test("commands: a $NAME is told unless it is quoted from the shell", () => {
  const cases: [string, (string | null)[]][] = [
    ["echo $HOME", [null, "$HOME"]],
    ["$X/a ${Y}b", ["$X", "${Y}"]],
    ['"a $X $Y"', ["$X"]],
    ["'$X' \\$X \"\\$X\"", [null, null, null]],
    ["$ $1 $$ ${X:-y} a$", [null, null, null, null, null]],
  ];
  for (const [text, variables] of cases) {
    assert.deepEqual(split(text).words.map(({ variable }) => variable?.text ?? null), variables, text);
  }
});

test("commands: in a list every character stands for itself, so that quotes hide no $NAME", () => {
  const first = (text: string) => firstVariable([{ text, index: 5, isLiteral: true }]);
  assert.deepEqual(first("a '$X'"), { text: "$X", index: 8 });
  assert.equal(first("$1 $$ $"), null);
  assert.equal(firstVariable([{ text: "$X", index: 0, isLiteral: false }]), null);
});
