/**
 * The examples in the documentation of the library, run as they stand. `"supervise"` is the library itself; the working
 * folder is that of the project.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { test } from "./harness/test.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const EXAMPLE = /@example (.+)\n((?: \* .*\n| \*\n)*?) \* ```ts\n((?: \*.*\n)*?) \* ```/g;

interface Example {
  readonly name: string;
  readonly code: string;
}

function examples(): readonly Example[] {
  const files = [
    "mod.ts",
    ...(readdirSync(join(ROOT, "lib"), { recursive: true }) as string[]).map((file) => `lib/${file}`),
  ];
  return files.filter((file) => file.endsWith(".ts")).flatMap((file) =>
    [...readFileSync(join(ROOT, file), "utf8").matchAll(EXAMPLE)].map(([, title, , code]) => ({
      name: `${file}: ${title}`,
      code: code!.replace(/^ \* ?/gm, ""),
    }))
  );
}

for (const { name, code } of examples()) {
  test(`example ${name}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "supervise-example-"));
    const file = join(folder, "example.ts");
    const library = JSON.stringify(join(ROOT, "mod.ts"));
    writeFileSync(file, code.replaceAll('"supervise"', library));
    try {
      const { failed, output } = await runFile(file, folder);
      assert.equal(failed, false, output);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

function runFile(file: string, state: string): Promise<{ failed: boolean; output: string }> {
  const args = "Deno" in globalThis
    ? ["run", "--allow-all", "--config", join(ROOT, "deno.json"), file]
    : [file];
  const env = { ...process.env, XDG_STATE_HOME: state };
  return new Promise((resolve) =>
    execFile(process.execPath, args, { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: `${stdout}${stderr}` });
    })
  );
}
