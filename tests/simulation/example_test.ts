/** The example that holds a file to its expectations, in a folder of its own, by the test runner of the present runtime. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { IS_BUILT, LIBRARY } from "../harness/built.ts";
import { test } from "../harness/test.ts";
import { runTool } from "../harness/tools.ts";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const FILE = "tree.test.ts";
const CONFIG = `${ROOT}/${IS_BUILT ? "dist/js/" : ""}deno.json`;
const TEST = "Deno" in globalThis
  ? ["test", "--allow-all", "--no-check", "--config", CONFIG, FILE]
  : ["test", FILE];

/** The example with `from` of its file as `to`. */
function tested(from = "", to = ""): { readonly code: number | null; readonly output: string } {
  const folder = mkdtempSync(join(tmpdir(), "supervise-expectations-"));
  try {
    cpSync(join(ROOT, "examples/expectations"), folder, { recursive: true });
    replaceIn(join(folder, FILE), '"supervise"', JSON.stringify(LIBRARY));
    replaceIn(join(folder, "supervise.toml"), from, to);
    const env = { NO_COLOR: "1", XDG_STATE_HOME: folder };
    const { code, stdout, stderr } = runTool([process.execPath, ...TEST], { cwd: folder, env });
    return { code, output: `${stdout}${stderr}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function replaceIn(file: string, from: string, to: string): void {
  const text = readFileSync(file, "utf8");
  assert.ok(text.includes(from), `${from} is not in ${file}`);
  writeFileSync(file, text.replace(from, to));
}

test("example expectations: the file is as it is expected to be", () => {
  const { code, output } = tested();
  assert.equal(code, 0, output);
  assert.match(output, /7 pass/);
});

const SPOILED = [
  [
    "a shorter time to start",
    ', timeout = "2m"',
    ', timeout = "30s"',
    /api ready before 2m: "api" was never ready/,
  ],
  [
    "a need that is missing",
    '["db", "migrate"]',
    '["db"]',
    /migrate completed before api started: "api" was started at/,
  ],
  [
    "a check that comes too seldom",
    'interval = "5s"',
    'interval = "50s"',
    /api unhealthy before 2m: "api" was never unhealthy before 2m/,
  ],
  ["a key that there is not", "daemon = true", "deamon = true", /deamon/],
] as const;

for (const [what, from, to, reason] of SPOILED) {
  test(`example expectations: ${what} is found, and why it matters`, () => {
    const { code, output } = tested(from, to);
    assert.notEqual(code, 0, output);
    assert.match(output, reason);
  });
}
