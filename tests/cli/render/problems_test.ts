import assert from "node:assert/strict";
import { renderProblems } from "../../../lib/cli/render/problems.ts";
import type { Problem } from "../../../lib/config/problem.ts";
import { compileText } from "../../config/compiling.ts";
import { test } from "../../harness/test.ts";

/** What a person sees of a text, under a short name. */
function rendered(text: string): string {
  const problems = compileText(text).problems.map((problem) => ({ ...problem, file: "supervise.toml" }));
  return renderProblems(problems, new Map([["supervise.toml", text]]), false);
}

const PROBLEM: Problem = {
  name: "config/wrong-type",
  severity: "error",
  file: "a.toml",
  line: 1,
  column: 1,
  length: 1,
  message: "wrong",
  expected: null,
  hint: null,
};

/** The source line and the underline of a problem in a text. */
function excerpt(text: string, place: Partial<Problem>): readonly string[] {
  return renderProblems([{ ...PROBLEM, ...place }], new Map([["a.toml", text]]), false).split("\n").slice(
    3,
    5,
  );
}

test("problems: a misspelt key", () => {
  assert.equal(
    rendered(`[actors.db]
exec = "postgres -D data"
stop = { comand = "./stop" }
`),
    `error[config/unknown-key]: unknown key "comand", did you mean "command"?
 --> supervise.toml:3:10
  |
3 | stop = { comand = "./stop" }
  |          ^^^^^^

1 error
`,
  );
});

test("problems: a duration without a unit, and a boolean in quotes", () => {
  assert.equal(
    rendered(`[actors.web]
exec = "npm start"
daemon = "true"

start_timeout = 5
`),
    `error[config/wrong-type]: this is a string, not a boolean
 --> supervise.toml:3:10
  |
3 | daemon = "true"
  |          ^^^^^^
  expected: true or false
  hint: write true

error[config/bad-duration]: 5 has no unit
 --> supervise.toml:5:17
  |
5 | start_timeout = 5
  |                 ^
  expected: a duration such as "10s"
  hint: write "5s"

2 errors
`,
  );
});

test("problems: a forgotten pair of quotes", () => {
  assert.equal(
    rendered("[actors.web]\nexec = npm start   # the server\n"),
    `error[config/syntax]: text needs quotes
 --> supervise.toml:2:8
  |
2 | exec = npm start   # the server
  |        ^^^^^^^^^
  hint: write "npm start"

1 error
`,
  );
});

test("problems: a shell command in exec", () => {
  assert.equal(
    rendered(`[actors.worker]\nexec = "python3 worker.py 2>&1 | tee $HOME/worker.out"\n`),
    `warning[config/shell-syntax]: no shell reads this ">&"
 --> supervise.toml:2:28
  |
2 | exec = "python3 worker.py 2>&1 | tee $HOME/worker.out"
  |                            ^^
  hint: to have a shell, write shell = "..."; quote it if it is meant as it stands

warning[config/shell-syntax]: no shell reads this "|"
 --> supervise.toml:2:32
  |
2 | exec = "python3 worker.py 2>&1 | tee $HOME/worker.out"
  |                                ^
  hint: to have a shell, write shell = "..."; quote it if it is meant as it stands

warning[config/variable-in-exec]: no shell replaces $HOME here
 --> supervise.toml:2:38
  |
2 | exec = "python3 worker.py 2>&1 | tee $HOME/worker.out"
  |                                      ^^^^^
  hint: write \${env:HOME}, or have a shell run the command

3 warnings
`,
  );
});

test("problems: a cycle, and an unset variable, in a file of more than nine lines", () => {
  const blank = "\n".repeat(6);
  assert.equal(
    rendered(`[actors.api]
exec = "./api --port \${env:PORT}"
depends_on = ["db"]
${blank}
[actors.db]
exec = "postgres"
depends_on = ["api"]
`),
    `error[config/unset-variable]: the variable "PORT" is not set
 --> supervise.toml:2:22
  |
2 | exec = "./api --port \${env:PORT}"
  |                      ^^^^^^^^^^^
  hint: set it, or give a default: \${env:PORT:-default}

error[config/cycle]: nothing of this can start, each waits for the next: api -> db -> api
 --> supervise.toml:3:15
  |
3 | depends_on = ["db"]
  |               ^^^^
  hint: remove one of these dependencies

2 errors
`,
  );
});

test("problems: errors and warnings are counted apart, and nothing is said of none", () => {
  const counts = (...severities: Problem["severity"][]) => {
    const problems = severities.map((severity) => ({ ...PROBLEM, severity }));
    return renderProblems(problems, new Map(), false).trimEnd().split("\n").at(-1);
  };
  assert.equal(counts("error", "warning", "error"), "2 errors, 1 warning");
  assert.equal(counts("warning"), "1 warning");
  assert.equal(renderProblems([], new Map(), false), "");
});

test("problems: the underline stands under its characters, behind tabs and wide characters too", () => {
  const cases: [string, number, number, string[]][] = [
    ["\ta = x", 6, 1, ["1 |     a = x", "  |         ^"]],
    ["a = '\u5929\u5730' # x", 5, 4, ["1 | a = '\u5929\u5730' # x", "  |     ^^^^^^"]],
    ["\u5929 \u{1f980} e\u0301 x", 8, 1, ["1 | \u5929 \u{1f980} e\u0301 x", "  |         ^"]],
    ["abc", 4, 1, ["1 | abc", "  |    ^"]],
    ["abc", 2, 50, ["1 | abc", "  |  ^^"]],
    ["", 1, 1, ["1 |", "  | ^"]],
    ["a \x1b[31mb\x7f", 3, 1, ["1 | a \ufffd[31mb\ufffd", "  |   ^"]],
  ];
  for (const [text, column, length, expected] of cases) {
    assert.deepEqual(excerpt(text, { column, length }), expected, JSON.stringify(text));
  }
});

test("problems: a very long line is cut around the place", () => {
  const text = `a = "${"x".repeat(5_000)}HERE${"y".repeat(5_000)}"`;
  const [line = "", underline = ""] = excerpt(text, { column: 5_006, length: 4 });
  assert.match(line, /^1 \| \.\.\.x{40}HEREy{56}\.\.\.$/);
  assert.equal(line.slice(underline.indexOf("^"), underline.length), "HERE");
  const [start = "", mark = ""] = excerpt(text, { column: 5, length: 9_000 });
  assert.match(start, /^1 \| a = "x{95}\.\.\.$/);
  assert.match(mark, /^ {2}\| {5}\^{96}$/);
});

test("problems: Windows line endings and a byte order mark are not shown", () => {
  assert.deepEqual(excerpt("\uFEFFab\r\ncd\r\n", { line: 1, column: 2 }), ["1 | ab", "  |  ^"]);
  assert.deepEqual(excerpt("ab\r\ncd\r\n", { line: 2, column: 1 }), ["2 | cd", "  | ^"]);
});

test("problems: without the text of the file, or without a line, the rest is said", () => {
  const unreadable = { ...PROBLEM, line: 0, column: 0, hint: "create it" };
  assert.equal(
    renderProblems([PROBLEM, unreadable], new Map(), false),
    `error[config/wrong-type]: wrong
 --> a.toml:1:1

error[config/wrong-type]: wrong
 --> a.toml
  hint: create it

2 errors
`,
  );
});

test("problems: colour adds nothing but colour, and no text of a file reaches the terminal as a command", () => {
  const problems = [{ ...PROBLEM, message: "a\x1b[2Jb\u202ec", hint: "x\x07y", expected: "z\x9b" }];
  const texts = new Map([["a.toml", "x\x1b]0;title\x07"]]);
  const [plain, colored] = [renderProblems(problems, texts, false), renderProblems(problems, texts, true)];
  // deno-lint-ignore no-control-regex
  assert.equal(colored.replace(/\x1b\[[0-9;]*m/g, ""), plain);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(plain, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  assert.ok(colored.startsWith("\x1b[1;31merror[config/wrong-type]"));
});

test("problems: on a terminal the place is underlined in the line above, at any width", () => {
  const line = `exec = "${"a".repeat(90)} wrong ${"b".repeat(90)}"`;
  for (const columns of [40, 80, 200]) {
    for (const [column, length] of [[1, 4], [100, 5], [150, 60]] as const) {
      const problem = { ...PROBLEM, column, length };
      const text = renderProblems([problem], new Map([["a.toml", line]]), false, columns);
      const [shown, underline] = text.split("\n").slice(3, 5);
      assert.ok(shown!.length <= columns && underline!.length <= columns, `${columns}: ${shown}`);
      const at = underline!.indexOf("^");
      const marked = shown!.slice(at, underline!.lastIndexOf("^") + 1);
      assert.ok(line.slice(column - 1, column - 1 + length).startsWith(marked), `${columns}: ${marked}`);
      assert.ok(marked.length > 0);
    }
  }
});
