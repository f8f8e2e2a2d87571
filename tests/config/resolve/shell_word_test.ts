import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { adviceOf, problemsOf } from "../compiling.ts";

test("shell words: a command that begins with one is warned of, with what to write instead", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      "PORT=3000 node x.js",
      '"PORT=3000" is no program: only a shell sets variables in front of one',
      'write env = { PORT = "3000" } and the program alone, or shell = "..."',
    ],
    [
      "A=",
      '"A=" is no program: only a shell sets variables in front of one',
      'write env = { A = "" }, or shell = "..."',
    ],
    [
      "cd sub",
      '"cd" is a word of shells, and no shell reads this',
      'write cwd = "..." for the folder, and in exec the program alone',
    ],
    [
      "source .env",
      '"source" is a word of shells, and no shell reads this',
      'write env_file for variables, or shell = "..."',
    ],
    [
      "exec node x",
      '"exec" is a word of shells, and no shell reads this',
      "leave it out: the program is started directly",
    ],
  ];
  for (const [command, message, hint] of cases) {
    const text = `[actors.a]\nexec = '${command}'`;
    assert.deepEqual(problemsOf(text), [`shell-word 2:8 ${message}`], command);
    assert.equal(adviceOf(text).hint, hint, command);
  }
});

test("shell words: what only looks like one is none", () => {
  for (
    const command of ["./cd x", "env PORT=3000 node", "node PORT=3000", "x/A=b", "1A=b", "toString", "if-up"]
  ) {
    assert.deepEqual(problemsOf(`[actors.a]\nexec = '${command}'`), [], command);
  }
});
