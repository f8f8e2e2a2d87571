/** `export` as its users meet it, and what it writes in the hands of the tools themselves. */
import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { e2e, type Sandbox } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

const SHOP = `name = "shop"
[actors.db]
exec = "sleep 1000"
daemon = true
env = { API_TOKEN = "s3cr3t" }
[actors.web]
exec = "sleep 1001"
daemon = true
depends_on = ["db"]
`;

e2e("export: files go to the output, the report to stderr, and nothing is written over", async (sandbox) => {
  sandbox.config(SHOP);
  const printed = await sandbox.supervise("export", "systemd");
  assert.equal(printed.code, 0, printed.stderr);
  assert.match(printed.stdout, /^\[Unit\]$/m);
  assert.match(printed.stderr, /^kept +every key -> the unit/m);
  const written = await sandbox.supervise("export", "systemd", "--per", "actor", "-o", "units");
  assert.equal(written.code, 0, written.stderr);
  assert.equal(written.stdout, "");
  assert.match(sandbox.read("units/shop-web.service"), /^Requires=shop-db\.service$/m);
  assert.doesNotMatch(sandbox.read("units/shop-db.service"), /s3cr3t/);
  assert.match(
    written.stderr,
    /^changed 5: actors\.db env\.API_TOKEN -> EnvironmentFile=.*\n +hint: write API_TOKEN=/m,
  );
  sandbox.write("units/shop-web.service", "mine");
  await sandbox.run(["rm", "units/shop-db.service"]).done;
  const refused = await sandbox.supervise("export", "systemd", "--per", "actor", "-o", "units");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /file\/exists\].*was left as it is\nhint: .*--force/);
  assert.equal(sandbox.read("units/shop-web.service"), "mine");
  assert.ok(!existsSync(`${sandbox.dir}/units/shop-db.service`), "all of them, or none");
  assert.equal(
    (await sandbox.supervise("export", "systemd", "--per", "actor", "-o", "units", "--force")).code,
    0,
  );
  assert.match(sandbox.read("units/shop-web.service"), /^ExecStart=/m);
});

e2e(
  "export: --json has files and findings, and a file with a secret is its owner's alone",
  async (sandbox) => {
    sandbox.config(SHOP);
    const { format, per, files, secret, findings, output } = await sandbox.json(
      "export",
      "compose",
      "--image",
      "shop",
    );
    assert.deepEqual([format, per, output, secret], ["compose", "actor", null, []]);
    assert.deepEqual(files.map(({ name }: { readonly name: string }) => name), ["compose.yaml"]);
    const token = findings.find(({ from }: { readonly from: string }) => from.endsWith("API_TOKEN"));
    assert.deepEqual([token.outcome, token.line], ["changed", 5]);
    const held = await sandbox.supervise("export", "kubernetes", "--image", "shop", "-o", "shop.yaml");
    assert.match(
      held.stderr,
      /shop\.yaml: a command or a value in it looks secret; nobody but you may read it/,
    );
    assert.equal(statSync(`${sandbox.dir}/shop.yaml`).mode & 0o777, 0o600);
    const none = await sandbox.supervise("export", "compose");
    assert.equal(none.code, 2);
    assert.match(none.stderr, /export\/no-image\].*\nhint: write --image NAME/);
    const unknown = await sandbox.supervise("export", "system");
    assert.match(
      unknown.stderr,
      /export\/unknown-format\]: There is no format "system", did you mean "systemd"\?/,
    );
  },
);

/** What a program is given, as it says itself, once it was started. */
async function said(sandbox: Sandbox, name: string): Promise<string> {
  await until(`${name} is written`, () => existsSync(`${sandbox.dir}/${name}`));
  return sandbox.read(name);
}

/** Words that shells and files of other tools take for something else. */
const WORDS = [
  "a b",
  "a;b",
  ";",
  "# no comment",
  "no # comment",
  "no ; comment",
  "100%",
  "%(here)s",
  "$HOME",
  "q'q",
  'd"d',
  "back\\slash",
  "*",
  "",
];

/** An actor that writes its words and a variable down, one a line, and goes on. */
const SAYING = (name: string) =>
  `[actors.${name}]
exec = ${
    JSON.stringify([
      "/bin/sh",
      "-c",
      `printf '%s\n' "$@" "$ODD" > ${name}.new; mv ${name}.new ${name}.said; exec sleep 1000`,
      "sh",
      ...WORDS,
    ])
  }
daemon = true
env = { ODD = "50% of $HOME;#a, \\"b\\"." }
`;
const HEARD = [...WORDS, '50% of $HOME;#a, "b".', ""].join("\n");

e2e("export supervisord: its programs get the words and variables of the file", async (sandbox) => {
  sandbox.config(
    `name = "shop"\n${SAYING("one")}${SAYING("two")}[actors.hand]\nexec = "true"\nautostart = false\n`,
  );
  const exported = await sandbox.supervise("export", "supervisord", "-o", "programs/");
  assert.equal(exported.code, 0, exported.stderr);
  sandbox.write(
    "supervisord.conf",
    `[supervisord]
nodaemon=true
user=root
logfile=${sandbox.dir}/supervisord.log
pidfile=${sandbox.dir}/supervisord.pid
childlogdir=${sandbox.dir}
[include]
files=programs/*.conf
`,
  );
  const tool = sandbox.run(["supervisord", "-c", "supervisord.conf"]);
  assert.equal(await said(sandbox, "one.said"), HEARD);
  assert.equal(await said(sandbox, "two.said"), HEARD);
  assert.doesNotMatch(sandbox.read("supervisord.log"), /spawned: 'hand'/);
  tool.kill("SIGTERM");
  await tool.done;
}, ["supervisord"]);

e2e("export procfile: a shell gives its commands the words and variables of the file", async (sandbox) => {
  sandbox.config(`name = "shop"\n${SAYING("one")}`);
  const { stdout } = await sandbox.supervise("export", "procfile");
  const [, line] = /^one: (.*)\n$/.exec(stdout) ?? assert.fail(stdout);
  const tool = sandbox.run(["sh", "-c", line!]);
  assert.equal(await said(sandbox, "one.said"), HEARD);
  tool.kill("SIGTERM");
  assert.equal((await tool.done).signal, "SIGTERM", "the program is what the signal goes to");
});
