import assert from "node:assert/strict";
import { shortages } from "../../lib/cli/tell_short.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";

const PLAN = planOf({
  children: {
    ...Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`a${n}`, {}])),
    later: { autostart: false },
  },
});

const CASES:
  readonly (readonly [files: number | null, processes: number | null, root: boolean, told: RegExp[]])[] = [
    [240, 100, false, []],
    [239, 100, false, [/^100 actors need at least 240 open files, and the limit is 239: .*ulimit -n 240/]],
    [240, 99, false, [/^100 actors need as many processes, and the limit of this user is 99: .*ulimit -u/]],
    [240, 99, true, []],
    [80, 10, false, [/open files/, /processes/]],
    [Infinity, Infinity, false, []],
    [null, null, false, []],
  ];

for (const [files, processes, isRoot, expected] of CASES) {
  test(`short: limits of ${files} files and ${processes} processes${isRoot ? " of root" : ""}`, () => {
    const told = shortages(PLAN, { openFilesLimit: files, processesLimit: processes }, isRoot);
    assert.equal(told.length, expected.length, told.join("\n"));
    for (const [index, pattern] of expected.entries()) assert.match(told[index]!, pattern);
  });
}
