/** The page on logs says what the keys are, and its example is one. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { LOG } from "../../lib/config/keys/log.ts";
import { test } from "../harness/test.ts";
import { actorOf, problemsOf } from "./compiling.ts";

const PAGE = readFileSync(new URL("../../docs/logs.md", import.meta.url), "utf8");
const [, EXAMPLE] = /```toml\n([^]*?)```/.exec(PAGE)!;
const MIB = 2 ** 20;

test("logs page: its example compiles to what the page says", () => {
  assert.deepEqual(problemsOf(EXAMPLE!), []);
  const api = { to: "file", file: "/var/log/shop/api.log", format: "raw", maxBytes: 50 * MIB, keep: 3 };
  assert.deepEqual(actorOf(EXAMPLE!, "api").log, { ...api, maxAgeMs: 86_400_000, compress: true });
  const audit = { file: "/srv/shop/logs/audit.2.jsonl", format: "json", keep: 30, maxAgeMs: null };
  assert.deepEqual(actorOf(EXAMPLE!, "audit.2").log, { ...api, ...audit, compress: true });
  assert.equal(actorOf(EXAMPLE!, "console").log.to, "inherit");
  assert.equal(actorOf(EXAMPLE!, "noise").log.to, "null");
});

test("logs page: every key has its row, and uses of it are in the example", () => {
  const keys = [...PAGE.matchAll(/^\| `(\w+)` /gm)].map(([, key]) => key!);
  assert.deepEqual(keys, Object.keys(LOG.keys));
  for (const key of keys) assert.match(EXAMPLE!, new RegExp(`\\b${key} = `));
});
