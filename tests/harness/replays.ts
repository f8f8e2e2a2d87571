/**
 * Holds the model to the truth: where `SUPERVISE_REPLAYS` names a file, the last life of the tree of each e2e test is
 * simulated from its journal when the test is over, and a line about each is added to that file. The journals are kept beside it.
 */
import { appendFileSync, cpSync } from "node:fs";
import process from "node:process";
import type { Sandbox } from "./supervise.ts";

const FILE = process.env["SUPERVISE_REPLAYS"];

/** Adds the line about a test. */
export async function noteReplay(title: string, sandbox: Sandbox): Promise<void> {
  if (FILE === undefined) return;
  const { code, stdout, stderr } = await sandbox.supervise("simulate", "--replay", "--json");
  const { entries: _, ...result } = code === 0 || code === 1 && stdout !== ""
    ? JSON.parse(stdout)
    : { error: stderr };
  cpSync(sandbox.dir, `${FILE}.d/${sandbox.mark}`, {
    recursive: true,
    filter: (path) => path === sandbox.dir || /\/state(?:\/|$)|\.toml$/.test(path),
  });
  appendFileSync(FILE, `${JSON.stringify({ title, mark: sandbox.mark, ...result })}\n`);
}
