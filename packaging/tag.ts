/**
 * Tags the present commit as a release: `npm run tag`. It changes nothing unless the versions agree, the changelog has the
 * entry, nothing is uncommitted, and the tag is new. `--dry-run` only looks.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { entriesOf } from "./changelog.ts";
import { run } from "./run.ts";
import { releaseObstacles, versionOf } from "./versions.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const git = (...words: readonly string[]) => run(["git", "-C", ROOT, ...words]);

const version = versionOf(ROOT);
const tag = `v${version}`;
const obstacles = [...releaseObstacles(ROOT)];
if (await git("status", "--porcelain") !== "") obstacles.push("there are changes that are not committed");
if (await git("tag", "--list", tag) !== "") obstacles.push(`there is a tag ${tag} already`);
if (obstacles.length > 0) {
  console.error([`error: ${tag} is not tagged`, ...obstacles.map((why) => `  ${why}`)].join("\n"));
  process.exit(1);
}
const [entry] = entriesOf(readFileSync(join(ROOT, "CHANGELOG.md"), "utf8"));
if (process.argv.includes("--dry-run")) console.log(`${tag} can be tagged`);
else {
  await git(
    "tag",
    "--annotate",
    tag,
    "--message",
    `supervise ${version}\n\n${entry!.text}`,
    "--cleanup=whitespace",
  );
  console.log(`${tag} is tagged`);
}
