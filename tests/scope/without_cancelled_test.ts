import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { Cancelled, cancelledFor } from "../../lib/scope/cancelled.ts";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { sleepForever } from "../../lib/scope/sleep.ts";
import { withoutCancelled } from "../../lib/scope/without_cancelled.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

const cancelled = cancelledFor({ source: "explicit", reason: null, by: null });
const [real, other] = [new RangeError("real"), new TypeError("other")];

/** As compilers and runtimes make it, of whatever class it is there. */
function suppressedError(error: unknown, suppressed: unknown): Error {
  return Object.assign(new Error("suppressed"), { name: "SuppressedError", error, suppressed });
}

/** Whether a `Cancelled` is left anywhere in an error. */
function holdsCancelled(error: unknown): boolean {
  if (error instanceof Cancelled) return true;
  if (!(error instanceof Error)) return false;
  const parts = error instanceof AggregateError
    ? error.errors
    : "suppressed" in error && "error" in error
    ? [error.error, error.suppressed]
    : [];
  return parts.some(holdsCancelled);
}

/** All errors in one, whatever holds them. */
function leaves(error: unknown): readonly unknown[] {
  if (error instanceof AggregateError) return error.errors.flatMap(leaves);
  if (error instanceof Error && "suppressed" in error && "error" in error) {
    return [...leaves(error.error), ...leaves(error.suppressed)];
  }
  return [error];
}

const ONLY_CANCELS: Readonly<Record<string, unknown>> = {
  "a Cancelled": cancelled,
  "a group of them": new ErrorGroup([cancelled, cancelled]),
  "groups in groups": new ErrorGroup([cancelled, new ErrorGroup([cancelled])]),
  "an AggregateError": new AggregateError([cancelled, new AggregateError([cancelled])]),
  "an AggregateError in a group": new ErrorGroup([new AggregateError([cancelled])]),
  "a SuppressedError": suppressedError(cancelled, cancelled),
  "a SuppressedError in a group": new ErrorGroup([suppressedError(cancelled, cancelled)]),
};

for (const [name, error] of Object.entries(ONLY_CANCELS)) {
  test(`without cancelled: nothing is left of ${name}`, () => {
    assert.deepEqual(withoutCancelled(error), { wasCancelled: true, rest: null });
  });
}

const MIXED: Readonly<Record<string, unknown>> = {
  "a group": new ErrorGroup([cancelled, real, other]),
  "groups in groups": new ErrorGroup([new ErrorGroup([cancelled, real]), other]),
  "an AggregateError": new AggregateError([cancelled, real, other]),
  "an AggregateError in a group": new ErrorGroup([new AggregateError([real, cancelled]), other]),
  "a SuppressedError in a group": new ErrorGroup([suppressedError(cancelled, real), other]),
  "a group in a SuppressedError": suppressedError(new ErrorGroup([cancelled, real]), other),
  "a SuppressedError in a SuppressedError": suppressedError(suppressedError(real, cancelled), other),
  "a group in an AggregateError": new AggregateError([new ErrorGroup([cancelled, real]), other, cancelled]),
};

for (const [name, error] of Object.entries(MIXED)) {
  test(`without cancelled: of ${name} with others in it, exactly the others are left`, () => {
    const { wasCancelled, rest } = withoutCancelled(error);
    assert.ok(wasCancelled && rest !== null);
    assert.equal(holdsCancelled(rest.error), false);
    assert.deepEqual(leaves(rest.error), [real, other]);
  });
}

for (
  const error of [
    real,
    "text",
    null,
    undefined,
    new ErrorGroup([real]),
    suppressedError(real, other),
  ] as const
) {
  test(`without cancelled: ${String(error)} is left as it is`, () => {
    const { wasCancelled, rest } = withoutCancelled(error);
    assert.equal(wasCancelled, false);
    assert.equal(rest?.error, error);
  });
}

test("without cancelled: an AggregateError keeps its message, cause and stack", () => {
  const cause = new Error("cause");
  const error = new AggregateError([cancelled, real], "both failed", { cause });
  const { rest } = withoutCancelled(error);
  const left = rest!.error as AggregateError;
  assert.ok(left instanceof AggregateError);
  assert.deepEqual([left.message, left.cause, left.errors], ["both failed", cause, [real]]);
  assert.equal(left.stack, error.stack);
});

test("cancel scope: of a group with cancels in it, the scope absorbs these and raises the others", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    const failing = () =>
      scope.run(async () => {
        scope.cancel();
        const cancel = await raisedBy(checkpoint);
        throw new ErrorGroup([cancel, real]);
      });
    const group = await errorOf(ErrorGroup, failing);
    assert.deepEqual(group.errors, [real]);
    assert.ok(scope.cancelledCaught);
  });
});

test("cancel scope: an AggregateError of nothing but cancels, as Promise.any makes it, is absorbed", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    await scope.run(async () => {
      scope.cancel();
      await Promise.any([checkpoint(), checkpoint()]);
    });
    assert.ok(scope.cancelledCaught);
  });
});

test("cancel scope: an error of a disposal during a cancel is raised without the cancel that it interrupted", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    const failing = () =>
      scope.run(async () => {
        await using _resource = {
          [Symbol.asyncDispose]: () => Promise.reject(real),
        };
        scope.cancel();
        await checkpoint();
      });
    assert.equal(await raisedBy(failing), real);
    assert.ok(scope.cancelledCaught);
  });
});

test("cancel scope: a disposal that is cut short does not hide the error that it interrupts", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    const failing = () =>
      scope.run(async () => {
        await using _resource = { [Symbol.asyncDispose]: () => checkpoint() };
        scope.cancel();
        throw real;
      });
    assert.equal(await raisedBy(failing), real);
  });
});

test("nursery: cancels inside of what its tasks raise are taken out, and no error is lost with them", async () => {
  await runVirtual(async () => {
    const group = await errorOf(ErrorGroup, () =>
      openNursery((nursery) => {
        nursery.startSoon(() => Promise.reject(other));
        nursery.startSoon(async () => {
          const cancel = await raisedBy(sleepForever);
          throw suppressedError(real, cancel);
        });
        nursery.startSoon(async () => {
          throw new AggregateError([await raisedBy(sleepForever)]);
        });
      }));
    assert.deepEqual(group.errors, [other, real]);
  });
});

test("nursery: a group of cancels from outside leaves it as a cancel", async () => {
  await runVirtual(async () => {
    const scope = new CancelScope();
    await scope.run(() =>
      openNursery((nursery) => {
        nursery.startSoon(async () => {
          scope.cancel();
          throw new ErrorGroup([await raisedBy(checkpoint)]);
        });
      })
    );
    assert.ok(scope.cancelledCaught);
  });
});
