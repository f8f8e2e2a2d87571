/**
 * `install` and `uninstall` beside service managers of the test's own, which write down what they are asked: the real ones
 * would change the machine. Units themselves are held to the real systemd in `tests/formats`.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import process from "node:process";
import { e2e, type Sandbox } from "../harness/supervise.ts";

const UNITS = "config/systemd/user";
const FILE = 'name = "shop"\n[actors.web]\nexec = "sleep 1000"\ndaemon = true\n';

/** Writes a program that notes its arguments, and ends with 1 where they match `fails`. */
function standIn(sandbox: Sandbox, name: string, fails = ""): void {
  const failing = fails === "" ? "" : `case "$*" in *${fails}*) exit 1 ;; esac\n`;
  sandbox.write(
    `bin/${name}`,
    `#!/bin/sh\necho "${name} $* in $XDG_RUNTIME_DIR" >> '${sandbox.dir}/asked'\n${failing}`,
    0o755,
  );
}

/** Runs a command whose managers are those of the sandbox. */
function run(sandbox: Sandbox, ...args: readonly string[]) {
  return sandbox.start(args, {
    PATH: `${sandbox.dir}/bin:${process.env["PATH"]}`,
    HOME: sandbox.dir,
    XDG_CONFIG_HOME: `${sandbox.dir}/config`,
    XDG_RUNTIME_DIR: "/run/user/of-test",
  }).done;
}

function asked(sandbox: Sandbox): readonly string[] {
  const lines = sandbox.read("asked").trimEnd().split("\n");
  sandbox.write("asked", "");
  return lines.map((line) => line.replace(" in /run/user/of-test", ""));
}

e2e(
  "install: the unit is written, enabled and started, and uninstall leaves no trace of it",
  async (sandbox) => {
    standIn(sandbox, "systemctl");
    standIn(sandbox, "loginctl");
    sandbox.config(FILE);
    const uid = process.getuid!();
    const installed = await run(sandbox, "install", "systemd", "--user", "--now", "--linger");
    assert.equal(installed.code, 0, installed.stderr);
    assert.deepEqual(asked(sandbox), [
      `loginctl enable-linger ${uid}`,
      "systemctl --user show --property=Version",
      "systemctl --user daemon-reload",
      "systemctl --user enable --now shop.service",
    ]);
    const unit = sandbox.read(`${UNITS}/shop.service`);
    assert.match(unit, new RegExp(`^ExecStart=.* up ${sandbox.dir}/supervise\\.toml$`, "m"));
    assert.match(unit, /^Type=notify$/m);
    assert.match(unit, /^Delegate=yes$/m);
    assert.match(unit, /^WantedBy=default\.target$/m);
    assert.match(unit, new RegExp(`^Environment=.*PATH=${sandbox.dir}/bin:`, "m"));
    const again = await run(sandbox, "install", "systemd", "--user");
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stderr, /`systemctl --user start shop\.service` starts it now/);
    asked(sandbox);
    const removed = await run(sandbox, "uninstall", "systemd", "--user", "--linger");
    assert.equal(removed.code, 0, removed.stderr);
    assert.deepEqual(asked(sandbox), [
      "systemctl --user disable --now shop.service",
      "systemctl --user daemon-reload",
      "systemctl --user reset-failed shop.service",
      `loginctl disable-linger ${uid}`,
    ]);
    assert.deepEqual(readdirSync(`${sandbox.dir}/config`), []);
  },
);

e2e("install: a manager that does not answer is told of before anything is written", async (sandbox) => {
  standIn(sandbox, "systemctl", "Version");
  sandbox.config(FILE);
  const { code, stderr } = await run(sandbox, "install", "systemd", "--user", "--now");
  assert.equal(code, 1);
  assert.match(
    stderr,
    /error\[install\/no-manager\]: The systemd of this user does not answer\nhint: .*linger/,
  );
  assert.ok(!existsSync(`${sandbox.dir}/config`));
});

e2e("install: a tree that does not start keeps its unit, for a look at it", async (sandbox) => {
  standIn(sandbox, "systemctl", "--now");
  sandbox.config(FILE);
  const { code, stderr } = await run(sandbox, "install", "systemd", "--user", "--now");
  assert.equal(code, 1);
  assert.match(
    stderr,
    /install\/manager-failed\]: `systemctl --user enable --now shop\.service` has ended with exit code 1/,
  );
  assert.ok(existsSync(`${sandbox.dir}/${UNITS}/shop.service`));
  const stuck = await run(sandbox, "uninstall", "systemd", "--user");
  assert.match(stuck.stderr, /nothing was removed; --force removes it/);
  assert.ok(existsSync(`${sandbox.dir}/${UNITS}/shop.service`));
  assert.equal((await run(sandbox, "uninstall", "systemd", "--user", "--force")).code, 0);
  assert.ok(!existsSync(`${sandbox.dir}/${UNITS}`));
});

e2e(
  "install: what is another's is not written over, and a file that is gone can be uninstalled",
  async (sandbox) => {
    standIn(sandbox, "systemctl");
    sandbox.config(FILE);
    const path = sandbox.write(`${UNITS}/shop.service`, "[Service]\nExecStart=/bin/true\n");
    const refused = await run(sandbox, "install", "systemd", "--user");
    assert.match(refused.stderr, /install\/not-ours\]: "[^"]*shop\.service" is there already/);
    assert.match(sandbox.read(`${UNITS}/shop.service`), /true/);
    const none = await run(sandbox, "uninstall", "systemd", "--user");
    assert.equal(none.code, 4, none.stderr);
    assert.equal((await run(sandbox, "install", "systemd", "--user", "--force")).code, 0);
    await sandbox.run(["rm", "supervise.toml"]).done;
    const removed = await run(sandbox, "uninstall", "systemd", "supervise.toml", "--user", "--json");
    assert.deepEqual(JSON.parse(removed.stdout), { ok: true, removed: [path], found: [path] });
    assert.ok(!existsSync(path));
  },
);

e2e("install: --print shows the unit and does nothing", async (sandbox) => {
  standIn(sandbox, "systemctl");
  standIn(sandbox, "launchctl");
  sandbox.config(FILE);
  const unit = await run(sandbox, "install", "systemd", "--system", "--print");
  assert.match(unit.stdout, /^WantedBy=multi-user\.target$/m);
  assert.match(unit.stderr, /this would be \/etc\/systemd\/system\/shop\.service/);
  const list = await run(sandbox, "install", "launchd", "--user", "--print", "--json");
  const { path, text, commands } = JSON.parse(list.stdout);
  assert.equal(path, `${sandbox.dir}/Library/LaunchAgents/supervise.shop.plist`);
  assert.match(text, /<key>ProgramArguments<\/key>/);
  assert.deepEqual(commands, []);
  assert.ok(!existsSync(`${sandbox.dir}/asked`));
});

e2e("install: launchd gets a property list, and is told to forget it", async (sandbox) => {
  standIn(sandbox, "launchctl");
  sandbox.config(FILE);
  const domain = `gui/${process.getuid!()}`;
  const path = `${sandbox.dir}/Library/LaunchAgents/supervise.shop.plist`;
  const installed = await run(sandbox, "install", "launchd", "--user", "--now");
  assert.equal(installed.code, 0, installed.stderr);
  assert.deepEqual(asked(sandbox), ["launchctl managername", `launchctl bootstrap ${domain} ${path}`]);
  assert.equal((await run(sandbox, "uninstall", "launchd", "--user")).code, 0);
  assert.deepEqual(asked(sandbox), [`launchctl bootout ${domain}/supervise.shop`]);
  assert.ok(!existsSync(path));
});
