/**
 * The run folder of the tree of a sandbox. It follows from the file of the tree: a folder that is looked for by the number
 * of its supervisor may be another tree's, because numbers of processes come again.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import process from "node:process";
import type { Sandbox } from "./supervise.ts";

/** The name of the folder. */
export function treeIdOf({ dir }: Pick<Sandbox, "dir">): string {
  const key = `${process.getuid!()}:${dir}/supervise.toml`;
  return createHash("sha256").update(key).digest("hex").slice(0, 12);
}

/** Its path, as long as the tree has one. */
export function runFolderOf(sandbox: Pick<Sandbox, "dir">): string {
  const folders = ["/run/supervise", `/tmp/supervise-${process.getuid!()}`];
  const found = folders.map((folder) => `${folder}/${treeIdOf(sandbox)}`)
    .find((folder) => existsSync(`${folder}/tree.json`));
  if (found === undefined) throw new Error(`the tree in ${sandbox.dir} has no run folder`);
  return found;
}
