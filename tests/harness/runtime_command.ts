import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const CONFIG = join(fileURLToPath(new URL("../../", import.meta.url)), "deno.json");

/** The command that runs a TypeScript file on the present runtime. */
export function runtimeCommand(url: string): readonly string[] {
  const runs = "Deno" in globalThis ? ["run", "--allow-all", "--no-check", "--config", CONFIG] : [];
  return [process.execPath, ...runs, fileURLToPath(url)];
}
