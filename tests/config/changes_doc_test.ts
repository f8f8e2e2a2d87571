/** The page on changes says of every key what becomes of it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ACTOR_CHANGES } from "../../lib/config/changes/actor_changes.ts";
import type { Effect } from "../../lib/config/changes/key_change.ts";
import { ROOT_CHANGES, TREE_CHANGES } from "../../lib/config/changes/tree_changes.ts";
import { test } from "../harness/test.ts";

const PAGE = readFileSync(new URL("../../docs/changes.md", import.meta.url), "utf8");

const ROWS: Readonly<Record<string, Effect>> = {
  restarts: "restart",
  "holds from now on": "in_place",
  "is refused": "refused",
  "adds and removes, or counts below": "below",
};

test("changes page: every key stands once, in the row of what a change of it does", () => {
  const changes: Readonly<Record<string, object>> = { ...TREE_CHANGES, ...ROOT_CHANGES, ...ACTOR_CHANGES };
  const effects = new Map(
    Object.entries(changes).map(([key, change]) => {
      const [one] = "keys" in change ? Object.values(change.keys as object) : [change];
      return [key, (one as { effect: Effect }).effect];
    }),
  );
  const told = [...PAGE.matchAll(/^\| (`\w+`(?:, `\w+`)*) +\| ([^|]+?) +\|$/gm)]
    .filter(([, , effect]) => effect! in ROWS)
    .flatMap(([, keys, effect]) =>
      keys!.split(", ").map((key) => [key.slice(1, -1), ROWS[effect!]] as const)
    );
  assert.equal(told.length, effects.size);
  assert.deepEqual([...told].sort(), [...effects].sort());
});
