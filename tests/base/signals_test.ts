import assert from "node:assert/strict";
import { parseSignal, SIGNAL_NAMES, signalName, signalNumber } from "../../lib/base/signals.ts";
import { test } from "../harness/test.ts";

test("signals: names and numbers are inverse", () => {
  for (const name of SIGNAL_NAMES) assert.equal(signalName(signalNumber(name)), name);
  assert.equal(signalName(34), "SIG34");
  assert.equal(signalNumber("SIG34"), 34);
});

test("signals: names with and without SIG, in any case, and numbers are read", () => {
  const cases: [string | number, string | null][] = [
    ["SIGTERM", "SIGTERM"],
    ["term", "SIGTERM"],
    ["15", "SIGTERM"],
    [9, "SIGKILL"],
    [34, "SIG34"],
    ["SIGRTMIN", "SIG34"],
    ["SIGRTMIN+3", "SIG37"],
    ["rtmin+30", "SIG64"],
    ["SIGRTMAX", "SIG64"],
    ["RTMAX-1", "SIG63"],
    ["SIGRTMAX-30", "SIG34"],
    ["SIGRTMIN+31", null],
    ["SIGRTMAX-31", null],
    ["SIGRTMIN-1", null],
    ["SIGRTMAX+1", null],
    ["SIGRTMIN+", null],
    ["SIGPOLL", "SIGIO"],
    ["SIGCLD", "SIGCHLD"],
    ["iot", "SIGABRT"],
    [0, null],
    [65, null],
    [1.5, null],
    ["SIGFOO", null],
    ["", null],
  ];
  for (const [text, expected] of cases) assert.equal(parseSignal(text), expected, String(text));
});
