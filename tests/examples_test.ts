/**
 * The examples in the documentation, in comments and in guides, run as they stand. `"supervise"` is the library itself; the
 * working folder is that of the project. Examples of one page run one after the other in one process, because its start
 * costs more than most of them.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { LIBRARY, RUN } from "./harness/built.ts";
import { type Example, findExamples } from "./harness/examples.ts";
import { test } from "./harness/test.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const EXAMPLES = findExamples(ROOT);

/** Name of an example -> the reason why it failed, or null. */
type Verdicts = Readonly<Record<string, string | null>>;

const pages = new Map<string, Example[]>();
for (const example of EXAMPLES) pages.set(example.page, [...pages.get(example.page) ?? [], example]);

for (const examples of pages.values()) {
  let verdicts: Promise<Verdicts> | null = null;
  for (const { name } of examples) {
    test(`example ${name}`, async () => {
      verdicts ??= runPage(examples);
      assert.equal((await verdicts)[name], null);
    });
  }
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
    const { failed, output } = await execute([join(ROOT, "node_modules/.bin/tsc"), "-p", folder], folder);
    const named = output.replace(/\S*example_(\d+)\.ts/g, (_, index) => `${EXAMPLES[Number(index)]!.name} `);
    assert.equal(failed, false, named);
  }));

/** Runs the examples of a page; one that ends the process takes those behind it along. */
function runPage(examples: readonly Example[]): Promise<Verdicts> {
  return inTemporaryFolder(async (folder) => {
    const report = join(folder, "report.json");
    examples.forEach(({ code }, index) =>
      writeFileSync(
        join(folder, `example_${index}.ts`),
        located(code).replaceAll('"supervise"', JSON.stringify(LIBRARY)),
      )
    );
    const file = join(folder, "page.ts");
    writeFileSync(
      file,
      `import { writeFileSync } from "node:fs";
      const reasons: (string | null)[] = [];
      for (let index = 0; index < ${examples.length}; index++) {
        const reason = await import(\`./example_\${index}.ts\`).then(() => null, (error) => String(error?.stack ?? error));
        reasons.push(reason);
        writeFileSync(${JSON.stringify(report)}, JSON.stringify(reasons));
      }`,
    );
    writeFileSync(report, "[]");
    const { failed, output } = await execute([...RUN, file], folder);
    const reasons = JSON.parse(readFileSync(report, "utf8")) as (string | null)[];
    const isOver = reasons.length === examples.length && !failed;
    return Object.fromEntries(examples.map(({ name }, index) => {
      const reason = index < reasons.length ? reasons[index]! : "it has not come to its end";
      // An error that nobody catches ends the process, whichever example it belongs to.
      return [name, reason === null && isOver ? null : `${reason ?? "the process has failed"}\n${output}`];
    }));
  });
}

/** An example with the paths of others in the project, which it names as from a folder of the project. */
function located(code: string): string {
  return code.replaceAll('"../examples/', `"${ROOT}/examples/`);
}

async function inTemporaryFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "supervise-example-"));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function execute(
  [program, ...args]: readonly string[],
  state: string,
): Promise<{ failed: boolean; output: string }> {
  const env = { ...process.env, XDG_STATE_HOME: state };
  return new Promise((resolve) =>
    execFile(program!, args, { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: `${stdout}${stderr}` });
    })
  );
}
