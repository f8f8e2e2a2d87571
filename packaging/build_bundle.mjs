// Builds the program and the library as JavaScript for Deno and Bun, which start it in half of the time that the sources
// take: `build_bundle.mjs [FOLDER]`. The npm package has these very files, and with `--torture` the tests of whole trees on
// Deno start them. `--package=npm` and `--commit=HASH` are what `supervise version` tells of where it came from.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";

const { values, positionals: [folder = "dist/js"] } = parseArgs({
  allowPositionals: true,
  options: {
    package: { type: "string", default: "bundle" },
    commit: { type: "string" },
    torture: { type: "boolean", default: false },
  },
});
const origin = { package: values.package, target: null, commit: values.commit ?? null };

const FLAGS = [
  "--target=node",
  "--format=esm",
  // A role of the program loads only the files that it needs.
  "--splitting",
  // Not the names, which are in messages and stacks.
  "--minify-whitespace",
  "--minify-syntax",
  "--entry-naming=[name].[ext]",
  `--define=SUPERVISE_ORIGIN=${JSON.stringify(origin)}`,
];

/** Builds some programs into a folder of their own, with what the runtimes need to know beside them. */
function build(folder, entries) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync("bun", ["build", ...FLAGS, "--outdir", folder, ...entries], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
  // Modules of actors import the library by its name.
  const config = { nodeModulesDir: "manual", imports: { supervise: "./mod.js" } };
  writeFileSync(`${folder}/deno.json`, JSON.stringify(config));
  writeFileSync(`${folder}/bunfig.toml`, "telemetry = false\n");
}

build(folder, ["cli.ts", "mod.ts"]);
// The program of the torture tests is no part of the package, and its files are not among those of the package.
if (values.torture) build(`${folder}-torture`, ["tests/torture/program.ts", "cli.ts", "mod.ts"]);
