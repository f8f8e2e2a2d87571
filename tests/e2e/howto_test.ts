/**
 * The how-to pages do what they say, as do those about the first minute and about files of other tools: the files of a page are
 * written into a folder, and its commands are typed there, one block after the other. A block is a file if its first line names
 * one (```` ```toml supervise.toml ````), and commands if it is a bare `sh`. Ports that a page names are others in the test,
 * because many tests run at once.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { LIBRARY, RUN } from "../harness/built.ts";
import { freePort } from "../harness/ports.ts";
import process from "node:process";
import { e2e, type Sandbox, SUPERVISE } from "../harness/supervise.ts";

const DOCS = new URL("../../docs/", import.meta.url);
const HOW_TO = readdirSync(new URL("howto/", DOCS)).filter((name) => name.endsWith(".md"));

/** Pages whose every command can be typed. */
const TYPED = [
  "chaos.md",
  "expectations.md",
  "exporting.md",
  "getting_started.md",
  "importing.md",
  "install.md",
  "simulating.md",
  ...HOW_TO.map((name) => `howto/${name}`),
];
const BLOCK = /^```(\w+)(?: (\S+))?\n([^]*?)^```$/gm;

interface Block {
  readonly language: string;
  /** Null for commands. */
  readonly file: string | null;
  readonly text: string;
}

for (const page of TYPED) {
  e2e(`how-to: ${page} does what it says`, async (sandbox) => {
    const blocks = await blocksOf(readFileSync(new URL(page, DOCS), "utf8"));
    const commands = blocks.filter(({ language, file }) => language === "sh" && file === null);
    assert.ok(commands.length > 0, "a page has commands");
    sandbox.write("bin/supervise", `#!/bin/sh\nexec ${SUPERVISE.map(quoted).join(" ")} "$@"\n`, 0o755);
    // A module of an actor finds the library in the program that loads it; a script of its own is run from the sources.
    const isScript = (file: string) =>
      file.endsWith(".ts") && !blocks.some(({ text }) => text.includes(`module = "./${file}"`));
    for (const { file, text } of blocks) {
      if (file === null) continue;
      sandbox.write(file, isScript(file) ? text.replaceAll('"supervise"', JSON.stringify(LIBRARY)) : text);
    }
    for (const { text } of commands) await assertDone(sandbox, ["sh", "-eux", "-c", text]);
    for (const { file } of blocks) {
      if (file !== null && isScript(file)) await assertDone(sandbox, [...RUN, file]);
    }
  }, ["redis-server", "redis-cli", "python3"]);
}

async function assertDone(sandbox: Sandbox, argv: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await sandbox.run(argv, {
    PATH: `${sandbox.dir}/bin:${process.env["PATH"]}`,
  }).done;
  assert.equal(code, 0, `${stdout}\n${stderr}`);
}

async function blocksOf(page: string): Promise<readonly Block[]> {
  let text = page;
  for (const port of new Set(page.match(/\b(?:6380|8081)\b/g))) {
    text = text.replaceAll(port, String(await freePort()));
  }
  return [...text.matchAll(BLOCK)].map(([, language, file, body]) => ({
    language: language!,
    file: file ?? null,
    text: body!,
  }));
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
