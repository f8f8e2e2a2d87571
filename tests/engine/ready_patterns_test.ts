import assert from "node:assert/strict";
import { notLinearIn } from "../../lib/config/values/linear_pattern.ts";
import { compilePatterns } from "../../lib/engine/run/ready_patterns.ts";
import { planOf } from "../config/compiling.ts";
import { test } from "../harness/test.ts";

async function compiled(pattern: string) {
  const config = `[actors.a]\nexec = "true"\ndaemon = true\nready = { log = ${JSON.stringify(pattern)} }\n`;
  return (await compilePatterns(planOf(config))).get(pattern)!;
}

test("ready patterns: what is usual in a regular expression means what it means in JavaScript", async () => {
  const patterns: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["ready", ["it is ready now"], ["not yet"]],
    ["^listening on .*:(\\d+)$", ["listening on 0.0.0.0:80"], ["now listening on x:80", "listening on x:"]],
    ["(?<port>\\d{2,5})/tcp", ["5432/tcp"], ["5/tcp"]],
    ["\\bok\\b", ["all ok."], ["broken"]],
    ["\\u00e9t\\xe9", ["\u00e9t\u00e9"], ["ete"]],
    ["[\\w-]+@[^@]+", ["a-b@c"], ["@"]],
    ["a/b\\/c", ["a/b/c"], ["a-b-c"]],
    ["\\[db\\] (up|ready)", ["[db] up"], ["db up"]],
  ];
  for (const [pattern, matching, others] of patterns) {
    const { test } = await compiled(pattern);
    for (const line of [...matching, ...others]) {
      assert.equal(test(line), matching.includes(line), `${pattern} on ${line}`);
      assert.equal(new RegExp(pattern).test(line), test(line), `${pattern} in JavaScript on ${line}`);
    }
  }
});

test("ready patterns: stars inside of stars take no longer on a line of a mebibyte than the line is long", async () => {
  const line = `${"a".repeat(1_024 * 1_024)}!`;
  for (const pattern of ["(a+)+$", "^(\\w+\\s?)*$", "(a|a)*b", ".*.*z", "(x|a)*a*z"]) {
    assert.equal((await compiled(pattern)).test(line), false, pattern);
  }
});

test("ready patterns: what cannot be had in linear time is named, with what to do; what looks like it is not", () => {
  const found = (pattern: string) => notLinearIn(pattern)?.construct ?? null;
  const refused = [
    "a(?=b)",
    "a(?!b)",
    "(?<=a)b",
    "(?<!a)b",
    "(a)\\1",
    "(?<n>a)\\k<n>",
    "a{1001}",
    "a{1,2000}",
  ];
  for (const pattern of refused) {
    assert.ok(found(pattern) !== null && notLinearIn(pattern)!.hint !== "", pattern);
  }
  const fine = ["(?:a)", "(?<n>a)", "\\(?=", "[(?=]", "[\\1]", "\\\\1", "a{2,1000}", "\\{1001}", "x[^]]y"];
  for (const pattern of fine) assert.equal(found(pattern), null, pattern);
});

test("ready patterns: one that is too large is refused by name before anything starts", async () => {
  await assert.rejects(compiled("((a{100}){100}){100}"), { code: "config/bad-pattern" });
});
