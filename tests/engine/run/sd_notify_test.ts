import assert from "node:assert/strict";
import { readNotice } from "../../../lib/engine/run/sd_notify.ts";
import type { Told } from "../../../lib/supervision/run_word.ts";
import { test } from "../../harness/test.ts";

const CASES: readonly (readonly [string, readonly Told[]])[] = [
  ["READY=1", [{ is: "ready" }]],
  ["READY=1\nSTATUS=serving 3 = three\n", [{ is: "ready" }, { is: "status", text: "serving 3 = three" }]],
  ["RELOADING=1\nMONOTONIC_USEC=123", [{ is: "reloading" }]],
  ["STOPPING=1\nSTATUS=", [{ is: "stopping" }, { is: "status", text: "" }]],
  ["WATCHDOG=1", [{ is: "alive" }]],
  ["WATCHDOG=trigger", [{ is: "broken" }]],
  ["WATCHDOG_USEC=2500000", [{ is: "watchdog", ms: 2_500 }]],
  ["WATCHDOG_USEC=0", [{ is: "watchdog", ms: null }]],
  ["EXTEND_TIMEOUT_USEC=1", [{ is: "extend", ms: 1 }]],
  ["ERRNO=2", [{ is: "error", text: "error number 2" }]],
  ["BUSERROR=org.freedesktop.DBus.Error.TimedOut", [{
    is: "error",
    text: "org.freedesktop.DBus.Error.TimedOut",
  }]],
  ["MAINPID=4711", [{ is: "main", pid: 4711 }]],
];

const NONSENSE = [
  "",
  "\n\n",
  "READY",
  "READY=0",
  "READY=yes",
  "ready=1",
  " READY=1",
  "BARRIER=1",
  "FDSTORE=1\nFDNAME=x",
  "MAINPID=1",
  "MAINPID=0",
  "MAINPID=-5",
  "MAINPID=1e3",
  "MAINPID= 12",
  "WATCHDOG=2",
  "WATCHDOG_USEC=-1",
  "WATCHDOG_USEC=x",
  "EXTEND_TIMEOUT_USEC=",
  "ERRNO=ENOENT",
  "BUSERROR=",
  "constructor=1",
  "__proto__=1",
];

test("sd_notify: what each key says", () => {
  for (const [text, said] of CASES) assert.deepEqual(readNotice(text), said, text);
});

test("sd_notify: what makes no sense says nothing, and keeps nothing else from being heard", () => {
  for (const text of NONSENSE) {
    assert.deepEqual(readNotice(text), [], text);
    assert.deepEqual(readNotice(`${text}\nREADY=1`), [{ is: "ready" }], text);
  }
});

test("sd_notify: texts, lines and times are bounded", () => {
  const [status] = readNotice(`STATUS=${"x".repeat(4_000)}`);
  assert.equal(status?.is === "status" && status.text.length, 515);
  assert.equal(readNotice("READY=1\n".repeat(500)).length, 64);
  const [extend] = readNotice(`EXTEND_TIMEOUT_USEC=${"9".repeat(20)}`);
  assert.ok(extend?.is === "extend" && extend.ms < Number.MAX_SAFE_INTEGER);
});
