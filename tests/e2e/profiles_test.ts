/** Profiles, as a user of docker compose knows them. */
import assert from "node:assert/strict";
import process from "node:process";
import { readFileSync } from "node:fs";
import { e2e, type Sandbox } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

const TREE = `
  [actors.web]
  exec = "sleep 1000"
  daemon = true
  [actors.db]
  exec = "sleep 1000"
  daemon = true
  profiles = ["debug"]
  [actors.shell]
  exec = "sleep 1000"
  daemon = true
  profiles = ["debug"]
  depends_on = ["db"]
  [trees.tools]
  profiles = ["tools"]
  [trees.tools.actors.a]
  exec = "sleep 1000"
  daemon = true
`;

async function running(sandbox: Sandbox): Promise<string> {
  const { actors } = await sandbox.json("ps");
  return actors.filter(({ kind, state }: Record<string, string>) => kind !== "tree" && state === "running")
    .map(({ path }: Record<string, string>) => path).join(" ");
}

async function upAndDown(sandbox: Sandbox, args: readonly string[], env: Record<string, string> = {}) {
  const { code, stderr } = await sandbox.start(["up", "-d", ...args], env).done;
  assert.equal(code, 0, stderr);
  const paths = await running(sandbox);
  assert.equal((await sandbox.supervise("down")).code, 0);
  return paths;
}

e2e(
  "profiles: --profile and SUPERVISE_PROFILES say what starts, and --only makes the profiles of what it names active",
  async (sandbox) => {
    sandbox.config(TREE);
    const all = "web db shell tools/a";
    assert.equal(await upAndDown(sandbox, []), "web");
    assert.equal(await upAndDown(sandbox, ["--profile=debug,tools"]), all);
    assert.equal(await upAndDown(sandbox, [], { SUPERVISE_PROFILES: " debug , tools,," }), all);
    assert.equal(
      await upAndDown(sandbox, ["--profile", "tools"], { SUPERVISE_PROFILES: "debug" }),
      "web tools/a",
    );
    assert.equal(await upAndDown(sandbox, ["--only", "shell"]), "db shell");
  },
);

e2e("profiles: what is not started says why, and start starts it", async (sandbox) => {
  sandbox.config(TREE);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  for (
    const [path, reason] of [
      ["web", null],
      ["shell", 'profile "debug" is not active'],
      ["tools/a", 'profile "tools" is not active, which its tree "tools" is for'],
    ] as const
  ) {
    const row = await sandbox.row(path);
    assert.deepEqual([row.state, row.reason], [reason === null ? "running" : "inactive", reason]);
  }
  assert.match((await sandbox.supervise("ps")).stdout, /shell +inactive .*profile "debug" is not active/);
  const started = await sandbox.supervise("start", "shell", "tools/a");
  assert.equal(started.code, 0, started.stderr);
  assert.equal(await running(sandbox), "web db shell tools/a");
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e("profiles: check and plan know them, and tell of what cannot be", async (sandbox) => {
  sandbox.config(`${TREE}\n  [actors.wrong]\n  exec = "true"\n  depends_on = ["db"]\n`);
  for (const verb of ["check", "plan", "up"]) {
    const { code, stderr } = await sandbox.supervise(verb);
    assert.equal(code, 5);
    assert.match(
      stderr,
      /"db" is not started: it is for the profile "debug", which is not active\n {2}--> .*:22:17/,
    );
    assert.match(stderr, /hint: write --profile debug, or give "wrong" the same profile/);
  }
  const checked = await sandbox.supervise("check", "--profile", "debug,tols");
  assert.equal(checked.code, 0);
  assert.match(
    checked.stderr,
    /warning\[config\/unknown-profile\]: nothing has the profile "tols", did you mean "tools"\?/,
  );
  const plan = JSON.parse((await sandbox.supervise("plan", "--json", "--profile", "debug")).stdout);
  assert.deepEqual(plan.profiles, ["debug"]);
  assert.deepEqual(
    plan.spawns.map(({ path, autostart }: Record<string, unknown>) => `${path} ${autostart}`),
    ["web true", "db true", "shell true", "tools false", "tools/a true", "wrong true"],
  );
  for (const [args, env] of [[["--profile", "a b"], {}], [[], { SUPERVISE_PROFILES: "a b" }]] as const) {
    const { code, stderr } = await sandbox.start(["check", ...args], env).done;
    assert.equal(code, 2);
    assert.match(stderr, /has "a b", which cannot be the name of a profile/);
  }
});

e2e(
  "profiles: the next up goes on with those of a tree that has survived, unless it is told otherwise",
  async (sandbox) => {
    sandbox.config(`on_supervisor_death = "survive"\n${TREE}`);
    assert.equal((await sandbox.supervise("up", "-d", "--profile", "debug")).code, 0);
    const before = (await sandbox.row("shell")).pid;
    for (
      const [args, env, paths] of [
        [[], {}, "web db shell"],
        [[], { SUPERVISE_PROFILES: "debug,tools" }, "web db shell tools/a"],
        [[], {}, "web db shell tools/a"],
      ] as const
    ) {
      await killSupervisor(sandbox);
      const { code, stderr } = await sandbox.start(["up", "-d", ...args], env).done;
      assert.equal(code, 0, stderr);
      assert.equal(await running(sandbox), paths);
      assert.equal((await sandbox.row("shell")).pid, before);
    }
    await killSupervisor(sandbox);
    assert.equal((await sandbox.supervise("down")).code, 0);
    assert.equal(await upAndDown(sandbox, []), "web");
  },
);

async function killSupervisor(sandbox: Sandbox): Promise<void> {
  const { pid } = await sandbox.json("ps");
  process.kill(pid, "SIGKILL");
  await until("the supervisor is dead", () => !isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
