import assert from "node:assert/strict";
import { e2e } from "../harness/supervise.ts";
import { growthOf, soak, tableOf } from "../soak/soak.ts";

/** As few as tell a leak of one descriptor, file or group in each from a warm-up. */
const ROUNDS = 10;

e2e("soak: what supervisor and guardian hold does not grow from round to round", async (sandbox) => {
  const samples = await soak({ sandbox, upgrades: false, onRound: (round) => round < ROUNDS });
  const growths = growthOf(samples);
  assert.ok(growths.every(({ hasGrown }) => !hasGrown), `\n${tableOf(growths)}`);
});
