/** Suites: test files, the runtime that runs them, and the files that share a process. */
import { globSync } from "node:fs";
import { dirname } from "node:path";

/** Test files that run on one runtime against one program. */
export interface Suite {
  readonly name: string;
  readonly runtime: "bun" | "deno";
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly string[];
}

/** Test files that one process runs. */
export interface Unit {
  readonly suite: Suite;
  readonly files: readonly string[];
}

/** The command that runs some files of a suite. @param report The file for its JUnit report. */
export function commandOf({ runtime, env }: Suite, files: readonly string[], report: string) {
  const argv = runtime === "bun"
    // Without the dot a name is a pattern, which may match other files, too.
    ? ["bun", "test", "--reporter=junit", `--reporter-outfile=${report}`, ...files.map(pathOf)]
    : ["deno", "test", "--quiet", "--allow-all", "--no-check", `--junit-path=${report}`, ...files];
  return { argv, env };
}

function pathOf(file: string): string {
  return file.startsWith("/") ? file : `./${file}`;
}

/** All test files of some folders. */
export function testFilesIn(folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) => globSync(`${folder}/**/*_test.ts`)).sort();
}

/**
 * Divides a suite into units: a file by itself where its tests wait for processes, because it can be waited for beside
 * others; all files of a folder together where they do not, because the start of a runtime costs more than such a file.
 *
 * @param waits Whether the tests of a file wait for processes.
 */
export function unitsOf(suite: Suite, waits: (file: string) => boolean): readonly Unit[] {
  const folders = new Map<string, string[]>();
  for (const file of suite.files) {
    const key = waits(file) ? file : roomOf(file);
    folders.set(key, [...folders.get(key) ?? [], file]);
  }
  return [...folders.values()].map((files) => ({ suite, files }));
}

/** The folder of a test file that is right in the folder of all tests. */
export function roomOf(file: string): string {
  return dirname(file).split("/").slice(0, 2).join("/");
}
