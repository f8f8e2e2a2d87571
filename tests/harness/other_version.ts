/**
 * Another version of the program under test: the same sources with other numbers in them, built or run as the one under test is.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { UNDER_TEST } from "./supervise.ts";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const COPIED = [
  "cli.ts",
  "mod.ts",
  "lib",
  "deno.json",
  "package.json",
  "tsconfig.json",
  "bunfig.toml",
  "packaging",
];

/** What is different about it; what is not named is the same. */
export interface Differences {
  readonly version?: string;
  readonly protocol?: number;
  /** The format of what is written down of a running tree. */
  readonly state?: number;
  /** The format of records. */
  readonly record?: number;
  /** Words that its sources have for others: a fault of that version. */
  readonly fault?: { readonly file: string; readonly instead: string; readonly of: string };
}

/** One that was made. */
export interface OtherVersion {
  /** Program and first arguments. */
  readonly command: readonly string[];
  remove(): void;
}

/** Makes one. */
export function makeOtherVersion(differences: Differences): OtherVersion {
  const folder = mkdtempSync(join(tmpdir(), "supervise-version-"));
  for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const { version, protocol, state, record, fault } = differences;
  if (version !== undefined) {
    replace(folder, "lib/base/version.ts", /VERSION = ".*"/, `VERSION = "${version}"`);
  }
  const numbers = [
    ["lib/control/protocol.ts", "PROTOCOL_VERSION", protocol],
    ["lib/engine/survival/state_log.ts", "VERSION", state],
    ["lib/daemon/tree_record.ts", "FORMAT", record],
  ] as const;
  for (const [file, name, number] of numbers) {
    if (number !== undefined) {
      replace(folder, file, new RegExp(`const ${name} = \\d+`), `const ${name} = ${number}`);
    }
  }
  if (fault !== undefined) replace(folder, fault.file, fault.of, fault.instead);
  return { command: commandOf(folder), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function replace(folder: string, file: string, what: RegExp | string, by: string): void {
  const path = join(folder, file);
  const before = readFileSync(path, "utf8");
  const after = before.replace(what, () => by);
  assert.notEqual(after, before, `${file} has no ${what}`);
  writeFileSync(path, after);
}

function commandOf(folder: string): readonly string[] {
  if (UNDER_TEST === "binary") {
    const binary = join(folder, "supervise");
    const build = join(folder, "packaging/build.mjs");
    const { status, stderr } = spawnSync("node", [build, "cli.ts", binary], {
      cwd: folder,
      env: { ...process.env, PATH: `${ROOT}/node_modules/.bin:${process.env["PATH"]}` },
    });
    assert.equal(status, 0, String(stderr));
    return [binary];
  }
  const runs = UNDER_TEST === "deno"
    ? ["run", "--allow-all", "--no-check", "--config", `${folder}/deno.json`]
    : [];
  return [process.execPath, ...runs, join(folder, "cli.ts")];
}
