import assert from "node:assert/strict";
import { type ProblemName, PROBLEMS } from "../../lib/base/problem_names.ts";
import { decodeText } from "../../lib/config/text/decode_text.ts";
import { test } from "../harness/test.ts";
import { compileText } from "./compiling.ts";

const NESTED_LISTS = `x = ${"[".repeat(50)}${"]".repeat(50)}`;

/** A file that has each problem. */
const PRODUCERS: Readonly<Record<ProblemName, string>> = {
  "config/syntax": "exec = postgres",
  "config/bad-encoding": "name = 'caf\xe9'",
  "config/duplicate-key": "name = 'a'\nname = 'b'",
  "config/too-deep": NESTED_LISTS,
  "config/empty": "",
  "config/module-dies": "on_supervisor_death = 'survive'\n[actors.a]\nmodule = './a.ts'",
  "config/unknown-key": "[actors.a]\ncomand = 'x'",
  "config/not-supported-yet": "[actors.a]\npty = true",
  "config/wrong-type": "[actors.a]\ndaemon = 'true'",
  "config/out-of-range": "concurrency = 0",
  "config/bad-value": "strategy = 'all'",
  "config/bad-duration": "shutdown = 5",
  "config/bad-signal": "[actors.a]\nstop = { signal = 'SIGTREM' }",
  "config/bad-address": "[actors.a]\nready = { tcp = 'localhost' }",
  "config/bad-url": "[actors.a]\nready = { http = 'localhost' }",
  "config/bad-schedule": "[actors.a]\nschedule = 'daily'",
  "config/bad-timezone": "[actors.a]\ntimezone = 'Berlin'",
  "config/schedule-conflict": "[actors.a]\nexec = 'x'\noverlap = 'skip'",
  "config/bad-pattern": "[actors.a]\nready = { log = '(' }",
  "config/bad-name": "[actors.'a b']\nexec = 'x'",
  "config/duplicate-name": "[actors.a]\nexec = 'x'\n[trees.a]",
  "config/nul-character": '[actors.a]\nexec = "a\\u0000b"',
  "config/bad-interpolation": "name = '${env:}'",
  "config/unset-variable": "name = '${env:NAME}'",
  "config/reserved-variable": "env = { SUPERVISE_TREE = 'x' }",
  "config/env-file-missing": "env_file = '.env'",
  "config/bad-env-file": "env_file = 'bad.env'",
  "config/include-missing": "include = 'more.toml'",
  "config/include-cycle": "include = 'cycle.toml'",
  "config/included-twice": "include = ['one.toml', 'two.toml']",
  "config/too-many-files": "include = 'many/*'",
  "config/missing-command": "[actors.a]\ndaemon = true",
  "config/two-commands": "[actors.a]\nexec = 'x'\nshell = 'x'",
  "config/only-for-modules": "[actors.a]\nexec = 'x'\nparams = 1",
  "config/not-for-modules": "[actors.a]\nmodule = 'a.ts'\nuser = 'nobody'",
  "config/empty-command": "[actors.a]\nexec = []",
  "config/unbalanced-quote": `[actors.a]\nexec = "echo 'x"`,
  "config/shell-syntax": "[actors.a]\nexec = 'a | b'",
  "config/variable-in-exec": "[actors.a]\nexec = 'echo $HOME'",
  "config/bad-probe": "[actors.a]\nexec = 'x'\nready = {}",
  "config/never-ready": "[actors.a]\nexec = 'x'\nready = { delay = '1m' }",
  "config/never-healthy": "[actors.a]\nexec = 'x'\n[actors.b]\nexec = 'x'\ndepends_on = { a = 'healthy' }",
  "config/unknown-dependency": "[actors.a]\nexec = 'x'\ndepends_on = ['db']",
  "config/inactive-dependency":
    "[actors.a]\nexec = 'x'\nprofiles = ['p']\n[actors.b]\nexec = 'x'\ndepends_on = ['a']",
  "config/unknown-profile": "[actors.a]\nexec = 'x'",
  "config/cycle": "[actors.a]\nexec = 'x'\ndepends_on = ['a']",
  "config/never-completes":
    "[actors.a]\nexec = 'x'\ndaemon = true\n[actors.b]\nexec = 'x'\ndepends_on = { a = 'exited' }",
  "config/intensity-without-effect":
    "on_failure = 'escalate'\n[actors.a]\nexec = 'x'\ndaemon = true\nintensity = 'unlimited'",
  "config/significant-never-ends":
    "on_failure = 'stop'\n[actors.a]\nexec = 'x'\ndaemon = true\nsignificant = true",
  "config/fixed-port": "[actors.a]\nexec = 'x'\nreplicas = 2\nready = { tcp = '80' }",
  "config/bad-socket": "[actors.a]\nexec = 'x'\nsockets = ['8080']",
  "config/duplicate-log":
    "[actors.a]\nexec = 'x'\nlog.file = 'x.log'\n[actors.b]\nexec = 'x'\nlog.file = 'x.log'",
  "config/format-without-file": "[actors.a]\nexec = 'x'\nlog.format = 'json'",
  "config/duplicate-socket":
    "[actors.a]\nexec = 'x'\nsockets = ['unix:///x']\n[actors.b]\nexec = 'x'\nsockets = ['unix:///x']",
  "config/ready-own-socket":
    "[actors.a]\nexec = 'x'\nsockets = ['tcp://127.0.0.1:80']\nready = { tcp = '80' }",
  "config/grace-exceeds-shutdown": "shutdown = '5s'\n[actors.a]\nexec = 'x'\nstop = { grace = '6s' }",
  "config/debug-on": "[actors.a]\nmodule = 'a.ts'\ndebug = true",
  "config/shell-word": "[actors.a]\nexec = 'cd x'",
  "config/self-daemonising": "[actors.a]\nexec = 'nginx'",
};

const FILES: Readonly<Record<string, string>> = {
  "/srv/shop/bad.env": "no assignment",
  "/srv/shop/cycle.toml": "include = 'cycle.toml'",
  "/srv/shop/one.toml": "include = 'three.toml'",
  "/srv/shop/two.toml": "include = 'three.toml'",
  "/srv/shop/three.toml": "",
  ...Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`/srv/shop/many/${n}`, ""])),
};

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

test("problem names: each stands for a problem that a file can have, with the severity of the table", () => {
  for (const [name, text] of Object.entries(PRODUCERS)) {
    const { plan, problems } = name === "config/bad-encoding"
      ? { plan: null, problems: [decodeText("x.toml", latin1(text)).problem!] }
      : compileText(text, { files: FILES, profiles: name === "config/unknown-profile" ? ["p"] : [] });
    const found = problems.find((problem) => problem.name === name);
    assert.ok(found !== undefined, `${name}: ${JSON.stringify(problems)}`);
    assert.equal(found.severity, PROBLEMS[name as ProblemName].severity, name);
    if (found.severity === "warning") assert.ok(plan !== null, name);
  }
});

test("problem names: each is explained in one sentence", () => {
  for (const [name, { doc }] of Object.entries(PROBLEMS)) {
    assert.match(name, /^config\/[a-z]+(-[a-z]+)*$/);
    assert.match(doc, /^[A-Z][^]*\.$/, name);
  }
});
