import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { run } from "../run.ts";
import { targetHere } from "../targets.ts";
import { withRegistry } from "./registry.ts";
import { type Trial, Untried } from "./trial.ts";
import { tryTree } from "./try_tree.ts";

/** The npm packages, from a registry: what npm, npx, bunx and Deno make of them, and what two linters say of the first. */
export const npm: Trial = {
  name: "npm packages",
  isOfThisMachine: true,
  async tries({ root, release, parts, version, folder }) {
    const tools = await installTools(root);
    const main = join(parts, "npm/main/package");
    const bin = (name: string) => join(tools, "node_modules/.bin", name);
    await run([bin("publint"), "run", main, "--strict"]);
    // Which module system a program has makes no difference to a package that is ESM alone.
    await run([bin("attw"), join(release, `supervise-${version}.tgz`), "--profile=esm-only"]);
    const seen = ["publint and attw find nothing"];
    const path = `${join(root, "node_modules/.bin")}:${process.env["PATH"]}`;
    await withRegistry(tools, join(folder, "registry"), async ({ env: registry, publish }) => {
      const packed = readdirSync(release).filter((name) => name.endsWith(".tgz"));
      // npm takes a package only if those that it names are there.
      for (const name of packed.sort((a, b) => b.length - a.length)) await publish(join(release, name));
      const env = { ...registry, PATH: path };
      const project = join(folder, "project");
      mkdirSync(project);
      writeFileSync(join(project, "package.json"), '{ "type": "module" }\n');
      await run(["npm", "install", "supervise", "--silent"], { cwd: project, env });
      const installed = readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."))
        .sort();
      assert.deepEqual(installed, ["supervise", `supervise-${targetHere().name}`]);
      const tree = join(project, "tree");
      seen.push(`npx: ${await tryTree(["npx", "--no", "supervise"], tree, { env })}`);
      seen.push(`bunx: ${await tryTree(["bun", "x", "--bun", "supervise"], tree, { env })}`);
      seen.push(
        `Deno: ${await tryTree([...DENO, "npm:supervise"], join(folder, "deno-tree"), { env })}`,
      );
      await tryLibrary(root, project, env);
      seen.push("the library loads on Bun and Deno, and tsc takes its typings");
    });
    return seen;
  },
};

/** Deno takes a package only when it is a day old, and this one is seconds old. */
const DENO = ["deno", "run", "--allow-all", "--minimum-dependency-age=0"];

const USER = `import { moveOnAfter, run, sleep } from "supervise";

const done: boolean = await run(async () => {
  await moveOnAfter(1, () => sleep(10_000));
  return true;
});
console.log(done);
`;

/** Runs a program that uses the library, and has its types checked as those of a program with either module system of Node. */
async function tryLibrary(
  root: string,
  project: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  writeFileSync(join(project, "user.ts"), USER);
  assert.equal((await run(["bun", "user.ts"], { cwd: project, env })).trim(), "true");
  assert.equal(
    (await run([...DENO, "--check", "user.ts"], { cwd: project, env })).trim(),
    "true",
  );
  for (const name of ["@types", "undici-types"]) {
    cpSync(join(root, "node_modules", name), join(project, "node_modules", name), { recursive: true });
  }
  for (const [module, resolution] of [["nodenext", "nodenext"], ["preserve", "bundler"]]) {
    await run([
      "tsc",
      "--noEmit",
      "--strict",
      "--target",
      "esnext",
      "--module",
      module!,
      "--moduleResolution",
      resolution!,
      "--types",
      "node",
      "user.ts",
    ], { cwd: project, env });
  }
}

/** Installs the tools of `packaging/trial/tools` once. @returns Their folder. */
async function installTools(root: string): Promise<string> {
  const folder = join(root, "dist/tools");
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, "packaging/trial/tools/package.json"), join(folder, "package.json"));
  try {
    await run(["npm", "install", "--prefer-offline", "--silent", "--no-audit", "--no-fund"], { cwd: folder });
  } catch (error) {
    throw new Untried(`its tools cannot be installed: ${(error as Error).message}`);
  }
  return folder;
}
