/** The example that hashes a folder, run as a user would: to its end, and with Ctrl-C in the middle. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { openSystemHost } from "../../lib/host/system_host.ts";
import { RUN } from "../harness/built.ts";
import { test } from "../harness/test.ts";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const MARK = "SUPERVISE_EXAMPLE";
/** A file of zeros, of which none is on the disk: it takes minutes to hash. */
const HUGE_BYTES = 64 * 1_024 ** 3;
const { processes } = await openSystemHost();
processes.close();

test("example workers/hash_folder: it prints what sha256sum would", () =>
  inFolder(async (folder) => {
    const names = ["a", "b", "c", "d", "e"];
    for (const name of names) writeFileSync(join(folder, name), name.repeat(100_000));
    const lines = names.map((name) => `${sha256(name.repeat(100_000))}  ${name}`);
    const child = hashFolder(folder);
    const [out, err, code] = await Promise.all([text(child.stdout!), text(child.stderr!), endOf(child)]);
    assert.deepEqual(out.split("\n"), [...lines, ""]);
    assert.equal(err, "5 files, 500000 bytes\n");
    assert.equal(code, 0);
    assertNothingLeft(folder);
  }));

test("example workers/hash_folder: Ctrl-C in the middle ends it, and its workers", () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, "a"), "");
    for (const name of ["b", "c"]) {
      writeFileSync(join(folder, name), "");
      truncateSync(join(folder, name), HUGE_BYTES);
    }
    const child = hashFolder(folder);
    // Deno takes a child that was signalled by its `kill` for one that died of it.
    child.stdout!.once("data", () => process.kill(child.pid!, "SIGINT"));
    assert.deepEqual(await Promise.all([text(child.stdout!), text(child.stderr!), endOf(child)]), [
      `${sha256("")}  a\n`,
      "interrupted after 1 of 3 files\n",
      130,
    ]);
    assertNothingLeft(folder);
  }));

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "supervise-hash-"));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function hashFolder(folder: string): ChildProcess {
  const [program, ...args] = [...RUN, "examples/workers/hash_folder.ts", folder];
  return spawn(program!, args, { cwd: ROOT, env: { ...process.env, [MARK]: folder } });
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("exit", resolve));
}

function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

function assertNothingLeft(folder: string): void {
  const left = processes.table().filter((row) => processes.variableOf(row.pid, MARK) === folder);
  assert.deepEqual(left, []);
}
