import assert from "node:assert/strict";
import { instant } from "../../lib/base/instant.ts";
import { restartDelay, streakAfter } from "../../lib/supervision/backoff.ts";
import { EMPTY_WINDOW, recordRestart } from "../../lib/supervision/restart_window.ts";
import { test } from "../harness/test.ts";

test("restart window: intensity 0 never grants a restart", () => {
  const recorded = recordRestart(EMPTY_WINDOW, instant(0), { restarts: 0, withinMs: 5_000 });
  assert.deepEqual(recorded, { granted: false, window: EMPTY_WINDOW, left: 0 });
});

test("restart window: it grants as many as it says, and one more when the first has left it", () => {
  const spec = { restarts: 2, withinMs: 1_000 };
  let window = EMPTY_WINDOW;
  const granted = [0, 400, 900, 1_000, 1_001, 1_400, 1_401].map((at) => {
    const recorded = recordRestart(window, instant(at), spec);
    window = recorded.window;
    return [recorded.granted, recorded.left];
  });
  assert.deepEqual(granted, [
    [true, 1],
    [true, 0],
    [false, 0],
    [false, 0],
    [true, 0],
    [false, 0],
    [true, 0],
  ]);
  assert.equal(recordRestart(window, instant(10_000), spec).left, 1);
});

test("restart window: without a limit nothing is counted, whatever was before", () => {
  const { window } = recordRestart(EMPTY_WINDOW, instant(0), { restarts: 2, withinMs: 1_000 });
  assert.deepEqual(recordRestart(window, instant(1), "unlimited"), {
    granted: true,
    window: EMPTY_WINDOW,
    left: null,
  });
});

test("backoff: delays grow to their maximum, and jitter stays within its share and the maximum", () => {
  const spec = { initialMs: 100, maxMs: 1_000, factor: 2, jitter: 0.1, resetAfterMs: 10_000 };
  assert.deepEqual([0, 1, 2, 3, 4, 5, 50].map((streak) => restartDelay(streak, spec, 0.5)), [
    0,
    100,
    200,
    400,
    800,
    1_000,
    1_000,
  ]);
  assert.deepEqual([0, 0.5, 0.999].map((chance) => restartDelay(1, spec, chance)), [90, 100, 110]);
  assert.equal(restartDelay(50, spec, 0.999), 1_000);
  assert.equal(restartDelay(10_000, spec, 0.5), 1_000);
});

test("backoff: a run that was ready for long enough starts the count anew", () => {
  const spec = { initialMs: 100, maxMs: 1_000, factor: 2, jitter: 0, resetAfterMs: 10_000 };
  assert.deepEqual([9_999, 10_000].map((ms) => streakAfter(4, ms, spec)), [4, 0]);
});
