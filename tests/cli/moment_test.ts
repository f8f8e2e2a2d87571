/** Moments that options name; how they are written is tried where they are read (`tests/base/moment_test.ts`). */
import assert from "node:assert/strict";
import { UserError } from "../../lib/base/user_error.ts";
import { momentOf } from "../../lib/cli/moment.ts";
import { test } from "../harness/test.ts";

const NOW = Date.parse("2026-11-22T15:30:00Z");

test("moment: an option that is not given names none", () => {
  assert.equal(momentOf(NOW, "since", null), null);
  assert.equal(momentOf(NOW, "since", "10m"), (NOW - 600_000) * 1_000);
});

test("moment: an option that names none is an error that says how they are written", () => {
  for (const text of ["", "10", "2026-13-01", "25:00", "soon"]) {
    assert.throws(
      () => momentOf(NOW, "until", text),
      (error) =>
        error instanceof UserError && error.code === "usage/bad-value" &&
        error.message === `--until is "${text}"` && error.hint!.includes('"10m"'),
    );
  }
});
