/**
 * Makes a release in `dist/release`: `npm run release`. `--only=linux-x64,linux-arm64` makes the binaries of some machines alone;
 * `--check` makes everything a second time, compares the bytes, and then tries each package from a clean folder.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeRelease } from "./make_release.ts";
import { TARGETS } from "./targets.ts";
import { tryRelease } from "./trial/try_release.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(ROOT, "dist");

const { values } = parseArgs({
  options: { only: { type: "string" }, check: { type: "boolean", default: false } },
});
const only = values.only?.split(",");
const unknown = only?.filter((name) => !TARGETS.some((target) => target.name === name)) ?? [];
if (unknown.length > 0) {
  const names = TARGETS.map(({ name }) => name).join(", ");
  console.error(`error: there is no target ${unknown.join(", ")}\nhint: the targets are ${names}`);
  process.exit(2);
}
const targets = TARGETS.filter(({ name }) => only?.includes(name) ?? true);

const make = (out: string, tell: (line: string) => void) =>
  makeRelease({
    root: ROOT,
    out: join(DIST, out),
    scratch: join(DIST, `${out}-parts`),
    cache: join(DIST, "runtimes"),
    targets,
    tell,
  });

const lacking = await make("release", (line) => console.log(line));
console.log(`dist/release holds the files and their SHA256SUMS`);
let failed = lacking.length;
if (values.check) {
  await make("release-again", () => {});
  failed += tellDifferences();
  failed += await tryRelease({
    root: ROOT,
    release: join(DIST, "release"),
    parts: join(DIST, "release-parts"),
  });
}
process.exit(failed === 0 ? 0 : 1);

/** Compares both releases. @returns How many files differ. */
function tellDifferences(): number {
  const [one, again] = ["release", "release-again"].map((name) =>
    readFileSync(join(DIST, name, "SHA256SUMS"), "utf8").split("\n")
  );
  const different = one!.filter((line) => !again!.includes(line)).map((line) => line.split("  ")[1]);
  for (const name of different) console.log(`FAILED ${name} has other bytes when it is made again`);
  if (different.length === 0) console.log("ok     made again, all files have the same bytes");
  return different.length;
}
