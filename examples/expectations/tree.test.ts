/**
 * Holds supervise.toml to what is expected of it when things go wrong. Nothing is started: each course is computed by the code
 * that decides in production, on a virtual clock.
 *
 * Run it in this folder with `bun test`, or with `deno test -A tree.test.ts`.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { plan, simulate } from "supervise";

const tree = await plan(fileURLToPath(new URL("supervise.toml", import.meta.url)));

test("a slow database delays the start, and fails nothing", async () => {
  const course = await simulate(tree, { slow: "db=90s" });
  course.expect("api ready before 2m", "never db failed", "tree restarts at most 0");
});

test("the API never runs before the migration is done", async () => {
  const course = await simulate(tree, { slow: ["db=10s", "migrate=30s"] });
  course.expect("migrate completed before api started");
});

test("a database that crashes again and again is restarted, and all is ready in the end", async () => {
  const course = await simulate(tree, { crash: "db@10s*3" });
  course.expect("db restarts exactly 3", "never db failed", "api ready after 1m", "mailer ready after 1m");
});

test("an API that hangs is found out and replaced within a minute", async () => {
  const course = await simulate(tree, { hang: "api@1m" });
  course.expect("api unhealthy before 2m", "api restarts exactly 1", "always api ready after 2m");
});

test("a migration that fails keeps the API down", async () => {
  const course = await simulate(tree, { exit: "migrate@2s=1" });
  course.expect("never api started", "migrate failed");
  assert.equal(course.at("db").ready, true);
});

test("a deploy stops all of it within the 30 s that the platform grants", async () => {
  const course = await simulate(tree, { request: "down@1m", stopping: "db=15s" });
  course.expect("tree stopped within 30s of down");
});

test("the weak spot that is known: an API that crashes all day is given up, and the mailer goes on", async () => {
  const course = await simulate(tree, { crash: "api@1s*100" });
  const { isKept, reason } = course.judge("never api failed");
  assert.equal(isKept, false, "the budget has become larger: hold the API to it");
  assert.match(reason!, /^"api" was failed at .* restarted too often/);
  course.expect("always mailer ready after 10s");
});
