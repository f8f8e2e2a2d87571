/**
 * The examples in the documentation, in comments and in guides, run as they stand. `"supervise"` is the library itself; the
 * working folder is that of the project.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { findExamples } from "./harness/examples.ts";
import { test } from "./harness/test.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const EXAMPLES = findExamples(ROOT);

for (const { name, code } of EXAMPLES) {
  test(`example ${name}`, () =>
    inTemporaryFolder(async (folder) => {
      const file = join(folder, "example.ts");
      writeFileSync(file, located(code).replaceAll('"supervise"', JSON.stringify(join(ROOT, "mod.ts"))));
      const { failed, output } = await execute(process.execPath, runtimeArguments(file), folder);
      assert.equal(failed, false, output);
    }));
}

test("examples: all of them have the types that they say", () =>
  inTemporaryFolder(async (folder) => {
    EXAMPLES.forEach(({ code }, index) => writeFileSync(join(folder, `example_${index}.ts`), located(code)));
    const config = {
      extends: join(ROOT, "tsconfig.json"),
      compilerOptions: {
        paths: { supervise: [join(ROOT, "mod.ts")] },
        typeRoots: [join(ROOT, "node_modules/@types")],
      },
      include: ["*.ts"],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const { failed, output } = await execute(join(ROOT, "node_modules/.bin/tsc"), ["-p", folder], folder);
    const named = output.replace(/\S*example_(\d+)\.ts/g, (_, index) => `${EXAMPLES[Number(index)]!.name} `);
    assert.equal(failed, false, named);
  }));

/** An example with the paths of others in the project, which it names as from a folder of the project. */
function located(code: string): string {
  return code.replaceAll('"../examples/', `"${ROOT}/examples/`);
}

async function inTemporaryFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "supervise-example-"));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runtimeArguments(file: string): readonly string[] {
  return "Deno" in globalThis ? ["run", "--allow-all", "--config", join(ROOT, "deno.json"), file] : [file];
}

function execute(
  program: string,
  args: readonly string[],
  state: string,
): Promise<{ failed: boolean; output: string }> {
  const env = { ...process.env, XDG_STATE_HOME: state };
  return new Promise((resolve) =>
    execFile(program, [...args], { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: `${stdout}${stderr}` });
    })
  );
}
