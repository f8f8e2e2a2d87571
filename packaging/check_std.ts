/**
 * Checks everything that imports @std against its real sources and types: `npm run check:std [-- FOLDER]`, with a checkout
 * of @std, or with JSR where it can be reached.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { JSR_STD } from "./jsr.ts";
import { run } from "./run.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** Tests of what uses @std: options of commands, lines of logs. */
const TESTS = ["tests/cli/option_test.ts", "tests/engine/logs_test.ts", "tests/engine/log_pieces_test.ts"];

const checkout = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), "supervise-std-"));
try {
  for (const name of ["mod.ts", "cli.ts", "lib", "tests", "package.json"]) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  rmSync(join(folder, "lib/std.d.ts"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const config = JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8"));
  const others = Object.entries(config.imports).filter(([name]) => !name.startsWith("@std/"));
  const imports = {
    ...Object.fromEntries(others),
    ...checkout === undefined ? JSR_STD : namesIn(resolve(checkout)),
  };
  writeFileSync(join(folder, "deno.json"), JSON.stringify({ ...config, imports }));
  const options = { cwd: folder, env: { PATH: `${ROOT}/node_modules/.bin:${process.env["PATH"]}` } };
  await run(["deno", "check", "--quiet", "mod.ts", "cli.ts"], options);
  console.log("ok     deno check takes the types of @std");
  await run(["deno", "test", "--allow-all", "--no-check", "--quiet", ...TESTS], options);
  console.log("ok     the tests of what uses it pass");
} finally {
  rmSync(folder, { recursive: true });
}

/** The names of all modules of a checkout, as its packages export them. */
function namesIn(std: string): Readonly<Record<string, string>> {
  const { workspace } = JSON.parse(readFileSync(join(std, "deno.json"), "utf8"));
  return Object.fromEntries(
    (workspace as readonly string[]).filter((place) => existsSync(join(std, place))).flatMap((place) => {
      const { name, exports } = JSON.parse(readFileSync(join(std, place, "deno.json"), "utf8"));
      const files: Readonly<Record<string, string>> = typeof exports === "string"
        ? { ".": exports }
        : exports;
      return Object.entries(files).map(([path, file]) => [`${name}${path.slice(1)}`, join(std, place, file)]);
    }),
  );
}
