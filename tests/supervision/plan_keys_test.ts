/** Another plan with one key changed, for every key of the language: what it touches is what the table of changes says. */
import assert from "node:assert/strict";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";
import { CASES } from "../config/changes/cases.ts";
import { SAMPLE_FILES } from "../config/changes/samples.ts";
import { planOf } from "../config/compiling.ts";

/** The tree of a file at work, and all that is done when the plan of another takes its place. */
function touchedBy(before: string, after: string): readonly string[] {
  const world = new World(planOf(before, SAMPLE_FILES)).begin();
  world.advance(60_000);
  world.take();
  world.replan(planOf(after, SAMPLE_FILES));
  const effects = world.take().filter((line) => /^(spawn|signal|cancel|stop_command) /.test(line));
  world.down();
  world.exhaust();
  return effects;
}

for (const { name, before, alike, after, changes } of CASES) {
  const [action, path] = changes[0]!.split(" ");
  if (action === "refuse") continue;
  test(`another plan: ${path || "the file"}: ${name} touches ${action === "change" ? "no process" : "one"}`, () => {
    const touched = changes.flatMap((change) => {
      const [action, path] = change.split(" ");
      if (action === "restart") return [`signal ${path}`, `spawn ${path}`];
      return action === "add" && path !== "pool/new" ? [`spawn ${path}`] : [];
    });
    const isTree = name === "actors";
    assert.deepEqual(touchedBy(before, after), isTree ? ["spawn pool/new"] : touched);
    assert.deepEqual(touchedBy(before, alike), []);
  });
}
