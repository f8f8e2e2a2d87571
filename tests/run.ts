/**
 * Everything that `npm test` does: types, lint and format, then every suite on Bun, on Deno and against the compiled
 * binary. The last line counts the tests of all of them.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Suite {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const folder = mkdtempSync(join(tmpdir(), "supervise-test-"));
const report = (name: string) => join(folder, `${name}.xml`);

const CHECKS: readonly (readonly string[])[] = [
  ["tsc", "-p", "."],
  ["deno", "check", "--quiet", "mod.ts", "cli.ts"],
  ["deno", "lint", "--quiet"],
  ["deno", "fmt", "--check", "--quiet"],
  ["npm", "run", "--silent", "build"],
];

const bunTest = (name: string, ...more: readonly string[]) =>
  ["bun", "test", "--reporter=junit", `--reporter-outfile=${report(name)}`, ...more] as const;

const SUITES: readonly Suite[] = [
  { name: "bun", command: bunTest("bun"), env: { SUPERVISE_UNDER_TEST: "bun" } },
  {
    name: "deno",
    command: ["deno", "test", "--quiet", "--allow-all", "--no-check", `--junit-path=${report("deno")}`],
    env: { SUPERVISE_UNDER_TEST: "deno" },
  },
  { name: "binary", command: bunTest("binary", "tests/e2e"), env: { SUPERVISE_UNDER_TEST: "binary" } },
];

const total: Counts = { passed: 0, failed: 0, skipped: 0 };

for (const check of CHECKS) run(check.join(" "), check, {});
for (const suite of SUITES) add(suite);

rmSync(folder, { recursive: true });
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed === 0 && process.exitCode === undefined ? 0 : 1);

/** Runs a suite and adds what it counted; a suite that says nothing has failed as a whole. */
function add({ name, command, env }: Suite): void {
  const ok = run(`tests on ${name}`, command, env);
  const counts = readCounts(report(name));
  if (counts === null || (!ok && counts.failed === 0)) total.failed += 1;
  if (counts === null) return;
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}

function run(
  what: string,
  [program, ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): boolean {
  const start = performance.now();
  const result = spawnSync(program!, args, {
    env: { ...process.env, ...env, NO_COLOR: "1" },
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  const ok = result.status === 0;
  console.log(`${ok ? "ok    " : "FAILED"} ${what} (${seconds} s)`);
  if (!ok) {
    console.log(withoutPassed(`${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}`));
    if (!what.startsWith("tests")) total.failed += 1;
  }
  return ok;
}

/** What a reader of a failure looks for: the output without the lines of tests that passed. */
function withoutPassed(output: string): string {
  const quiet = /^\(pass\) |^running \d+ tests? from |\.\.\. ok \(|^tests\/\S+:$|^\s*$/;
  return output.split("\n").filter((line) => !quiet.test(line)).join("\n");
}

/** Reads the numbers out of a JUnit report. */
function readCounts(file: string): Counts | null {
  try {
    const xml = readFileSync(file, "utf8");
    const count = (pattern: RegExp) => [...xml.matchAll(pattern)].length;
    const cases = count(/<testcase\b/g);
    const failed = count(/<failure\b/g) + count(/<error\b/g);
    const skipped = count(/<skipped\b/g);
    return { passed: cases - failed - skipped, failed, skipped };
  } catch {
    return null;
  }
}
