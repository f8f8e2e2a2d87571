import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, type RunOptions } from "../run.ts";

/** A tree with a program and a module, which imports the library by its name. */
const TREE = `[actors.program]
exec = "sleep 3600"
daemon = true

[actors.module]
module = "./module.ts"
daemon = true
`;

const MODULE = `import { currentTime } from "supervise";

export const answer = (): boolean => typeof currentTime === "function";
`;

/**
 * Runs a tree with a command of supervise: up, a call of the library in a module, down with nothing left.
 *
 * @returns What `version` says.
 */
export async function tryTree(
  command: readonly string[],
  folder: string,
  options: RunOptions = {},
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "supervise.toml"), TREE);
  writeFileSync(join(folder, "module.ts"), MODULE);
  const supervise = (...words: readonly string[]) => run([...command, ...words], { ...options, cwd: folder });
  await supervise("up", "-d");
  try {
    assert.equal((await supervise("call", "module", "answer")).trim(), "true");
    const { actors } = JSON.parse(await supervise("ps", "--json"));
    assert.deepEqual(
      actors.map(({ path, state }: { path: string; state: string }) => `${path} ${state}`).sort(),
      ["module running", "program running"],
    );
  } finally {
    const { left, survivors } = JSON.parse(await supervise("down", "--json"));
    assert.deepEqual({ left, survivors }, { left: 0, survivors: [] });
  }
  return (await supervise("version")).trim();
}
