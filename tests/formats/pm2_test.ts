/** Code of ecosystem files: values that it computes are known, and everything else is refused or reported, never run. */
import assert from "node:assert/strict";
import { importer } from "../../lib/formats/pm2/import_pm2.ts";
import { test } from "../harness/test.ts";
import { importText } from "./importing.ts";

const FILE = "ecosystem.config.js";
const APPS = 'module.exports = { apps: [{ name: "a", script: "a.js" }] };';

test("pm2: code that only computes values is read", async () => {
  const cases: readonly (readonly [code: string, expected: RegExp])[] = [
    ['export default [{ script: "a.js" }];', /exec = \["node", "a\.js"\]/],
    ['exports.apps = [{ script: "a.js" }];', /exec = \["node", "a\.js"\]/],
    [
      'const { join } = require("path"); module.exports = { apps: [{ script: join(__dirname, "x", "..", "a.js") }] };',
      /"\$\{dir\}\/a\.js"/,
    ],
    [
      'module.exports = { apps: [1, 2].map((n) => ({ name: `a${n}`, script: "a.js", env: { PORT: 3000 + n } })) };',
      /\[actors\.a2\][^]*PORT = "3002"/,
    ],
    [
      'let port = 1; for (let i = 0; i < 3; i++) port += 333; module.exports = { apps: [{ script: "a.js", env: { port } }] };',
      /port = "1000"/,
    ],
    [
      'module.exports = { apps: [{ script: "a.js", env: { A: process.env.A || "x", B: "${dir}" } }] };',
      /A = "\$\{env:A:-x\}", B = "\$\$\{dir\}"/,
    ],
  ];
  for (const [code, expected] of cases) {
    assert.match((await importText(importer, FILE, code)).toml, expected, code);
  }
});

test("pm2: calls to the machine are not made, and their values are reported without what is in them", async () => {
  const { toml, told } = await importText(
    importer,
    FILE,
    `const { execSync } = require("child_process");
execSync("echo secret-word");
const fs = require("fs");
fs.writeFileSync("a", "secret-word");
process.env.TOKEN = "secret-word";
module.exports = { apps: [{ name: "a", script: "a.js", env: { V: execSync("git describe").toString() } }] };`,
  );
  assert.doesNotMatch(toml + told.join(), /secret-word/);
  assert.deepEqual(told.filter((line) => line.startsWith("lost")), [
    "lost 2 execSync(): nothing of the file is run",
    "lost 4 fs.writeFileSync(): nothing of the file is run",
    "lost 5 process.env.TOKEN: nothing of the file is run",
  ]);
  assert.match(told.join("\n"), /changed 6 a env: the values of V are not known here/);
});

test("pm2: code that does more than a configuration needs is refused by its line", async () => {
  const cases: readonly (readonly [code: string, message: RegExp])[] = [
    [`while (true) {}\n${APPS}`, /:1: .* is more than a configuration needs/],
    [`for (;;) {}\n${APPS}`, /:1: the code does not come to an end/],
    [`const f = () => f();\nf();\n${APPS}`, /:1: functions call each other without an end/],
    [`let s = "a";\nfor (let i = 0; i < 100; i++) s += s;\n${APPS}`, /:2: a text grows without an end/],
    [`module.exports = { apps: [{ script: "a".repeat(1e9) }] };`, /:1: a text grows without an end/],
    [
      `module.exports = { apps: [{ script: ({}).constructor.constructor("return 1")() }] };`,
      /:1: .* asks for a part of what has none/,
    ],
    [`Object.prototype.a = 1;\n${APPS}`, /:1: a part is set of what has none/],
    [`eval("1");\n${APPS}`, /:1: "eval" is not known/],
    [`import("fs");\n${APPS}`, /:1: .* is more than a configuration needs/],
    [`module.exports = async () => ({ apps: [] });`, /:1: a function that waits/],
    [
      `module.exports = { apps: Array.from({ length: 1e9 }, (_, i) => ({ script: "a" + i })) };`,
      /more than 2,000 processes/,
    ],
    [
      `module.exports = { apps: [{ script: /(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!") ? "x" : "y" }] };`,
      /:1: .* would have to be known/,
    ],
    [`${"[".repeat(100_000)}`, /cannot be read|nested too deeply/],
  ];
  for (const [code, message] of cases) {
    await assert.rejects(
      importText(importer, FILE, code),
      { code: "import/not-readable", message },
      code.slice(0, 80),
    );
  }
});

test("pm2: copies of a cluster are one process, because they would meet at their port", async () => {
  const code =
    'module.exports = { apps: [{ name: "a", script: "a.js", instances: 4, exec_mode: "cluster", env: { PORT: 3000 } }] };';
  const { toml, told } = await importText(importer, FILE, code);
  assert.doesNotMatch(toml, /replicas/);
  assert.ok(
    told.includes("changed 1 a instances: copies cannot share a port as in a cluster of PM2"),
    told.join("\n"),
  );
});
