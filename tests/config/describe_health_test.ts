import assert from "node:assert/strict";
import { describeHealth } from "../../lib/config/describe_health.ts";
import type { Health } from "../../lib/config/plan.ts";
import { test } from "../harness/test.ts";

const HEALTH: Health = {
  probe: { type: "tcp", host: "127.0.0.1", port: 80 },
  watchdogMs: null,
  intervalMs: 10_000,
  timeoutMs: 5_000,
  retries: 3,
  startPeriodMs: 0,
  onFailure: "restart",
};

test("describe health: what is asked how often, and what a failure does", () => {
  assert.equal(describeHealth(HEALTH), "tcp 127.0.0.1:80, every 10s, until 3 failures in a row");
  assert.equal(
    describeHealth({ ...HEALTH, retries: 1, onFailure: "ignore" }),
    "tcp 127.0.0.1:80, every 10s, until 1 failure in a row; only told",
  );
  assert.equal(
    describeHealth({ ...HEALTH, probe: null, watchdogMs: 2_000 }),
    "the process saying so every 2s (watchdog)",
  );
});
