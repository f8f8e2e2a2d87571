// Builds the binary. It starts with Node, because nothing else is there before the first install.
import { spawnSync } from "node:child_process";

const FLAGS = [
  "--compile",
  "--minify",
  "--bytecode",
  "--format=esm",
  // Else the binary would read the .env and run the preload of whatever folder its user stands in.
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
];

const result = spawnSync("bun", ["build", ...FLAGS, "cli.ts", "--outfile", "dist/supervise"], {
  stdio: ["ignore", "ignore", "inherit"],
});
process.exit(result.status ?? 1);
