/** Pages, and parts of pages, that are made of the code. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const BEGIN = /<!-- made of [^\n]* -->\n/;
const END = "\n<!-- until here -->";

/** Requires that a file is as it would be made now, or writes it if `UPDATE` is set. */
export function requireGenerated(path: string, text: string): void {
  const file = `${ROOT}${path}`;
  if (process.env["UPDATE"] !== undefined) writeFileSync(file, text);
  else assert.equal(readFileSync(file, "utf8"), text, `${path} is not as it would be made: set UPDATE=1`);
}

/** The same of the part of a page between `<!-- made of ... -->` and `<!-- until here -->`, which is Markdown. */
export async function requireGeneratedPart(path: string, part: string): Promise<void> {
  const page = readFileSync(`${ROOT}${path}`, "utf8");
  const { index, 0: begin } = BEGIN.exec(page)!;
  const [start, end] = [index + begin.length, page.indexOf(END)];
  requireGenerated(path, await formatted(`${page.slice(0, start)}\n${part}\n${page.slice(end)}`));
}

/** Markdown in the form that all pages have. */
function formatted(markdown: string): Promise<string> {
  const deno = spawn(`${ROOT}node_modules/.bin/deno`, ["fmt", "--ext", "md", "-"], {
    cwd: ROOT,
    stdio: ["pipe", "pipe", "inherit"],
  });
  deno.stdin.end(markdown);
  let text = "";
  deno.stdout.setEncoding("utf8").on("data", (part: string) => text += part);
  return new Promise((resolve, reject) =>
    deno.on("error", reject).on(
      "close",
      (code) => code === 0 ? resolve(text) : reject(new Error(`deno fmt has ended with ${code}`)),
    )
  );
}
