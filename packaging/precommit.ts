/**
 * What is checked before a commit: the format and lint of the changed files, all types, and the layout. `npm run precommit`
 * takes seconds, and replaces no test.
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { run } from "./run.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const ENV = { PATH: `${ROOT}/node_modules/.bin:${process.env["PATH"]}`, NO_COLOR: "1" };

const changed = await changedFiles();
const formatted = changed.filter((file) => /\.(ts|mjs|json|md)$/.test(file) && file !== "package-lock.json");
const linted = changed.filter((file) => /\.(ts|mjs)$/.test(file));

const checks: readonly (readonly [string, ...string[]])[] = [
  ...formatted.length > 0 ? [["deno", "fmt", "--check", "--quiet", ...formatted] as const] : [],
  ...linted.length > 0 ? [["deno", "lint", "--quiet", ...linted] as const] : [],
  // The second time it looks at what has changed, in a quarter of the time.
  ["tsc", "-p", ".", "--incremental", "--tsBuildInfoFile", "dist/precommit.tsbuildinfo"],
  ["bun", "test", "./tests/architecture_test.ts", "./tests/packaging/house_test.ts"],
];

const ends = await Promise.all(checks.map(async (argv) => {
  const why = await run(argv, { cwd: ROOT, env: ENV }).then(() => null, (error: Error) => error.message);
  console.log(`${why === null ? "ok    " : "FAILED"} ${argv.slice(0, 2).join(" ")}`);
  if (why !== null) console.log(why);
  return why === null;
}));
process.exit(ends.every((isOk) => isOk) ? 0 : 1);

/** The files that differ from the last commit, staged or not, and new ones. */
async function changedFiles(): Promise<readonly string[]> {
  const list = async (...words: readonly string[]) =>
    (await run(["git", ...words, "-z"], { cwd: ROOT })).split("\0").filter((name) => name !== "");
  const names = [
    ...await list("diff", "--name-only", "--diff-filter=ACMR", "HEAD"),
    ...await list("ls-files", "--others", "--exclude-standard"),
  ];
  return [...new Set(names)].filter((name) => existsSync(`${ROOT}/${name}`));
}
