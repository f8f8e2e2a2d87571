import assert from "node:assert/strict";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { BrokenResourceError } from "../../lib/sync/channel_errors.ts";
import type { Context } from "../../lib/sync/context.ts";
import { gatherContexts } from "../../lib/sync/gather_contexts.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

/** A context that takes `ms` to enter and to leave, and writes down both. */
function slow(name: string, ms: number, log: string[]): Context<string> {
  return async (use) => {
    await sleep(ms);
    log.push(`${name} in`);
    try {
      await use(name);
    } finally {
      await new CancelScope({ shield: true }).run(() => sleep(ms));
      log.push(`${name} out`);
    }
  };
}

test("gatherContexts: contexts are entered and left at once, and their values come in the order given", async () => {
  await runVirtual(async (clock) => {
    const log: string[] = [];
    const contexts = [slow("a", 30, log), slow("b", 10, log), slow("c", 20, log)];
    const result = await gatherContexts(contexts, (values) => {
      assert.deepEqual([values, clock.now()], [["a", "b", "c"], 30]);
      return 7;
    });
    assert.deepEqual(log, ["b in", "c in", "a in", "b out", "c out", "a out"]);
    assert.deepEqual([result, clock.now()], [7, 60]);
  });
});

test("gatherContexts: no contexts are a mistake, also those of an iterator that was used up", async () => {
  await runVirtual(async () => {
    const used = [slow("a", 1, [])].values();
    for (const _ of used);
    for (const none of [[], used]) {
      assert.match(
        (await errorOf(TypeError, () => gatherContexts(none, () => {}))).message,
        /there are none/,
      );
    }
  });
});

test("gatherContexts: an error of entering one cancels the others, and those that were entered are left", async () => {
  await runVirtual(async (clock) => {
    const log: string[] = [];
    const failure = new RangeError("cannot enter");
    const failing: Context<string> = async () => {
      await sleep(20);
      throw failure;
    };
    const contexts = [slow("entered", 10, log), failing, slow("entering", 500, log)];
    const error = await raisedBy(() => gatherContexts(contexts, () => assert.fail("not all were entered")));
    assert.equal(error, failure);
    assert.deepEqual([log, clock.now()], [["entered in", "entered out"], 30]);
  });
});

test("gatherContexts: an error of the body leaves all contexts, and is raised as it is", async () => {
  await runVirtual(async () => {
    const log: string[] = [];
    const failure = new RangeError("body");
    const contexts = [slow("a", 1, log), slow("b", 2, log)];
    assert.equal(await raisedBy(() => gatherContexts(contexts, () => Promise.reject(failure))), failure);
    assert.deepEqual(log, ["a in", "b in", "a out", "b out"]);
  });
});

test("gatherContexts: errors of leaving are all kept", async () => {
  await runVirtual(async () => {
    const [first, second] = [new RangeError("first"), new TypeError("second")];
    const failing = (error: Error): Context<number> => async (use) => {
      await use(1);
      throw error;
    };
    const group = await errorOf(
      ErrorGroup,
      () => gatherContexts([failing(first), failing(second)], () => {}),
    );
    assert.deepEqual(new Set(group.flatten()), new Set([first, second]));
  });
});

test("gatherContexts: a context that ends while its value is in use is an error that names it", async () => {
  await runVirtual(async () => {
    const hasty = (use: (value: number) => Promise<void>) => {
      use(1).catch(() => {});
    };
    const error = await errorOf(BrokenResourceError, () => gatherContexts([hasty], () => sleepForever()));
    assert.match(error.message, /"hasty" ended while its value was in use/);
  });
});

test("gatherContexts: a cancel while entering and one in the body pass through", async () => {
  await runVirtual(async () => {
    const log: string[] = [];
    for (const ms of [5, 15]) {
      const scope = new CancelScope();
      const value = await moveOnAfter(ms, () => {
        return scope.run(() => gatherContexts([slow("a", 1, log), slow("b", 10, log)], () => sleepForever()));
      });
      assert.deepEqual([value, scope.cancelledCaught], [undefined, false]);
    }
    assert.deepEqual(log, ["a in", "a out", "a in", "b in", "a out", "b out"]);
    await checkpoint();
  });
});
