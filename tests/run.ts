/**
 * Everything that `npm test` does: types, lint and format, then every suite on Bun, on Deno and against the compiled
 * binary. The last line counts the tests of all of them.
 */
import { spawn } from "node:child_process";
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
  ["npm", "run", "--silent", "build:faulty"],
];

const bunTest = (name: string, ...more: readonly string[]) =>
  ["bun", "test", "--reporter=junit", `--reporter-outfile=${report(name)}`, ...more] as const;

const denoTest = (name: string, ...more: readonly string[]) =>
  [
    "deno",
    "test",
    "--quiet",
    "--allow-all",
    "--no-check",
    `--junit-path=${report(name)}`,
    ...more,
  ] as const;

/** The folders whose tests run the program as a whole. */
const WHOLE = ["tests/e2e", "tests/attacks", "tests/torture"];

/** The longest first. */
const SUITES: readonly Suite[] = [
  {
    name: "deno, whole trees",
    command: denoTest("deno, whole trees", ...WHOLE),
    env: { SUPERVISE_UNDER_TEST: "deno" },
  },
  { name: "bun", command: bunTest("bun"), env: { SUPERVISE_UNDER_TEST: "bun" } },
  {
    name: "deno, the rest",
    command: denoTest("deno, the rest", `--ignore=${WHOLE.join(",")}`),
    env: { SUPERVISE_UNDER_TEST: "deno" },
  },
  { name: "binary", command: bunTest("binary", ...WHOLE), env: { SUPERVISE_UNDER_TEST: "binary" } },
];

/** How many run side by side: much of a test is waiting for processes. */
const SIDE_BY_SIDE = 3;

const total: Counts = { passed: 0, failed: 0, skipped: 0 };

for (const check of CHECKS) await run(check.join(" "), check, {});
const waiting = SUITES.values();
await Promise.all(Array.from({ length: SIDE_BY_SIDE }, async () => {
  for (const suite of waiting) await add(suite);
}));

rmSync(folder, { recursive: true });
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed === 0 && process.exitCode === undefined ? 0 : 1);

/** Runs a suite and adds what it counted; a suite that says nothing has failed as a whole. */
async function add({ name, command, env }: Suite): Promise<void> {
  const ok = await run(`tests on ${name}`, command, env);
  const counts = readCounts(report(name));
  if (counts === null || (!ok && counts.failed === 0)) total.failed += 1;
  if (counts === null) return;
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}

async function run(
  what: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  const start = performance.now();
  const { ok, output } = await outcomeOf(command, env);
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  console.log(`${ok ? "ok    " : "FAILED"} ${what} (${seconds} s)`);
  if (!ok) {
    console.log(withoutPassed(output));
    if (!what.startsWith("tests")) total.failed += 1;
  }
  return ok;
}

function outcomeOf(
  [program, ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly ok: boolean; readonly output: string }> {
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(program!, args, {
      env: { ...process.env, ...env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => output += text);
    }
    child.once("error", (error) => resolve({ ok: false, output: output + error.message }));
    child.once("close", (code) => resolve({ ok: code === 0, output }));
  });
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
