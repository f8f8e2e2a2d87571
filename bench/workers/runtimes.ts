/** How a module of this folder is run on each runtime. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
/** Below bench/node_modules, so that Node finds the peers from there. */
const BUILT = fileURLToPath(
  new URL("../node_modules/.supervise-bench/", import.meta.url),
);
/** What is not built for Node: the driver's own modules, and ours, which does not run there. */
const NOT_BUILT = ["runtimes.ts", "table.ts", "subjects.ts", "supervise.ts"];

/** A runtime on which pools are measured. */
export type Runtime = "bun" | "deno" | "node";

/** The runtimes by what their columns are called. */
export const RUNTIMES: Readonly<Record<Runtime, string>> = {
  bun: "Bun",
  deno: "Deno",
  node: "Node",
};

/** The command for one measurement, without its arguments. */
export function commandFor(runtime: Runtime): readonly [string, ...string[]] {
  const one = `${FOLDER}one.ts`;
  if (runtime === "bun") return ["bun", one];
  if (runtime === "deno") {
    return [
      "deno",
      "run",
      "--allow-all",
      "--no-check",
      `--config=${CONFIG}`,
      one,
    ];
  }
  return ["node", `${BUILT}one.mjs`];
}

/** Builds JavaScript of the modules here: not every Node that the peers run on reads TypeScript. */
export function buildForNode(): void {
  const entries = readdirSync(FOLDER).filter((name) => !NOT_BUILT.includes(name)).map((name) =>
    FOLDER + name
  );
  const { status, stderr } = spawnSync("bun", [
    "build",
    ...entries,
    "--target=node",
    "--packages=external",
    `--outdir=${BUILT}`,
    "--entry-naming=[name].mjs",
  ], { encoding: "utf8" });
  if (status !== 0) {
    throw new Error(`The modules for Node cannot be built: ${stderr}`);
  }
}
