import assert from "node:assert/strict";
import { nearestName } from "../../lib/base/nearest.ts";
import { test } from "../harness/test.ts";

test("nearest name: a typing mistake finds its name, something else finds none", () => {
  const known = ["command", "cwd", "env", "env_file", "restart", "depends_on", "ready"];
  const cases: [string, string | null][] = [
    ["comand", "command"],
    ["dependson", "depends_on"],
    ["depends-on", "depends_on"],
    ["Restart", "restart"],
    ["raedy", "ready"],
    ["evn", "env"],
    ["xyz", null],
    ["user", null],
  ];
  for (const [typed, expected] of cases) assert.equal(nearestName(typed, known), expected, typed);
});
