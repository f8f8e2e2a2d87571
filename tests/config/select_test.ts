import assert from "node:assert/strict";
import { ExitCode } from "../../lib/base/exit_code.ts";
import { matches, select, selectOrThrow } from "../../lib/config/select.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";

const PLAN = planOf({
  children: {
    "api.1": { replica: 1 },
    "api.2": { replica: 2 },
    pool: { children: { queue: {}, "worker.1": {}, deep: { children: { worker: {} } } } },
    apix: {},
  },
});

/** Paths of what selectors select, or the selector that selects nothing. */
function selected(...selectors: readonly string[]): readonly string[] | string {
  const result = select(PLAN, selectors);
  if (!result.ok) return `no ${result.selector}`;
  return result.nodes;
}

test("select: paths name actors and trees, globs name actors alone", () => {
  const cases: readonly (readonly [readonly string[], readonly string[] | string])[] = [
    [[], []],
    [["api"], ["api.1", "api.2"]],
    [["api.2"], ["api.2"]],
    [["api.1", "api"], ["api.1", "api.2"]],
    [["api.3"], "no api.3"],
    [["api."], "no api."],
    [["apix.1"], "no apix.1"],
    [["pool"], ["pool"]],
    [["pool/queue"], ["pool/queue"]],
    [["pool/worker"], ["pool/worker.1"]],
    [["pool/deep/worker"], ["pool/deep/worker"]],
    [["*"], ["api.1", "api.2", "apix"]],
    [["api?"], ["apix"]],
    [["ap?"], ["api.1", "api.2"]],
    [["api*"], ["api.1", "api.2", "apix"]],
    [["api.*"], ["api.1", "api.2"]],
    [["api.?"], ["api.1", "api.2"]],
    [["*.2"], ["api.2"]],
    [["**/*.1"], ["api.1", "pool/worker.1"]],
    [["pool/*"], ["pool/queue", "pool/worker.1"]],
    [["pool/**"], ["pool/queue", "pool/worker.1", "pool/deep/worker"]],
    [["*/worker"], ["pool/worker.1"]],
    [["**/worker"], ["pool/worker.1", "pool/deep/worker"]],
    [["**/api"], ["api.1", "api.2"]],
    [["**"], ["api.1", "api.2", "pool/queue", "pool/worker.1", "pool/deep/worker", "apix"]],
    [["pool/d*"], "no pool/d*"],
    [["pool/"], "no pool/"],
    [["/api"], "no /api"],
    [["queue"], "no queue"],
    [[""], "no "],
    [["api", "nobody", "nothing"], "no nobody"],
    [["ap[i]"], "no ap[i]"],
    [["(api)*"], "no (api)*"],
    [["api|apix*"], "no api|apix*"],
    [["API"], "no API"],
  ];
  for (const [selectors, expected] of cases) {
    assert.deepEqual(selected(...selectors), expected, selectors.join(" "));
  }
});

test("select: what several selectors name comes once, in file order", () => {
  assert.deepEqual(selected("apix", "pool/worker", "api", "**/worker"), [
    "api.1",
    "api.2",
    "pool/worker.1",
    "pool/deep/worker",
    "apix",
  ]);
});

test("select: who cannot go on without is told the nearest name, or where the names are", () => {
  assert.deepEqual(selectOrThrow(PLAN, ["api"]), ["api.1", "api.2"]);
  const errorOf = (selector: string, hint: string) => ({
    code: "target/unknown",
    message: `Nothing in "test" is called "${selector}"`,
    hint,
    exitCode: ExitCode.noSuchTarget,
  });
  const near = errorOf("pool/wroker", 'did you mean "pool/worker"?');
  assert.throws(() => selectOrThrow(PLAN, ["pool/wroker"]), near);
  const tooMany = errorOf("api.3", 'did you mean "api.1"?');
  assert.throws(() => selectOrThrow(PLAN, ["api.3"]), tooMany);
  const ofAll = errorOf("appi", 'did you mean "api"?');
  assert.throws(() => selectOrThrow(PLAN, ["appi"]), ofAll);
  const far = errorOf("elephant", "`supervise plan` lists all names");
  assert.throws(() => selectOrThrow(PLAN, ["elephant"]), far);
});

test("select: a path alone is matched with all that is below it and all its replicas, a glob as it stands", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["pool", "pool", true],
    ["pool", "pool/deep/worker", true],
    ["pool", "poolside", false],
    ["pool/*", "pool/deep/worker", false],
    ["pool/**", "pool/deep/worker", true],
    ["**", "", true],
    ["a.c", "abc", false],
    ["api", "api.12", true],
    ["api.1", "api.12", false],
    ["api.1", "api.1", true],
    ["pool", "pool/api.1", true],
    ["pool/api", "pool/api.1", true],
    ["pool/a*", "pool/api.1", true],
    ["*/api", "pool/api.1", true],
    ["api", "api.x", false],
    ["", "api", false],
  ];
  for (const [selector, path, expected] of cases) {
    assert.equal(matches(selector, path), expected, `${selector} ${path}`);
  }
});

test("select: no selector takes more time than its length times that of the names", () => {
  const name = "a".repeat(200);
  const plan = planOf({ children: { [name]: {}, [`${"x/".repeat(20)}y`]: {} } });
  for (
    const selector of [
      "*a".repeat(60) + "b",
      "**/".repeat(40) + "b",
      "*".repeat(300) + "b",
      "?*".repeat(90) + "b",
    ]
  ) {
    assert.equal(select(plan, [selector]).ok, false);
  }
  assert.equal(select(plan, ["*a".repeat(60)]).ok, true);
});

test("select: a selector that is much longer than any name is refused without looking for a near one", () => {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`actor-with-a-long-name-${i}`, {}]));
  assert.deepEqual(select(planOf({ children: many }), ["x".repeat(250_000)]), {
    ok: false,
    selector: "x".repeat(250_000),
    nearest: null,
  });
});
