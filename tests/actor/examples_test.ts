/** The examples with actors, run as a user would. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import process from "node:process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { openSystemHost } from "../../lib/host/system_host.ts";
import { RUN } from "../harness/built.ts";
import { test } from "../harness/test.ts";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const MARK = "SUPERVISE_EXAMPLE";
const { processes } = await openSystemHost();
processes.close();

/** Example -> what it prints. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  pipeline: ["the squares of 1 to 2000 add up to 2668667000", "the source was never far ahead: true"],
  deep_failure: [
    "RangeError: a leaf has failed",
    "raised in main/left/left/left/left, and came through main/left/left/left, main/left/left, main/left",
    "its stack is that of the leaf",
  ],
  publish: [
    "the fast one saw 1000 prices and missed 0",
    "the slow one missed some: true; all are accounted for: true",
  ],
  two_trees: [
    "hello from another tree, this is main/greeter",
    "over there are main and main/greeter",
  ],
};

for (const [name, lines] of Object.entries(EXAMPLES)) {
  test(`example actors/${name}: it does what it says, and leaves nothing behind`, async () => {
    const mark = `${name}-${process.pid}`;
    assert.deepEqual((await runExample(name, mark)).split("\n"), [...lines, ""]);
    const left = processes.table().filter((row) => processes.variableOf(row.pid, MARK) === mark);
    assert.deepEqual(left, []);
  });
}

function runExample(name: string, mark: string): Promise<string> {
  const [program, ...args] = [...RUN, `examples/actors/${name}.ts`];
  return new Promise((resolve, reject) =>
    execFile(
      program!,
      args,
      { cwd: ROOT, env: { ...process.env, [MARK]: mark } },
      (error, out, err) => {
        if (error === null) resolve(out);
        else reject(new Error(`${error.message}\n${out}${err}`));
      },
    )
  );
}
