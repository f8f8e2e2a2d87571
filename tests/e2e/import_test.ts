/** Files of other tools come in by the command line: some run with stand-ins for their programs, and bad ones do nothing. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { freePort } from "../harness/ports.ts";
import { e2e, type Sandbox, SUPERVISE } from "../harness/supervise.ts";

const SHAPES = fileURLToPath(new URL("../formats/", import.meta.url));
/** A program that only stays. */
const STAND_IN = "#!/bin/sh\necho up: $0\nexec sleep infinity\n";
/** Absolute paths in a file; what they name is below the folder of the test instead. */
const PATHS = /(?<=^|[\s="':])\/(?=(?:usr|opt|home|srv|code|web|var|run)\/)/gm;

/** A file for each format, and the programs that are found by PATH. */
const RUNNING = [
  ["procfile/django", "Procfile", ["newrelic-admin", "celery"]],
  ["supervisord/desktop", "supervisord.conf", []],
  ["systemd/metrics", "metrics.service", []],
  ["circus/forum", "circus.ini", ["bundle"]],
  ["pm2/monorepo", "ecosystem.config.js", ["pnpm"]],
] as const;

for (const [shape, file, programs] of RUNNING) {
  e2e(`import: what ${shape} names runs, with stand-ins for its programs`, async (sandbox) => {
    const port = String(await freePort());
    for (const name of filesBelow(join(SHAPES, shape))) {
      const text = readFileSync(join(SHAPES, shape, name), "utf8");
      // The test needs neither root nor the users of a real machine.
      const here = text.replace(PATHS, `${sandbox.dir}/root/`).replaceAll("9001", port)
        .replace("LimitNOFILE=65000", "LimitNOFILE=512").replace(/^(?:user|uid|gid|User|Group) ?=.*$/gm, "");
      sandbox.write(name, here);
    }
    for (const program of programs) sandbox.write(`bin/${program}`, STAND_IN, 0o755);
    const imported = await sandbox.supervise("import", "-o", "supervise.toml", file);
    assert.equal(imported.code, 0, imported.stderr);
    const toml = sandbox.read("supervise.toml");
    const inRoot = new RegExp(`(?<=["' ])${sandbox.dir}/(root/[\\w./-]*s?bin/[\\w.-]+)`, "g");
    for (const [, name] of toml.matchAll(inRoot)) sandbox.write(name!, STAND_IN, 0o755);
    for (const [, folder] of toml.matchAll(/^cwd = "(?:\.\/|.*\/(?=root\/))(.+)"$/gm)) {
      sandbox.write(`${folder}/here`, "");
    }
    const env = { PATH: `${sandbox.dir}/bin:${process.env["PATH"]}` };
    const up = await sandbox.start(["up", "-d"], env).done;
    assert.equal(up.code, 0, `${toml}\n${up.stdout}${up.stderr}`);
    const { actors } = await sandbox.json("ps");
    assert.ok(actors.length > 0);
    for (const { path, state } of actors) assert.match(state, /^(?:running|ready)$/, `${path}\n${toml}`);
    assert.equal((await sandbox.supervise("down")).code, 0);
  });
}

function filesBelow(folder: string): readonly string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
    !/expected\.\w+$/.test(name) && statSync(join(folder, name)).isFile()
  );
}

e2e(
  "import: what is printed is a configuration, a file and a pipe are the same, and options of foreman count",
  async (sandbox) => {
    sandbox.write("Procfile", "web: sleep 1\nworker: sleep 2\nrelease: true\n");
    const printed = await sandbox.supervise("import", "-c", "web=2", "--port", "6000", "Procfile");
    assert.equal(printed.code, 0, printed.stderr);
    assert.match(printed.stdout, /^env = \{ PORT = "600\$\{replica\}" \}\n[^]*^replicas = 2$/m);
    assert.match(printed.stdout, /\[actors\.worker\]\n[^[]*^autostart = false$/m);
    assert.doesNotMatch(printed.stdout, /\[actors\.release\]\n[^[]*autostart/);
    assert.match(printed.stderr, /^changed 1: web -> /m);
    const piped = await shell(
      sandbox,
      "supervise import -q --from procfile - < Procfile | supervise check -f /dev/stdin && cat Procfile | supervise import --json --from procfile -",
    );
    assert.equal(piped.code, 0, piped.stderr);
    const { from, findings, problems } = JSON.parse(piped.stdout.slice(piped.stdout.indexOf("{")));
    assert.deepEqual([from, problems], ["procfile", []]);
    assert.deepEqual(Object.keys(findings[0]), ["file", "outcome", "line", "from", "to", "why", "hint"]);
    const wrong: [readonly string[], RegExp][] = [
      [["-c", "web=many"], /--formation: the formation has an item "web=many"/],
      [["--port", "70000"], /--port: there is no port 70000/],
      [["--from", "pm2", "--port", "1"], /--port is for a Procfile, and this is an ecosystem file of PM2/],
      [["--from", "supervisor"], /There is no format "supervisor", did you mean "supervisord"\?/],
    ];
    for (const [options, message] of wrong) {
      const done = await sandbox.supervise("import", ...options, "Procfile");
      assert.notEqual(done.code, 0);
      assert.match(done.stderr, message);
    }
  },
);

e2e("import: nothing is written over, unless it is to be", async (sandbox) => {
  sandbox.write("Procfile", "web: sleep 1\n");
  sandbox.config("# mine\n");
  const kept = await sandbox.supervise("import", "-o", "supervise.toml", "Procfile");
  assert.notEqual(kept.code, 0);
  assert.match(kept.stderr, /supervise\.toml.*\n.*--force/);
  assert.equal(sandbox.read("supervise.toml"), "# mine\n");
  const forced = await sandbox.supervise("import", "--force", "-o", "supervise.toml", "Procfile");
  assert.equal(forced.code, 0, forced.stderr);
  assert.match(sandbox.read("supervise.toml"), /\[actors\.web\]/);
});

/** Files that are not what they seem, and what is said of them. */
const BAD: readonly (readonly [name: string, text: string | Uint8Array, message: RegExp])[] = [
  [
    "supervisord.conf",
    utf16("[program:a]\ncommand=a\n"),
    /the file is UTF-16, and what is imported is UTF-8\nhint: .*iconv/,
  ],
  ["Procfile", new Uint8Array([119, 58, 32, 233, 10]), /Procfile:1: the byte 0xe9 is not UTF-8 here/],
  ["ecosystem.json", "a".repeat(17 * 1_024 * 1_024), /it is too large.*\nhint: .*at most 16MiB/],
  [
    "supervisord.conf",
    "DATABASE_URL=postgres://db/shop\n",
    /supervisord\.conf:1: .* stands before the first \[section\]/,
  ],
  ["supervisord.conf", "[unix_http_server]\nfile=/run/a.sock\n", /there is no \[program:\.\.\.\] in it/],
  ["supervisord.conf", "[program:a]\ncommand=sh -c 'a\n", /:2: .* has a ' without its partner/],
  ["supervisord.conf", "[program:a]\ncomma", /:2: "comma" is neither a \[section\] nor a key with a value/],
  [
    "supervisord.conf",
    "[program:a]\ncommand=a\nnumprocs=many\n",
    /:3: numprocs is "many"\nhint: write a whole number/,
  ],
  ["circus.ini", "[circus]\ninclude = circus.ini\n", /there is no \[watcher:\.\.\.\] in it/],
  ["a.service", "[Unit]\nDescription=half of i", /the service has no ExecStart/],
  ["a.service", '[Service]\nExecStart=/bin/sh -c "a\n', /a\.service:2: a " has no partner/],
  ["a.timer", "[Timer]\nOnCalendar=daily\n", /there is no service among the units/],
  ["ecosystem.config.js", "module.exports = { apps: [ { script: 'a',", /:1: it cannot be read/],
  ["ecosystem.config.js", "module.exports = { apps: [] };", /there are no apps with a script in it/],
  [
    "ecosystem.config.js",
    "for (;;) {}\nmodule.exports = { apps: [{ script: 'a' }] };",
    /:1: the code does not come to an end/,
  ],
  [
    "ecosystem.config.js",
    "module.exports = { apps: [{ script: 'a'.repeat(1e9) }] };",
    /:1: a text grows without an end/,
  ],
  [
    "ecosystem.config.js",
    "module.exports = { apps: [{ script: ''.constructor.constructor('return process')().exit(0) }] };",
    /asks for a part of what has none/,
  ],
  [
    "ecosystem.yml",
    `a: &a [x, x]\n${
      "bcdefghijk".replace(
        /./g,
        (name, at: number) => `${name}: &${name} [${`*${"abcdefghijk"[at]},`.repeat(9)}]\n`,
      )
    }apps: *k\n`,
    /ecosystem\.yml/,
  ],
  ["notes.txt", "web: a\n", /It is not known which tool ".*notes\.txt" is for\nhint: say so with --from/],
];

e2e("import: bad files are told by place and cause, and nothing comes of them", async (sandbox) => {
  for (const [name, text, message] of BAD) {
    const path = typeof text === "string" ? sandbox.write(name, text) : writeBytes(sandbox, name, text);
    const done = await sandbox.supervise("import", "-o", "out.toml", path);
    assert.equal(done.code, 5, `${name}: ${done.stdout}${done.stderr}`);
    assert.match(done.stderr, message, name);
    assert.ok(!existsSync(join(sandbox.dir, "out.toml")), name);
  }
});

e2e("import: an ecosystem file is read and not run", async (sandbox) => {
  sandbox.write(
    "ecosystem.config.js",
    `const { execSync } = require("child_process");
     execSync("touch ran");
     require("fs").writeFileSync("ran", "secret-word");
     process.env.TOKEN = "secret-word";
     module.exports = { apps: [{ name: "web", script: "web.js", env: { VERSION: execSync("touch ran") } }] };`,
  );
  const done = await sandbox.supervise("import", "ecosystem.config.js");
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /^exec = \["node", "web\.js"\]$/m);
  assert.match(done.stderr, /^lost {4}2: execSync\(\); nothing of the file is run$/m);
  assert.doesNotMatch(done.stdout + done.stderr, /secret-word/);
  assert.ok(!existsSync(join(sandbox.dir, "ran")));
});

e2e("import: files that include each other are read once", async (sandbox) => {
  sandbox.write("circus.ini", "[circus]\ninclude = more/*.ini\n[watcher:a]\ncmd = a\n");
  sandbox.write("more/b.ini", "[circus]\ninclude = ../circus.ini\n[watcher:b]\ncmd = b\n");
  const done = await sandbox.supervise("import", "circus.ini");
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(done.stdout.match(/^\[.*\]$/gm), ["[actors.a]", "[actors.b]"]);
});

e2e("import: the report that the docs show is the one that is printed", async (sandbox) => {
  const page = readFileSync(fileURLToPath(new URL("../../docs/importing.md", import.meta.url)), "utf8");
  const block = (head: string) => page.split(`\`\`\`${head}\n`)[1]!.split("```")[0]!;
  sandbox.write("Procfile", block("sh Procfile"));
  sandbox.write(".env", block("sh .env"));
  assert.equal((await sandbox.supervise("import", "Procfile")).stderr, block("text"));
});

function utf16(text: string): Uint8Array {
  const bytes = new Uint8Array(2 + 2 * text.length);
  bytes.set([0xff, 0xfe]);
  [...text].forEach((character, index) => bytes[2 + 2 * index] = character.charCodeAt(0));
  return bytes;
}

function writeBytes(sandbox: Sandbox, name: string, bytes: Uint8Array): string {
  const path = sandbox.write(name, "");
  writeFileSync(path, bytes);
  return path;
}

/** Runs a line of a shell in which `supervise` is what is under test. */
async function shell(sandbox: Sandbox, line: string) {
  const command = SUPERVISE.map((word) => `'${word}'`).join(" ");
  return await sandbox.run(["sh", "-c", `supervise() { ${command} "$@"; }\n${line}`]).done;
}
