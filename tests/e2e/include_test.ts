/** A configuration in several files, as a user has it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { e2e } from "../harness/supervise.ts";

e2e("include: actors of all files run, each in the folder of its file", async (sandbox) => {
  sandbox.config(`
    include = ["conf.d/*.toml"]
    [actors.own]
    shell = "echo own in $PWD"
  `);
  const dir = realpathSync(sandbox.dir);
  sandbox.write("conf.d/10-a.toml", '[actors.a]\nexec = "./a.sh"\ndepends_on = ["own"]');
  sandbox.write(
    "conf.d/20-b.toml",
    'include = "more/c.toml"\n[actors.b]\nshell = "echo b says $SAYS"\nenv_file = "b.env"',
  );
  sandbox.write("conf.d/more/c.toml", '[actors.c]\nscript = "./c.ts"');
  sandbox.write("conf.d/more/c.ts", 'console.log("c is a script");');
  sandbox.write("conf.d/b.env", "SAYS=hello");
  sandbox.write("conf.d/a.sh", '#!/bin/sh\necho "a in $PWD"\n', 0o755);
  const { code, stdout } = await sandbox.supervise("up");
  assert.equal(code, 0, stdout);
  for (const said of [`own in ${dir}`, `a in ${dir}/conf.d`, "b says hello", "c is a script"]) {
    assert.match(stdout, new RegExp(`${said}$`, "m"));
  }
  const files = ["supervise.toml", "conf.d/10-a.toml", "conf.d/20-b.toml", "conf.d/more/c.toml"]
    .map((name) => `${dir}/${name}`);
  const plan = JSON.parse((await sandbox.supervise("plan", "--json")).stdout);
  assert.deepEqual(plan.files, files);
  assert.deepEqual(
    plan.spawns.map(({ path, file, cwd }: Record<string, string>) => [path, file, cwd]),
    [["own", files[0], dir], ["a", files[1], `${dir}/conf.d`], ["b", files[2], `${dir}/conf.d`], [
      "c",
      files[3],
      `${dir}/conf.d/more`,
    ]],
  );
  const checked = await sandbox.supervise("check");
  assert.equal(
    checked.stderr.trim(),
    [`ok: ${files[0]}`, ...files.slice(1).map((file) => `  with ${file}`)].join("\n"),
  );
});

e2e("include: problems are told with the file, line and text that they are in", async (sandbox) => {
  sandbox.config('include = ["conf.d/*.toml", "none.d/*.toml"]\n[actors.own]\nexec = "./not-there"');
  const dir = realpathSync(sandbox.dir);
  sandbox.write("conf.d/a.toml", '[actors.a]\nexec = "true"\n  cwd = "nowhere"\n');
  const warned = await sandbox.supervise("check");
  assert.equal(warned.code, 0);
  assert.match(warned.stderr, /3 \| {3}cwd = "nowhere"\n {2}\| {9}\^{9}/);
  assert.match(warned.stderr, /note: include "none\.d\/\*\.toml" matches no file/);
  sandbox.write("conf.d/b.toml", '\n[actors.b]\ncomand = "true"\n');
  const { code, stdout } = await sandbox.supervise("check", "--json");
  assert.equal(code, 5);
  const { problems, files } = JSON.parse(stdout);
  assert.deepEqual(
    problems.map(({ name, file, line, column }: Record<string, unknown>) => [name, file, line, column]),
    [["config/unknown-key", `${dir}/conf.d/b.toml`, 3, 1]],
  );
  assert.equal(files.length, 3);
  const { stderr } = await sandbox.supervise("up");
  assert.match(stderr, /--> .*\/conf\.d\/b\.toml:3:1\n {2}\|\n3 \| comand = "true"\n {2}\| \^{6}\n/);
});

e2e(
  "include: a pipe, a loop of links, a folder and a text that is none are told, and not waited for",
  async (sandbox) => {
    sandbox.config('include = ["d/*"]\n[actors.own]\nexec = "true"');
    sandbox.write("d/a-latin1", "");
    writeFileSync(`${sandbox.dir}/d/a-latin1`, Uint8Array.from([0x6e, 0x3d, 0xe9]));
    execFileSync("mkfifo", [`${sandbox.dir}/d/b-pipe`]);
    symlinkSync("c-loop", `${sandbox.dir}/d/c-loop`);
    symlinkSync("/dev/zero", `${sandbox.dir}/d/d-device`);
    sandbox.write("d/folder/x", "nothing that is read");
    const { code, stderr } = await sandbox.supervise("check");
    assert.equal(code, 5);
    for (
      const said of [
        "the byte 0xe9 is not UTF-8 here\n --> .*/d/a-latin1:1:3",
        'cannot read ".*/d/b-pipe": it is a pipe',
        'cannot read ".*/d/c-loop": it is a link to itself',
        'cannot read ".*/d/d-device": it is a device',
        "4 errors",
      ]
    ) assert.match(stderr, new RegExp(said));
    sandbox.config('include = "d/folder"\n[actors.own]\nexec = "true"');
    assert.match((await sandbox.supervise("check")).stderr, /cannot read ".*\/d\/folder": it is a folder/);
  },
);
