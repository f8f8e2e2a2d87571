import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { adviceOf } from "../compiling.ts";

/** Lines of an actor that runs `x`, and what is said of them. */
type Case = readonly [lines: string, message: string, expected: string | null, hint: string | null];

function check(cases: readonly Case[]): void {
  for (const [lines, message, expected, hint] of cases) {
    assert.deepEqual(adviceOf(`[actors.a]\nexec = "x"\n${lines}`), { message, expected, hint }, lines);
  }
}

const DURATION = 'a duration such as "10s"';

test("booleans: text and numbers that mean one are told how to write it", () => {
  check([
    ["daemon = 'true'", "this is a string, not a boolean", "true or false", "write true"],
    ["daemon = 'No'", "this is a string, not a boolean", "true or false", "write false"],
    ["daemon = 1", "this is an integer, not a boolean", "true or false", "write true"],
    ["daemon = 'maybe'", "this is a string, not a boolean", "true or false", null],
    ["daemon = []", "this is a list, not a boolean", "true or false", null],
    ["daemon = 1979-05-27", "this is a date, not a boolean", "true or false", null],
  ]);
});

test("numbers: text is told to lose its quotes, what lies out of range is told the range", () => {
  const codes = "an integer from 0 to 255";
  check([
    ["success_exit_codes = ['3']", "this is a string, not an integer", codes, "write 3"],
    ["success_exit_codes = [3.0]", "this is a number, not an integer", codes, "write 3"],
    ["success_exit_codes = [3.5]", "this is a number, not an integer", codes, null],
    ["success_exit_codes = [256]", "256 is too large", codes, null],
    ["success_exit_codes = [-1]", "-1 is too small", codes, null],
    ["success_exit_codes = 3", "this is an integer, not a list", "a list such as [0, 3]", "write [3]"],
    ["backoff.factor = '2'", "this is a string, not a number", "a number of at least 1", "write 2"],
    ["backoff.factor = 0.9", "0.9 is too small", "a number of at least 1", null],
    ["backoff.factor = inf", "inf is not a usable number", "a number of at least 1", null],
    ["backoff.jitter = 1.1", "1.1 is too large", "a number from 0 to 1", null],
    ["backoff.jitter = nan", "nan is not a usable number", "a number from 0 to 1", null],
  ]);
});

test("durations: a bare number is repeated with a unit, another spelling in ours", () => {
  check([
    ["run_timeout = 5", "5 has no unit", DURATION, 'write "5s"'],
    ["run_timeout = 1_000", "1_000 has no unit", DURATION, 'write "1000s"'],
    ["run_timeout = 1.5", "1.5 has no unit", DURATION, 'write "1.5s"'],
    ["run_timeout = -5", "-5 has no unit", DURATION, null],
    ["run_timeout = '5'", '"5" is not a duration', DURATION, 'write "5s"'],
    ["run_timeout = '5 min'", '"5 min" is not a duration', DURATION, 'write "5m"'],
    ["run_timeout = '2 Hours'", '"2 Hours" is not a duration', DURATION, 'write "2h"'],
    ["run_timeout = 'soon'", '"soon" is not a duration', DURATION, "units are ms, s, m, h and d"],
    ["run_timeout = '-1s'", '"-1s" is not a duration', DURATION, "units are ms, s, m, h and d"],
    ["run_timeout = true", "this is a boolean, not a duration", DURATION, null],
    ["run_timeout = '0s'", '"0s" is too short', 'a duration of at least "1ms"', null],
    ["run_timeout = '9999d'", '"9999d" is too long', 'a duration of at most "365d"', null],
  ]);
});

test("signals: the nearest name is told", () => {
  const expected = 'a signal such as "SIGTERM", or a number from 1 to 64';
  check([
    ["stop.signal = 'SIGTREM'", 'unknown signal "SIGTREM", did you mean "SIGTERM"?', expected, null],
    ["stop.signal = 'trem'", 'unknown signal "trem", did you mean "SIGTERM"?', expected, null],
    ["stop.signal = 'whatever'", 'unknown signal "whatever"', expected, null],
    ["stop.signal = 65", 'unknown signal "65"', expected, null],
    ["stop.signal = '0'", 'unknown signal "0"', expected, null],
    ["stop.signal = true", "this is a boolean, not a signal", expected, null],
  ]);
});

test("choices: the values are listed and the nearest is told", () => {
  const policies = '"always", "on-failure" or "never"';
  check([
    [
      "restart = 'on_failure'",
      'unknown restart policy "on_failure", did you mean "on-failure"?',
      policies,
      null,
    ],
    ["restart = 'no'", 'unknown restart policy "no", did you mean "never"?', policies, null],
    ["restart = 'whenever'", 'unknown restart policy "whenever"', policies, null],
    ["restart = true", "this is a boolean, not a restart policy", policies, 'write "always"'],
    ["stop.kill = 'all'", 'unknown kill mode "all"', '"tree" or "process"', null],
  ]);
});

test("texts: a path is not empty and begins with no ~, no text holds a NUL", () => {
  check([
    ["cwd = ''", "an empty path", 'a path such as "./data"', null],
    ["cwd = '~/data'", 'no shell replaces the "~" here', null, 'write "${env:HOME}/data"'],
    ["stdin = '~'", 'no shell replaces the "~" here', null, 'write "${env:HOME}"'],
    ["cwd = 5", "this is an integer, not a path", 'a path such as "./data"', 'write "5"'],
    ['cwd = "a\\u0000"', "a NUL character", null, "remove it"],
  ]);
});

test("lists and tables: one value is told to become a list, arguments are split", () => {
  const args = 'a list such as ["--verbose", "8080"]';
  const dependsOn = 'a list such as ["db"], or a table such as { db = "ready" }';
  check([
    ["args = '-v 1'", "this is a string, not a list", args, 'write ["-v", "1"]'],
    ["args = ['-v', 1]", "this is an integer, not a string", "a string", 'write "1"'],
    ["depends_on = 'b'", "this is a string, not a list or a table of conditions", dependsOn, "write ['b']"],
    [
      "success_signals = 'TERM'",
      "this is a string, not a list",
      'a list such as ["SIGTERM"]',
      "write ['TERM']",
    ],
    ["env = 'A=1'", "this is a string, not a table of variables", 'a table such as { PORT = "8080" }', null],
    [
      "stop = 'TERM'",
      "this is a string, not a table",
      'a table such as { signal = "SIGTERM", grace = "10s" }',
      "write { signal = 'TERM' }",
    ],
  ]);
});

test("backoff: the longest delay is not shorter than the first", () => {
  check([
    [
      "backoff.initial = '1m'",
      "the longest delay, 30s, is shorter than the first, 1m",
      'max of at least "1m"',
      'write max = "1m" beside it, or more',
    ],
    [
      "backoff = { initial = '2s', max = '1s' }",
      "the longest delay, 1s, is shorter than the first, 2s",
      'max of at least "2s"',
      null,
    ],
  ]);
});
