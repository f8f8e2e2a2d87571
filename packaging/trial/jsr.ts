import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { JSR_STD, layJsrPackage } from "../jsr.ts";
import { run } from "../run.ts";
import type { Trial } from "./trial.ts";

/** The JSR package: whether it could be published, with types that need no inference ("slow types"). */
export const jsr: Trial = {
  name: "JSR package",
  async tries({ root, folder }) {
    const isThere = await reachesJsr();
    const fromNpm: Readonly<Record<string, string>> =
      JSON.parse(readFileSync(join(root, "deno.json"), "utf8")).imports;
    const std = Object.fromEntries(Object.entries(fromNpm).filter(([name]) => name.startsWith("@std/")));
    layJsrPackage(root, folder, isThere ? JSR_STD : std);
    const path = `${join(root, "node_modules/.bin")}:${process.env["PATH"]}`;
    await run(["deno", "publish", "--dry-run", "--allow-dirty"], { cwd: folder, env: { PATH: path } });
    return [isThere ? "with @std from JSR" : "JSR cannot be reached: with @std from npm"];
  },
};

async function reachesJsr(): Promise<boolean> {
  return await fetch("https://jsr.io/@std/cli/meta.json").then(({ ok }) => ok, () => false);
}
