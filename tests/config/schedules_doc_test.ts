/** The page on schedules has an example that does what the page says. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "../harness/test.ts";
import { actorOf, compileText, problemsOf } from "./compiling.ts";

const PAGE = readFileSync(new URL("../../docs/schedules.md", import.meta.url), "utf8");

test("page on schedules: its example is sound and says what the page says", () => {
  const [, example] = /```toml\n([^]*?)```/.exec(PAGE)!;
  assert.deepEqual(compileText(example!).problems, []);
  assert.deepEqual(actorOf(example!, "backup").schedule, {
    timing: { cron: "0 3 * * *", timezone: "Europe/Berlin" },
    overlap: "skip",
    catchUp: true,
  });
  assert.deepEqual(actorOf(example!, "poll").schedule?.timing, { everyMs: 30_000 });
});

test("page on schedules: each overlap and each nickname that it names is one", () => {
  const job = (line: string) => `[actors.a]\nexec = "x"\nschedule = "@daily"\n${line}`;
  const overlaps = [...PAGE.matchAll(/^\| `("\w+")`/gm)].map(([, value]) => value);
  assert.equal(overlaps.length, 3);
  for (const value of overlaps) assert.deepEqual(problemsOf(job(`overlap = ${value}`)), []);
  for (const [, name] of PAGE.matchAll(/`(@\w+ly)`/g)) {
    assert.deepEqual(problemsOf(`[actors.a]\nexec = "x"\nschedule = "${name}"`), []);
  }
  assert.equal(problemsOf('[actors.a]\nexec = "x"\nschedule = "0 0 30 2 *"').length, 1);
});
