/** The page on limits says what the keys are, and its example is one. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CGROUP } from "../../lib/config/keys/cgroup.ts";
import { test } from "../harness/test.ts";
import { actorOf } from "./compiling.ts";

const PAGE = readFileSync(new URL("../../docs/limits.md", import.meta.url), "utf8");

test("limits page: its example compiles to what the page says, and uses every key of its table", () => {
  const [, example] = /```toml\n([^]*?)```/.exec(PAGE)!;
  const gib = 2 ** 30;
  assert.deepEqual(actorOf(example!, "web").cgroup, {
    memoryMaxBytes: gib,
    cpuMaxPercent: 150,
    pidsMax: 500,
    required: false,
  });
  assert.deepEqual(actorOf(example!, "thumbnails").cgroup, {
    memoryMaxBytes: gib / 4,
    cpuMaxPercent: null,
    pidsMax: null,
    required: true,
  });
  const keys = [...PAGE.matchAll(/^\| `(\w+)`/gm)].map(([, key]) => key!);
  assert.deepEqual(keys, Object.keys(CGROUP.keys));
  for (const key of keys) assert.match(example!, new RegExp(`\\b${key} = `));
});
