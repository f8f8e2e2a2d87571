/** Programs of the machine that tests ask for their judgement. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** What a program has said. */
export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function runTool(
  argv: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly input?: string;
  } = {},
): Said {
  const { status, stdout, stderr, error } = spawnSync(argv[0]!, argv.slice(1), {
    encoding: "utf8",
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? {} : { input: options.input }),
    env: { ...process.env, ...options.env },
  });
  if (error !== undefined) throw error;
  return { code: status, stdout, stderr };
}

/** Runs `body` with a folder that has these files, and removes it. */
export function withFiles<T>(
  files: readonly { readonly name: string; readonly text: string }[],
  body: (folder: string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), "supervise-tools-"));
  try {
    for (const { name, text } of files) writeFileSync(join(folder, name), text);
    return body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
