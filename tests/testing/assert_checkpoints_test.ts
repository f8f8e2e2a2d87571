import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { assertCheckpoints, assertNoCheckpoints } from "../../lib/testing/assert_checkpoints.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

const shielded = () => new CancelScope({ shield: true }).run(checkpoint);

test("assertCheckpoints: it passes where a cancel is noticed, and fails where none is", async () => {
  await runVirtual(async () => {
    await assertCheckpoints(checkpoint);
    for (const without of [() => {}, () => Promise.resolve(), shielded]) {
      assert.match(
        (await errorOf(Error, () => assertCheckpoints(without))).message,
        /There was no checkpoint/,
      );
    }
  });
});

test("assertNoCheckpoints: it passes where no cancel is noticed, and fails where one is", async () => {
  await runVirtual(async () => {
    for (const without of [() => {}, () => Promise.resolve(), shielded]) await assertNoCheckpoints(without);
    assert.match(
      (await errorOf(Error, () => assertNoCheckpoints(checkpoint))).message,
      /There was a checkpoint/,
    );
  });
});

test("assertCheckpoints: another error is raised as it is", async () => {
  await runVirtual(async () => {
    const failing = () => Promise.reject(new RangeError());
    await errorOf(RangeError, () => assertCheckpoints(failing));
    await errorOf(RangeError, () => assertNoCheckpoints(failing));
  });
});

test("assertCheckpoints: the scopes around are neither cancelled nor asked", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    await scope.run(async () => {
      scope.cancel();
      await assertNoCheckpoints(() => {});
    });
    assert.equal(scope.cancelledCaught, false);
  });
});
