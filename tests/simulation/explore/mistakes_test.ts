/** The mistakes among the examples are found, each by the shortest script; in the mended files nothing is, nor in the stack. */
import assert from "node:assert/strict";
import { lineText } from "../../../lib/simulation/check_script.ts";
import { explore, type Explored, type ExploreOptions } from "../../../lib/simulation/explore/explore.ts";
import type { Plan } from "../../../lib/config/plan.ts";
import { expectationsOrThrow } from "../../../lib/simulation/expect/check.ts";
import { readLine } from "../../../lib/simulation/script_text.ts";
import { examplePlan } from "../../harness/example_plan.ts";
import { test } from "../../harness/test.ts";

function explored(plan: Plan, options: ExploreOptions): Explored {
  const exploration = explore(plan, options);
  let step = exploration.next();
  while (step.done !== true) step = exploration.next();
  return step.value;
}

function slow(plan: Plan, ...texts: readonly string[]) {
  return texts.flatMap((text) => {
    const read = readLine(plan, "slow", text);
    assert.ok(read.ok);
    return read.lines;
  });
}

interface Mistake {
  readonly name: string;
  readonly slow?: readonly string[];
  /** The kind, the name and the actor of the finding, and its script. */
  readonly found: readonly [string, string, string, ...(readonly string[])];
}

const MISTAKES: readonly Mistake[] = [
  { name: "spent_budget", found: ["hope", "recovers", "api", "--slow db=30s"] },
  { name: "lost_dependency", found: ["hope", "recovers", "migrate", "--crash db@2s"] },
  {
    name: "restart_loop",
    slow: ["queue=8s", "web=8s"],
    found: ["hope", "rests", "queue", "--request restart queue@15s"],
  },
  { name: "shared_port", found: ["hope", "starts", "api.2"] },
];

for (const { name, slow: slowness = [], found: [kind, hope, path, ...script] } of MISTAKES) {
  test(`explore: the mistake of ${name} is found, and in the mended file nothing is`, () => {
    const plan = examplePlan(`mistakes/${name}/supervise.toml`);
    const { found } = explored(plan, { runs: 2_000, given: slow(plan, ...slowness) });
    assert.ok(found !== null);
    const { broken } = found;
    assert.deepEqual([broken.kind, broken.name, broken.path], [kind, hope, path]);
    assert.deepEqual(found.script.map(lineText), script);
    const mended = examplePlan(`mistakes/${name}/mended.toml`);
    assert.equal(explored(mended, { runs: 500, given: slow(mended, ...slowness) }).found, null);
  });
}

test("explore: another seed finds the same mistake", () => {
  const plan = examplePlan("mistakes/lost_dependency/supervise.toml");
  for (const seed of [2, 3, 4]) {
    const { found } = explored(plan, { runs: 3_000, seed });
    assert.equal(found?.broken.path, "migrate");
    assert.equal(found.script.length, 1, found.script.map(lineText).join(" "));
  }
});

test("explore: the same seed finds the same, by the same script", () => {
  const plan = examplePlan("mistakes/spent_budget/supervise.toml");
  const one = explored(plan, { runs: 500, seed: 5 });
  const other = explored(plan, { runs: 500, seed: 5 });
  assert.deepEqual([one.runs, one.found?.script, one.found?.seed], [
    other.runs,
    other.found?.script,
    other.found?.seed,
  ]);
});

test("explore: a hope that is switched off is not looked for", () => {
  const plan = examplePlan("mistakes/lost_dependency/supervise.toml");
  assert.equal(explored(plan, { runs: 1_000, hopes: ["starts", "rests"] }).found, null);
  assert.equal(
    explored(examplePlan("mistakes/shared_port/supervise.toml"), { runs: 10, hopes: [] }).found,
    null,
  );
});

test("explore: without failures a file has little to get through", () => {
  const plan = examplePlan("mistakes/lost_dependency/supervise.toml");
  const { found } = explored(plan, { runs: 1_000, faults: 0 });
  assert.ok(found === null || found.script.every((line) => line.kind !== "exit" && line.kind !== "missing"));
});

test("explore: more failures than a budget grants are found, and not fewer", () => {
  const plan = examplePlan("stack/supervise.toml");
  const { found } = explored(plan, { runs: 1_000, faults: 6 });
  assert.deepEqual(found?.script.map(lineText), ["--crash nginx@1s*6"]);
});

test("explore: the stack gets through", () => {
  const { runs, found } = explored(examplePlan("stack/supervise.toml"), { runs: 1_000 });
  assert.deepEqual([runs, found], [1_000, null]);
});

test("explore: courses are held to expectations, the undisturbed one first", () => {
  const plan = examplePlan("stack/supervise.toml");
  const restarts = explored(plan, {
    runs: 1_000,
    expectations: expectationsOrThrow(plan, ["redis restarts at most 0"]),
  });
  assert.equal(restarts.found?.broken.kind, "expectation");
  assert.equal(restarts.found.script.length, 1);
  const never = explored(plan, {
    runs: 10,
    expectations: expectationsOrThrow(plan, ["never redis running"]),
  });
  assert.deepEqual([never.runs, never.found?.script], [0, []]);
});

test("explore: a stop that outlives the grace of a container", () => {
  const expectations = (plan: Plan) => expectationsOrThrow(plan, ["tree stopped within 10s of down"]);
  const plan = examplePlan("mistakes/long_stop/supervise.toml");
  const { found } = explored(plan, { runs: 2_000, expectations: expectations(plan) });
  assert.deepEqual(found?.script.map(lineText), ["--stopping db=10s", "--request down@2s"]);
  const mended = examplePlan("mistakes/long_stop/mended.toml");
  assert.equal(explored(mended, { runs: 1_000, expectations: expectations(mended) }).found, null);
});
