// Builds the binary, or another program that is named, to a file that is named. It starts with Node, because nothing else
// is there before the first install.
import { spawnSync } from "node:child_process";
import process from "node:process";

const [entry = "cli.ts", file = "dist/supervise"] = process.argv.slice(2);

const FLAGS = [
  "--compile",
  "--minify",
  "--bytecode",
  "--format=esm",
  // Else the binary would read the .env and run the preload of whatever folder its user stands in.
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
];

const result = spawnSync("bun", ["build", ...FLAGS, entry, "--outfile", file], {
  stdio: ["ignore", "ignore", "inherit"],
});
process.exit(result.status ?? 1);
