import assert from "node:assert/strict";
import { copyFileSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { JSR_STD, layJsrPackage } from "../jsr.ts";
import { run } from "../run.ts";
import type { Trial } from "./trial.ts";

/** Imports of what JSR is not to find: a part of Bun, and the modules of users. */
const EXPECTED = [
  "unanalyzable-dynamic-import lib/host/bun/ffi.ts",
  "unanalyzable-dynamic-import lib/host/shared/load_module.ts",
  "unanalyzable-dynamic-import lib/host/shared/run_script.ts",
];

/** The JSR package: whether it could be published, with types that need no inference ("slow types"). */
export const jsr: Trial = {
  name: "JSR package",
  isOfThisMachine: false,
  async tries({ root, folder }) {
    const isThere = await reachesJsr();
    const fromNpm: Readonly<Record<string, string>> =
      JSON.parse(readFileSync(join(root, "deno.json"), "utf8")).imports;
    const std = Object.fromEntries(Object.entries(fromNpm).filter(([name]) => name.startsWith("@std/")));
    layJsrPackage(root, folder, isThere ? JSR_STD : std);
    const path = `${join(root, "node_modules/.bin")}:${process.env["PATH"]}`;
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    copyFileSync(join(root, "package.json"), join(folder, "package.json"));
    const publish = "deno publish --dry-run --allow-dirty 2>&1";
    const said = await run(["sh", "-c", publish], { cwd: folder, env: { PATH: path, NO_COLOR: "1" } });
    // Each warning is two lines: what it is about, and where.
    const warned = [...said.matchAll(/^warning\[([\w-]+)\].*\n.*--> (\S+?):/gm)]
      .map(([, name, file]) => `${name} ${file!.slice(folder.length + 1)}`);
    assert.deepEqual(warned.toSorted(), EXPECTED);
    return [isThere ? "with @std from JSR" : "JSR cannot be reached: with @std from npm"];
  },
};

async function reachesJsr(): Promise<boolean> {
  return await fetch("https://jsr.io/@std/cli/meta.json").then(({ ok }) => ok, () => false);
}
