import assert from "node:assert/strict";
import { hiddenBy, softLimit } from "../../lib/host/linux/system_facts.ts";
import { test } from "../harness/test.ts";

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             unlimited            96365                processes
Max open files            1024                 20000                files
`;

test("system facts: soft limits are read, and those that are none", () => {
  assert.equal(softLimit(LIMITS, "Max open files"), 1_024);
  assert.equal(softLimit(LIMITS, "Max processes"), Infinity);
  assert.equal(softLimit("", "Max processes"), null);
});

test("system facts: what /proc hides is hidden from all but root", () => {
  const mount = (options: string) => `22 1 0:21 / /proc rw,nosuid - proc proc rw${options}\n`;
  assert.equal(hiddenBy(mount(",hidepid=invisible"), 1_000), "hidepid=invisible");
  assert.equal(hiddenBy(mount(",gid=4,hidepid=2"), 1_000), "hidepid=2");
  assert.equal(hiddenBy(mount(",hidepid=2"), 0), null);
  assert.equal(hiddenBy(mount(",hidepid=off"), 1_000), null);
  assert.equal(hiddenBy(mount(""), 1_000), null);
});
