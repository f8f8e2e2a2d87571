import assert from "node:assert/strict";
import { ExitCode } from "../../lib/base/exit_code.ts";
import { UserError } from "../../lib/base/user_error.ts";
import { readEnvelope, readRequest } from "../../lib/control/requests.ts";
import type { RequestMessage } from "../../lib/control/protocol.ts";
import { test } from "../harness/test.ts";

const VALID: readonly RequestMessage[] = [
  { id: 1, op: "hello", protocol: 1 },
  { id: 1, op: "begin", owner: true },
  { id: 1, op: "status", paths: [] },
  { id: 1, op: "start", paths: ["a"], deps: true, wait: false },
  { id: 1, op: "stop", paths: ["a", "b/*"], wait: true },
  { id: 1, op: "restart", paths: ["**"], wait: true },
  { id: 1, op: "await_ready" },
  { id: 1, op: "down", cause: "down", withinMs: null },
  { id: 1, op: "down", cause: "down", withinMs: 0.5 },
  { id: 1, op: "cut_grace", toMs: 0 },
  { id: 1, op: "await_end" },
  { id: 1, op: "sync" },
  { id: 1, op: "follow", lines: true, entries: false },
];

/** Values that no field of any request takes. */
const JUNK: readonly unknown[] = [undefined, {}, new Uint8Array(1), [1], [null], NaN, -1, 10n];

test("requests: every request that has its shape is read, without what does not belong to it", () => {
  for (const message of VALID) {
    const { id: _, ...expected } = message;
    assert.deepEqual(readRequest({ ...message, extra: "x", wild: [] }), expected);
  }
});

test("requests: a field that is missing or of the wrong kind is refused with its name", () => {
  for (const message of VALID) {
    for (const field of Object.keys(message)) {
      if (field === "id" || field === "op") continue;
      for (const junk of JUNK) {
        // A list of nothing but whole numbers is wrong for texts, a negative number is a whole one all the same.
        if (field === "protocol" && junk === -1) continue;
        assert.throws(() => readRequest({ ...message, [field]: junk }), (error) => {
          assert.ok(error instanceof UserError);
          assert.equal(error.code, "control/bad-request");
          assert.equal(error.exitCode, ExitCode.usage);
          assert.match(error.message, new RegExp(`^The request "${message.op}" needs .* as "${field}"$`));
          return true;
        });
      }
    }
  }
});

test("requests: names that no request has are refused, also those that every object has", () => {
  for (const op of ["", "no-such", "Status", "__proto__", "constructor", "toString", "hasOwnProperty"]) {
    assert.throws(() => readRequest({ id: 1, op }), {
      code: "control/bad-request",
      message: `There is no request "${op}"`,
    });
  }
});

test("requests: only what has a whole number as id and a text as op is an envelope", () => {
  assert.deepEqual(readEnvelope({ id: 0, op: "x" }), { id: 0, op: "x" });
  const wrong = [
    null,
    undefined,
    1,
    "x",
    [],
    {},
    { id: 1 },
    { op: "x" },
    { id: "1", op: "x" },
    {
      id: 1.5,
      op: "x",
    },
    { id: NaN, op: "x" },
    { id: 2n ** 60n, op: "x" },
    { id: 1, op: 1 },
    { id: 1, op: null },
  ];
  for (const value of wrong) assert.equal(readEnvelope(value), null);
});
