/** One supervisor a tree, whoever starts it from wherever, and whatever the last one has left behind. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import process from "node:process";
import { rowOf } from "../harness/process_table.ts";
import { secondsOf } from "../harness/sleepers.ts";
import { type Sandbox, SUPERVISE, UNDER_TEST } from "../harness/supervise.ts";
import { pairOf } from "./pair.ts";
import { chosen, few, torture } from "./torture.ts";

/** How many start the same tree at once. */
const CROWD = few(20, 5);

function configure(sandbox: Sandbox): void {
  sandbox.config(pairOf(sandbox));
}

torture(
  `identity: of ${CROWD} that start a tree at once one does, and the others say so`,
  async (sandbox, promises) => {
    configure(sandbox);
    const all = await Promise.all(Array.from({ length: CROWD }, () => sandbox.supervise("up", "-d")));
    const won = all.filter(({ code }) => code === 0);
    assert.equal(won.length, 1, all.map(({ code, stderr }) => `${code} ${stderr}`).join("\n"));
    for (const { code, stderr } of all.filter((one) => one !== won[0])) {
      assert.equal(code, 1);
      assert.match(stderr, /error\[tree\/already-running\]: .*\(supervisor \d+\)/);
    }
    await promises.assertStanding();
    const downs = await Promise.all(Array.from({ length: CROWD }, () => sandbox.supervise("down")));
    assert.ok(downs.some(({ code, stdout }) => code === 0 && /0 left/.test(stdout)));
    for (const { code, stdout, stderr } of downs) {
      assert.ok(code === 0 || code === 3 || code === 6, `${code} ${stdout}${stderr}`);
    }
  },
);

torture("identity: other variables, folders and paths are the same tree", async (sandbox, promises) => {
  configure(sandbox);
  const [dir, config] = [sandbox.dir, `${sandbox.dir}/supervise.toml`];
  mkdirSync(`${dir}/elsewhere`);
  symlinkSync(dir, `${dir}/elsewhere/folder`);
  symlinkSync(config, `${dir}/elsewhere/link.toml`);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const { pid } = await promises.assertStanding();
  const others: readonly (readonly [Readonly<Record<string, string>>, readonly string[]])[] = [
    [{ XDG_STATE_HOME: `${dir}/other`, XDG_RUNTIME_DIR: `${dir}/other` }, []],
    [{ HOME: `${dir}/other`, TMPDIR: `${dir}/elsewhere` }, []],
    [{ SUPERVISE_TREE: "other", SUPERVISE_SOCKET: "/nowhere" }, [config]],
    [{}, [`${dir}/elsewhere/folder/supervise.toml`]],
    [{}, [`${dir}/elsewhere/link.toml`]],
    [{}, ["elsewhere/../elsewhere/folder/./supervise.toml"]],
  ];
  for (const [env, words] of chosen("identity", others, few(6, 2))) {
    const up = await sandbox.start(["up", "-d", ...words], env).done;
    assert.equal(up.code, 1, `${words}: ${up.stderr}`);
    assert.match(up.stderr, /already-running/);
  }
  // As cron would, or a service: without any environment, from the root folder.
  const bare = await sandbox.run([
    "env",
    "-i",
    "-C",
    "/",
    `E2E_MARK=${sandbox.mark}`,
    ...SUPERVISE,
    "up",
    "-d",
    config,
  ]).done;
  assert.match(bare.stderr, /already-running/);
  assert.equal((await promises.assertStanding()).pid, pid);
  const down = await sandbox.run(["env", "-i", "-C", "/", ...SUPERVISE, "down", "-f", config]).done;
  assert.match(down.stdout, /0 left/);
});

/** Only root can become another user, who cannot read the sources: this is a test of the binary. */
if (process.getuid!() === 0 && UNDER_TEST === "binary") {
  torture(
    "identity: another user's tree of the same file is another tree, and neither touches the other",
    async (sandbox, promises) => {
      configure(sandbox);
      const uid = 56_000 + process.pid % 1_000;
      chmodSync(sandbox.dir, 0o1777);
      mkdirSync(`${sandbox.dir}/home`);
      chownSync(`${sandbox.dir}/home`, uid, uid);
      const asUser = ["setpriv", "--reuid", `${uid}`, "--regid", `${uid}`, "--clear-groups", ...SUPERVISE];
      const env = { XDG_STATE_HOME: `${sandbox.dir}/home`, HOME: `${sandbox.dir}/home` };
      const theirs = (verb: string) => sandbox.run([...asUser, ...verb.split(" ")], env).done;
      try {
        // Both of them start the same actors, which see each other here.
        sandbox.config(`[actors.a]\nexec = "sleep ${secondsOf(sandbox)}1"\ndaemon = true`);
        assert.equal((await sandbox.supervise("up", "-d")).code, 0);
        assert.equal((await theirs("up -d")).code, 0);
        assert.equal((await theirs("up -d")).code, 1);
        const own = await promises.assertStanding();
        const other = JSON.parse((await theirs("ps --json")).stdout);
        assert.notEqual(other.pid, own.pid);
        assert.match((await theirs("down")).stdout, /0 left/);
        assert.ok(rowOf(own.pid) !== null);
        await promises.assertStanding();
        assert.match((await sandbox.supervise("down")).stdout, /0 left/);
      } finally {
        rmSync(`/tmp/supervise-${uid}`, { recursive: true, force: true });
      }
    },
    { needs: ["setpriv"] },
  );
}
