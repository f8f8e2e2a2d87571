/** The program behind `npm test`, with test files made up for it, on the runtime that runs this. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ON_BINARY_ONLY } from "./harness/runner/on_binary_only.ts";
import { runUnits, type RunUnitsOptions, type UnitEnd, type UnitsEnd } from "./harness/runner/run_units.ts";
import { type Suite, type Unit, unitsOf } from "./harness/runner/suite.ts";
import { lastLines, nameOf, slowest } from "./harness/runner/summary.ts";
import { suspectsIn } from "./harness/runner/suspects.ts";
import { test } from "./harness/test.ts";

const HARNESS = join(dirname(fileURLToPath(import.meta.url)), "harness/test.ts");

/** Fails the first time that it is asked in a folder. */
const ONCE = (file: string) => `
  if (!existsSync("${file}.was")) {
    writeFileSync("${file}.was", "");
    throw new Error("<failure> as made up");
  }`;

/** File -> what it holds. */
const FILES: Readonly<Record<string, string>> = {
  passes: `test("passes: FAILED is no more than a word", () => {}); skip("is skipped", "it");`,
  other: `test("passes, too", () => {});`,
  fails: `test("passes", () => {}); test("fails", () => { throw new Error("<failure> as made up"); });`,
  once: `test("passes", () => {}); test("fails once", () => {${ONCE("once")}});`,
  load: `${ONCE("load")} test("is not there at first", () => {});`,
  death: `test("ends its process once", () => { try {${
    ONCE("death")
  }} catch { process.kill(process.pid, "SIGKILL"); } });`,
};

interface Made {
  readonly end: UnitsEnd;
  readonly last: readonly string[];
  /** The names of all that ran, in order. */
  readonly ran: readonly string[];
}

/** Runs units of files that are made up. */
async function runMade(
  groups: readonly (readonly string[])[],
  options: Partial<RunUnitsOptions> = {},
): Promise<Made> {
  const cwd = mkdtempSync(join(tmpdir(), "supervise-runner-"));
  try {
    mkdirSync(join(cwd, "tests"));
    const head = `import process from "node:process";
      import { existsSync, writeFileSync } from "node:fs";
      import { skip, test } from ${JSON.stringify(HARNESS)};\n`;
    for (const [name, body] of Object.entries(FILES)) {
      writeFileSync(join(cwd, "tests", `${name}_test.ts`), head + body);
    }
    const runtime = "Deno" in globalThis ? "deno" : "bun";
    const units = groups.map((names): Unit => {
      const files = names.map((name) => `tests/${name}_test.ts`);
      return { suite: { name: "here", runtime, env: {}, files }, files };
    });
    const ran: string[] = [];
    const onEnd = ({ unit }: UnitEnd) => void ran.push(nameOf(unit));
    const end = await runUnits(units, { atOnce: 1, mostReruns: 9, cwd, onEnd, ...options });
    return { end, last: lastLines(end.counts, end.flaky), ran };
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

test("runner: a file whose test fails is run again by itself, and counts as failed if it fails again", async () => {
  const { last, ran } = await runMade([["fails"], ["passes"]]);
  assert.deepEqual(last, ["2 passed, 1 failed, 1 skipped"]);
  assert.deepEqual(ran, ["fails", "passes", "fails"].map((name) => `tests/${name}_test.ts [here]`));
});

test("runner: a file that passes when it is run again counts as passed, and is named as flaky", async () => {
  assert.deepEqual((await runMade([["once"], ["passes"]])).last, [
    "flaky: tests/once_test.ts [here]",
    "3 passed, 0 failed, 1 skipped",
  ]);
});

test("runner: of files that share a process the one that failed is run again, and the others are counted", async () => {
  const { last, ran } = await runMade([["passes", "once", "other"]]);
  assert.deepEqual(last, ["flaky: tests/once_test.ts [here]", "4 passed, 0 failed, 1 skipped"]);
  assert.deepEqual(ran, ["tests (3 files) [here]", "tests/once_test.ts [here]", "tests (2 files) [here]"]);
});

test("runner: a file that cannot be loaded has failed, also beside others that can", async () => {
  assert.deepEqual((await runMade([["passes", "load"]])).last, [
    "flaky: tests/load_test.ts [here]",
    "2 passed, 0 failed, 1 skipped",
  ]);
});

test("runner: a process that dies has failed, though it reports no test", async () => {
  const { last, end } = await runMade([["death"]]);
  assert.deepEqual(end.ends.map(({ counts }) => counts), [{ passed: 0, failed: 1, skipped: 0 }]);
  assert.deepEqual(last, ["flaky: tests/death_test.ts [here]", "1 passed, 0 failed"]);
});

test("runner: where more have failed than by chance, none is run again", async () => {
  const { last, ran } = await runMade([["once"], ["fails"]], { mostReruns: 1 });
  assert.deepEqual(last, ["2 passed, 2 failed"]);
  assert.equal(ran.length, 2);
});

test("runner: the files of a process that died before it came to them are suspects", () => {
  const output = "tests/a_test.ts:\n(pass) one\n\ntests/b_test.ts:\n(pass) two\n(fail) three\n";
  const files = ["tests/a_test.ts", "tests/b_test.ts", "tests/c_test.ts"];
  assert.deepEqual(suspectsIn(output, files), files.slice(1));
  assert.deepEqual(suspectsIn("Killed", files), files);
});

test("runner: files that wait for processes have one of their own, the others share one a folder", () => {
  const files = [
    "tests/e2e/a_test.ts",
    "tests/e2e/b_test.ts",
    "tests/base/c_test.ts",
    "tests/base/deep/d_test.ts",
  ];
  const suite: Suite = { name: "here", runtime: "bun", env: {}, files };
  const units = unitsOf(suite, (file) => file.includes("e2e"));
  assert.deepEqual(units.map((unit) => unit.files), [[files[0]], [files[1]], [files[2], files[3]]]);
  const ends = units.map((unit, index) => ({ unit, seconds: index, isOk: true, output: "" }));
  const counts = { passed: 1, failed: 0, skipped: 0 };
  assert.deepEqual(slowest(ends.map((end) => ({ ...end, counts })), 2), [
    "    2.0 s  tests/base (2 files) [here]",
    "    1.0 s  tests/e2e/b_test.ts [here]",
  ]);
});

test("runner: what is left out on Deno is there", () => {
  const root = dirname(dirname(HARNESS));
  for (const file of ON_BINARY_ONLY.keys()) assert.ok(existsSync(join(dirname(root), file)), file);
});
