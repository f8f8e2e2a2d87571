/** Secrets of a file, in every key that takes text: none of them is in anything that supervise says or keeps. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../harness/ports.ts";
import { e2e, type Sandbox } from "../harness/supervise.ts";

/** One that a URL gives away, and one that is known by the name of its variable. */
const IN_URL = "hunter2-of-the-url";
const NAMED = "s3cr3t-of-the-variable";
const URL = `http://user:${IN_URL}@127.0.0.1`;

/** Every file that a tree keeps, but for what its actors print. */
function keptIn(folder: string): readonly (readonly [string, string])[] {
  return readdirSync(folder, { recursive: true }).flatMap((name) => {
    const path = join(folder, String(name));
    return statSync(path).isFile() ? [[path, readFileSync(path, "utf8")] as const] : [];
  });
}

async function assertKept(sandbox: Sandbox, commands: readonly (readonly string[])[]): Promise<void> {
  const said: (readonly [string, string])[] = [];
  for (const command of commands) {
    for (const args of [command, [...command, "--json"]]) {
      const { stdout, stderr } = await sandbox.supervise(...args);
      said.push([args.join(" "), stdout + stderr]);
    }
  }
  for (const [where, text] of [...said, ...keptIn(join(sandbox.dir, "state"))]) {
    for (const secret of [IN_URL, NAMED]) {
      assert.ok(!text.includes(secret), `${where} tells ${secret}: ${text}`);
    }
  }
  assert.ok(said.some(([, text]) => text.includes("***")), "nothing was masked");
}

const VERBS = [["ps"], ["status"], ["events"], ["plan"], ["check"], ["logs", "--all"]];

e2e("secrets: reasons of probes, commands, starts and limits are told without them", async (sandbox) => {
  const port = await freePort();
  const env = `env = { API_TOKEN = "${NAMED}", DB = "${URL}/db" }`;
  sandbox.config(`
    strategy = "one_for_one"
    intensity = { restarts = 0, within = "10s" }
    [actors.http]
    exec = ["sleep", "60", ]
    daemon = true
    restart = "never"
    ready = { http = "http://user:${IN_URL}@127.0.0.1:${port}/${NAMED}?token=${IN_URL}", timeout = "300ms" }
    ${env}
    [actors.probe]
    exec = "sleep 60"
    daemon = true
    restart = "never"
    ready = { exec = ["false", "${NAMED}", "${URL}"], timeout = "300ms" }
    stop = { command = ["/nowhere/${NAMED}", "${URL}"] }
    ${env}
    [actors.file]
    exec = "sleep 60"
    daemon = true
    restart = "never"
    ready = { file = "/nowhere/${NAMED}", timeout = "300ms" }
    ${env}
    [actors.log]
    exec = "sleep 60"
    daemon = true
    restart = "never"
    ready = { log = "${NAMED}", timeout = "300ms" }
    ${env}
    [actors.argv]
    exec = ["/nowhere/${NAMED}", "${URL}"]
    restart = "never"
    ${env}
    [actors.cwd]
    exec = ["true", "${NAMED}", "${URL}"]
    cwd = "/nowhere/${NAMED}"
    restart = "never"
    ${env}
    [actors.stdin]
    exec = ["true"]
    stdin = "/nowhere/${NAMED}"
    restart = "never"
    ${env}
    [actors.who]
    exec = ["true"]
    user = "${"nobody-" + NAMED.slice(0, 6)}"
    restart = "never"
    ${env}
    [actors.module]
    module = "./nowhere.ts"
    params = { password = "${NAMED}", url = "${URL}" }
    restart = "never"
    [actors.keeper]
    exec = "sleep 60"
    daemon = true
  `);
  const up = sandbox.start(["up", "-d"]);
  const { stdout, stderr } = await up.done;
  for (const secret of [IN_URL, NAMED]) {
    assert.ok(!(stdout + stderr).includes(secret), `up: ${stdout}${stderr}`);
  }
  await assertKept(sandbox, VERBS);
  const down = await sandbox.supervise("down", "--json");
  assert.ok(!(down.stdout + down.stderr).includes(NAMED), down.stdout + down.stderr);
  await assertKept(sandbox, [["events"], ["plan"]]);
});

e2e(
  "secrets: what is wrong with a file is shown without them, and each underline stays where it was",
  async (sandbox) => {
    sandbox.config(`
    [actors.a]
    exec = "true"
    ready = { http = "htp://user:${IN_URL}@h" }
    env = { API_TOKEN = "${NAMED}", 1x = 2 }
    [actors.b]
    exec = "true"
    env = { API_TOKEN = "${NAMED}", X = [1] }
  `);
    for (const args of [["check"], ["check", "--json"], ["up"], ["up", "-d", "--json"], ["plan"]]) {
      const { stdout, stderr, code } = await sandbox.supervise(...args);
      assert.notEqual(code, 0);
      for (const secret of [IN_URL, NAMED]) {
        assert.ok(!(stdout + stderr).includes(secret), `${args.join(" ")}: ${stdout}${stderr}`);
      }
    }
  },
);
