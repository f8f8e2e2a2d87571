import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { adviceOf, compileText } from "../compiling.ts";

test("unknown keys: the nearest key, what other systems call it, or where it belongs is told", () => {
  const cases: [string, string, string | null][] = [
    ["stop = { comand = 'x' }", 'unknown key "comand", did you mean "command"?', null],
    ["deamon = true", 'unknown key "deamon", did you mean "daemon"?', null],
    ["depends-on = []", 'unknown key "depends-on", did you mean "depends_on"?', null],
    ["depnds = 'x'", 'unknown key "depnds", did you mean "depends_on"?', null],
    ["workin_dir = 'x'", 'unknown key "workin_dir", did you mean "cwd"?', null],
    ["stop = { timeout = '1s' }", 'unknown key "timeout", did you mean "grace"?', 'write grace = "1s"'],
    [
      "strategy = 'x'",
      'unknown key "strategy"',
      '"strategy" is a key of the top level of the file or a nested tree',
    ],
    ["signal = 'INT'", 'unknown key "signal"', '"signal" is a key of a stop table or a watch table'],
    ["interval = '1s'", 'unknown key "interval"', '"interval" is a key of a ready table or a health table'],
  ];
  for (const [line, message, hint] of cases) {
    const advice = adviceOf(`[actors.a]\nexec = "x"\n${line}`);
    assert.deepEqual([advice.message, advice.hint, advice.expected], [message, hint, null], line);
  }
});

test("unknown keys: where nothing is near, the keys of the place are listed, without those that come later", () => {
  const { message, expected } = adviceOf("[actors.a]\nexec = 'x'\nstop = { bogus = 1 }");
  assert.equal(message, 'unknown key "bogus"');
  assert.equal(expected, "a key of a stop table: command, signal, to, grace or kill");
  assert.match(
    adviceOf("[actors.a]\nexec = 'x'\nbogus = 1").expected ?? "",
    /watch, sockets,/,
  );
});

test("unknown keys: a misspelt command is not also a missing one", () => {
  for (const key of ["command", "exce", "Exec", "cmd"]) {
    assert.equal(compileText(`[actors.a]\n${key} = "x"`).problems.length, 1, key);
  }
});
