/**
 * Everything that `npm test` does: types, lint and format, then every suite on Bun, on Deno and against the compiled
 * binary. The last line counts the tests of all of them; a line above it names the files that passed only when they were
 * run again. `bun tests/run.ts WORD...` runs only the files that have one of the words in their name, without the checks.
 */
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import process from "node:process";
import { runCommand } from "./harness/runner/command.ts";
import { added, NO_TESTS } from "./harness/runner/counts.ts";
import { ON_BINARY_ONLY } from "./harness/runner/on_binary_only.ts";
import { runUnits, type UnitEnd } from "./harness/runner/run_units.ts";
import { type Suite, testFilesIn, unitsOf } from "./harness/runner/suite.ts";
import { lastLines, nameOf, slowest, withoutPassed } from "./harness/runner/summary.ts";

/** The benchmarks, but for what needs the libraries that they compare with, which are not installed here. */
const BENCH = globSync("bench/**/*.ts").filter((file) =>
  !/node_modules|effect|piscina|tinypool|workerpool/.test(file)
);

const CHECKS: readonly string[] = [
  "tsc -p .",
  `deno check --quiet mod.ts cli.ts ${BENCH.join(" ")}`,
  "deno lint --quiet",
  "deno fmt --check --quiet",
];

/** Everything that the tests start. */
const BUILDS: readonly string[] = [
  "npm run --silent build",
  "npm run --silent build:faulty",
  "npm run --silent build:bundle",
];

/** The folders whose tests run the program as a whole. */
const WHOLE = ["tests/e2e", "tests/attacks", "tests/torture"];

/** The folders whose tests wait for processes, sockets and signals. */
const WAITING = [...WHOLE, "tests/actor", "tests/host", "tests/program", "tests/worker"];

/** Files that would keep all others of their folder waiting. */
const LONG = [
  "tests/config/fuzz_test.ts",
  "tests/daemon/play_steps_test.ts",
  "tests/examples_test.ts",
  "tests/runner_test.ts",
  "tests/supervision/simulation_test.ts",
];

/** Whole trees from the sources, of which the other whole trees start what has been built. */
const SMOKE = ["tests/e2e/up_test.ts"];

/** More than there are cores, for half of the time of a test is waiting for its processes. */
const AT_ONCE = 2 * availableParallelism();
const MOST_RERUNS = 20;
const SLOWEST = 12;
/** How much of a check is shown. */
const LONGEST_NAME = 40;

const words = process.argv.slice(2);
const isNamed = (file: string) => words.length === 0 || words.some((word) => file.includes(word));
const wholeFiles = testFilesIn(WHOLE).filter(isNamed);
const otherFiles = testFilesIn(["tests"]).filter((file) => !isIn(WHOLE, file)).filter(isNamed);

const suiteOf = (
  runtime: Suite["runtime"],
  underTest: string,
  name: string,
  files: readonly string[],
  built: Suite["env"] = { SUPERVISE_BUILT: "1" },
): Suite => ({
  name,
  runtime,
  env: { SUPERVISE_UNDER_TEST: underTest, ...built },
  files,
});

/** Those with the longest files first, so that none of these is begun at the end. */
const SUITES: readonly Suite[] = [
  suiteOf("deno", "deno", "Deno", words.length > 0 ? wholeFiles : wholeFiles.filter(tellsMoreOnDeno)),
  suiteOf("bun", "binary", "binary", wholeFiles),
  suiteOf("deno", "deno", "Deno", otherFiles),
  suiteOf("bun", "bun", "Bun", otherFiles),
  suiteOf("deno", "deno", "Deno, sources", SMOKE.filter(isNamed), {}),
  suiteOf("bun", "bun", "Bun, sources", SMOKE.filter(isNamed), {}),
];

const checks = [...words.length === 0 ? CHECKS : [], ...BUILDS];
let failedChecks = 0;
for (const check of checks) failedChecks += await passes(check) ? 0 : 1;

const units = SUITES.flatMap((suite) => unitsOf(suite, (file) => isIn(WAITING, file) || LONG.includes(file)));
const longFirst = [...units].sort((a, b) => Number(isLong(b.files)) - Number(isLong(a.files)));
let over = 0;
const result = await runUnits(longFirst, {
  atOnce: AT_ONCE,
  mostReruns: MOST_RERUNS,
  cwd: process.cwd(),
  onEnd: tell,
});

if (units.length === 0) console.log(`No test file has ${words.join(" or ")} in its name`);
const counts = added(result.counts, { ...NO_TESTS, failed: failedChecks });

console.log(
  ["", "The slowest:", ...slowest(result.ends, SLOWEST), "", ...lastLines(counts, result.flaky)].join("\n"),
);
process.exit(counts.failed === 0 && units.length > 0 ? 0 : 1);

function isIn(folders: readonly string[], file: string): boolean {
  return folders.some((folder) => file.startsWith(`${folder}/`));
}

function tellsMoreOnDeno(file: string): boolean {
  return !ON_BINARY_ONLY.has(file);
}

function isLong(files: readonly string[]): boolean {
  return files.some((file) => LONG.includes(file));
}

async function passes(check: string): Promise<boolean> {
  const { isOk, output, seconds } = await runCommand({ argv: check.split(" ") });
  console.log(`${isOk ? "ok    " : "FAILED"} ${check.slice(0, LONGEST_NAME)} (${seconds.toFixed(1)} s)`);
  if (!isOk) console.log(output);
  return isOk;
}

function tell({ unit, isOk, output, seconds }: UnitEnd, isRerun: boolean): void {
  if (!isRerun) over += 1;
  const place = isRerun ? "again" : `${over}/${longFirst.length}`;
  console.log(`${isOk ? "ok    " : "FAILED"} ${place} ${nameOf(unit)} (${seconds.toFixed(1)} s)`);
  if (!isOk) console.log(withoutPassed(output));
}
