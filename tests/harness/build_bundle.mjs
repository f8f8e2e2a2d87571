// Builds dist/js: the program, the library and the program of the torture tests as JavaScript for Deno and Bun, which start
// it in half of the time that the sources take.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";

const FOLDER = "dist/js";
const ENTRIES = ["cli.ts", "mod.ts", "tests/torture/program.ts"];

const FLAGS = [
  "--target=node",
  "--format=esm",
  // A role of the program loads only the files that it needs.
  "--splitting",
  // Not the names, which are in messages and stacks.
  "--minify-whitespace",
  "--minify-syntax",
  "--entry-naming=[name].[ext]",
];

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const result = spawnSync("bun", ["build", ...FLAGS, "--outdir", FOLDER, ...ENTRIES], {
  stdio: ["ignore", "ignore", "inherit"],
});
// Modules of actors import the library by its name.
const config = { nodeModulesDir: "manual", imports: { supervise: "./mod.js" } };
writeFileSync(`${FOLDER}/deno.json`, JSON.stringify(config));
writeFileSync(`${FOLDER}/bunfig.toml`, "telemetry = false\n");
process.exit(result.status ?? 1);
