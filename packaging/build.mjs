// Builds a binary: `build.mjs [ENTRY [FILE]]`. A release names more: `--target=linux-arm64`, `--runtime=FILE` (the Bun that
// becomes a part of it), `--package=deb` and `--commit=HASH` (what `supervise version` tells of where it came from).
// It starts with Node, because nothing else is there before the first install.
import { spawnSync } from "node:child_process";
import process from "node:process";
import { parseArgs } from "node:util";

const { values, positionals: [entry = "cli.ts", file = "dist/supervise"] } = parseArgs({
  allowPositionals: true,
  options: {
    target: { type: "string", default: `linux-${process.arch}` },
    runtime: { type: "string" },
    package: { type: "string", default: "binary" },
    commit: { type: "string" },
  },
});
const origin = { package: values.package, target: values.target, commit: values.commit ?? null };

const FLAGS = [
  "--compile",
  "--minify",
  "--bytecode",
  "--format=esm",
  // Else a process would load the whole program and not the part that its role or its verb needs.
  "--splitting",
  // Else the binary would run the preload of whatever folder its user stands in, and read its .env. The flag that Bun has
  // against the latter (--no-compile-autoload-dotenv) makes NODE_ENV and BUN_ENV constants of all that the binary runs; to
  // name a file instead, and that one empty, does not.
  "--no-compile-autoload-bunfig",
  "--compile-exec-argv=--env-file=",
  // Most code of a supervisor runs a few times for each actor: to compile it took a third of the processor time of a start. Bun
  // gets to it thirty times later, until many have been started, and to the loops that logs go through all the same.
  "--compile-jit-policy=30",
  `--define=SUPERVISE_ORIGIN=${JSON.stringify(origin)}`,
  ...values.runtime === undefined
    ? []
    : [`--target=bun-${values.target}`, `--compile-executable-path=${values.runtime}`],
];

const result = spawnSync("bun", ["build", ...FLAGS, entry, "--outfile", file], {
  stdio: ["ignore", "ignore", "inherit"],
});
process.exit(result.status ?? 1);
