/** Paths are bytes: whatever stands in the name of a folder or file, what it holds is run. */
import assert from "node:assert/strict";
import { e2e, SUPERVISE } from "../harness/supervise.ts";

const PRINTABLE = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index))
  .filter((one) => one !== "/").join("");

const NAMES = [
  "q?mark",
  "back\\slash",
  "a:b\\?c",
  "100%",
  "a%3Fb%41",
  "#hash",
  " blanks ",
  'it\'s "quoted"',
  "new\nline\r\ttab",
  "-dash",
  "\u00fc\ud55c e\u0301 \u{1f600}",
  PRINTABLE,
];

const DEPENDENCY = `export const said: string = "known";`;

const SCRIPT = `
import { existsSync } from "node:fs";
import { said } from "./dependency.ts";
const again = await import("./dependency.ts");
const url = new URL("./dependency.ts", import.meta.url);
const byUrl = process.argv[3] === "url" ? await import(url.href) : again;
const isThere = existsSync(url) && existsSync(import.meta.dirname + "/dependency.ts");
console.log("script", said, again === byUrl, isThere, import.meta.main, process.argv[2]);
`;

const MODULE = `
import { runSync, openWorkerContext } from "supervise";
import { said } from "./dependency.ts";

const dependency = new URL("./worker.ts", import.meta.url);

export default async function () {
  for (const workerType of ["process", "thread"]) {
    await openWorkerContext({ workerType }, async (context) => {
      console.log("module", said, workerType, await runSync(dependency, "double", [21], { context }));
    });
  }
}
`;

const WORKER = `import { said } from "./dependency.ts"; export const double = (value) => said && 2 * value;`;

/** Bun asks no plugin about the URL of a file with a colon in its path. */
const config = (name: string) => `
[actors]
exec = { exec = ["./p?r%o#g\\\\ ram"] }
shell = { shell = "echo shell $(ls | wc -l)" }
script = { script = "s?c%r#i\\\\p t.ts", args = ["word", "${name.includes(":") ? "path" : "url"}"] }
module = { module = "m?o%d#u\\\\l e.ts" }
`;

for (const name of NAMES) {
  e2e(`paths: every kind of actor runs in a folder called ${JSON.stringify(name)}`, async (sandbox) => {
    sandbox.write(`${name}/supervise.toml`, config(name));
    sandbox.write(`${name}/dependency.ts`, DEPENDENCY);
    sandbox.write(`${name}/p?r%o#g\\ ram`, "#!/bin/sh\necho exec\n", 0o755);
    sandbox.write(`${name}/s?c%r#i\\p t.ts`, SCRIPT);
    sandbox.write(`${name}/m?o%d#u\\l e.ts`, MODULE);
    sandbox.write(`${name}/worker.ts`, WORKER);
    const checked = await sandbox.supervise("check", `./${name}/supervise.toml`);
    assert.equal(checked.code, 0, checked.stdout);
    const done = await sandbox.supervise("up", `./${name}/supervise.toml`);
    assert.equal(done.code, 0, `${done.stdout}${done.stderr}`);
    for (
      const line of [
        /exec +\| exec$/m,
        /shell +\| shell 6$/m,
        /script +\| script known true true true word$/m,
        /module +\| module known process 42$/m,
        /module +\| module known thread 42$/m,
      ]
    ) assert.match(done.stdout, line);
  });
}

e2e("paths: a folder whose name is no UTF-8 is told, and not taken for the one above it", async (sandbox) => {
  sandbox.config(`actors.a.exec = "true"`);
  const inside = (...words: string[]) =>
    sandbox.run([
      "sh",
      "-c",
      `folder=$(printf 'caf\\351'); mkdir -p "$folder" && ln -sfn "$folder" link && cd "$folder" && exec "$@"`,
      "sh",
      ...SUPERVISE,
      ...words,
    ]).done;
  for (const words of [["check"], ["check", "supervise.toml"], ["up"]]) {
    const { code, stderr } = await inside(...words);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /program\/folder-not-utf8/);
  }
  sandbox.write("link/supervise.toml", `actors.b.exec = "true"`);
  const { code, stderr } = await sandbox.supervise("up", "link/supervise.toml");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /b: completed/);
});
