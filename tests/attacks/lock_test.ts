/** The lock of a tree: whom it is believed of, who can reach it, and what becomes of it when its file is removed. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { runFolderOf, treeIdOf } from "../harness/run_folder.ts";
import { e2e, type Sandbox, SUPERVISE } from "../harness/supervise.ts";
import { attack } from "./attack.ts";

const SERVER = '[actors.server]\nexec = ["sleep", "1000"]\ndaemon = true\n';

const fileOf = (sandbox: Sandbox) => `${sandbox.dir}/supervise.toml`;

const supervisorOf = async (sandbox: Sandbox): Promise<number> =>
  (await sandbox.json("ls")).find((one: { file: string }) => one.file === fileOf(sandbox)).pid;

/** Since when a process runs, as the kernel counts. */
const startTimeOf = (pid: number) =>
  Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")[19]);

/** Processes that have a file open whose path ends so. */
function holdersOf(end: string): readonly number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`).includes(end));
    } catch {
      return false;
    }
  });
}

async function up(sandbox: Sandbox): Promise<void> {
  const done = await sandbox.supervise("up", "-d");
  assert.equal(done.code, 0, done.stderr);
}

async function down(sandbox: Sandbox, ...options: readonly string[]): Promise<void> {
  assert.equal((await sandbox.json("down", ...options)).left, 0);
}

async function assertRunning(sandbox: Sandbox): Promise<void> {
  const again = await sandbox.supervise("up", "-d");
  assert.deepEqual([again.code, /tree\/already-running/.test(again.stderr)], [1, true], again.stderr);
}

attack(
  "lock: a name in the kernel that another user has bound first holds nobody up",
  async (sandbox, { stranger }) => {
    sandbox.config(SERVER);
    const name = `supervise/0/${treeIdOf(sandbox)}`;
    const script =
      'socket(S,PF_UNIX,SOCK_STREAM,0);bind(S,pack_sockaddr_un("\\0$ARGV[0]"))||die;listen(S,1);$|=1;print"bound\\n";sleep 1000';
    const squatter = stranger.run(["perl", "-MSocket", "-e", script, name]);
    await squatter.line(/bound/);
    await up(sandbox);
    await assertRunning(sandbox);
    await down(sandbox);
    squatter.kill("SIGKILL");
    await squatter.done;
  },
  ["perl"],
);

attack("lock: another user can neither open its file nor reach the socket", async (sandbox, { stranger }) => {
  sandbox.config(SERVER);
  await up(sandbox);
  for (const file of ["lock", "tree.json", "control.sock"]) {
    const tried = await stranger.run(["sh", "-c", 'exec 9<"$1"', "sh", `${runFolderOf(sandbox)}/${file}`])
      .done;
    assert.notEqual(tried.code, 0, file);
  }
  await down(sandbox);
});

attack(
  "lock: a process that only says that it is the supervisor is not believed, nor killed",
  async (sandbox, users) => {
    sandbox.config(SERVER);
    const words = ["sleep 1000; :", "sh", "__supervisor", JSON.stringify({ file: fileOf(sandbox) })];
    const impostors = [sandbox.run(["sh", "-c", ...words]), users.stranger.run(["sh", "-c", ...words])];
    assert.equal((await sandbox.supervise("down", "--force")).code, 3);
    await up(sandbox);
    await down(sandbox, "--force");
    for (const { pid } of impostors) process.kill(pid, 0);
    for (const line of sandbox.left()) process.kill(Number(line.split(" ")[0]), "SIGKILL");
    await Promise.all(impostors.map(({ done }) => done));
  },
);

e2e("lock: what a record names is not killed, nor waited for, if it is none of ours", async (sandbox) => {
  sandbox.config(SERVER);
  await up(sandbox);
  await down(sandbox);
  const innocent = sandbox.run(["sleep", "1000"]);
  const record = JSON.parse(readFileSync(`${runFolderOf(sandbox)}/tree.json`, "utf8"));
  const id = { pid: innocent.pid, startTime: startTimeOf(innocent.pid) };
  const forged = { ...record, supervisor: id, guardian: id, endedAt: null, outcome: null };
  for (const onSupervisorDeath of ["die", "survive"]) {
    const text = JSON.stringify({ ...forged, onSupervisorDeath });
    writeFileSync(`${runFolderOf(sandbox)}/tree.json`, text);
    for (const options of [["--force"], []]) {
      assert.equal((await sandbox.supervise("down", ...options)).code, 3);
    }
    writeFileSync(`${runFolderOf(sandbox)}/tree.json`, text);
    await up(sandbox);
    await down(sandbox);
  }
  process.kill(innocent.pid, 0);
  innocent.kill("SIGKILL");
  await innocent.done;
}, ["/run/supervise"]);

e2e("lock: the supervisor alone holds it, and a crash lets go of it", async (sandbox) => {
  sandbox.config(SERVER);
  await up(sandbox);
  const supervisor = await supervisorOf(sandbox);
  assert.deepEqual(holdersOf(`/${treeIdOf(sandbox)}/lock`), [supervisor]);
  process.kill(supervisor, "SIGKILL");
  await up(sandbox);
  assert.notEqual(await supervisorOf(sandbox), supervisor);
  await down(sandbox);
}, ["/run/supervise"]);

for (const what of ["lock", "control.sock", ""]) {
  const name = what === "" ? "the whole folder" : `"${what}"`;
  e2e(`lock: ${name} is made again that somebody removes while the tree runs`, async (sandbox) => {
    sandbox.config(SERVER);
    await up(sandbox);
    const supervisor = await supervisorOf(sandbox);
    const events = sandbox.start(["events", "-f"]);
    await events.line(/ready/);
    rmSync(`${runFolderOf(sandbox)}/${what}`, { recursive: true });
    await assertRunning(sandbox);
    await events.line(/somebody has removed ".*", which is made again/);
    assert.equal(await supervisorOf(sandbox), supervisor);
    await assertRunning(sandbox);
    await down(sandbox);
    await events.done;
  }, ["/run/supervise"]);
}

e2e("lock: a socket is made again that something else was put in the place of", async (sandbox) => {
  sandbox.config(SERVER);
  await up(sandbox);
  const events = sandbox.start(["events", "-f"]);
  await events.line(/ready/);
  const socket = `${runFolderOf(sandbox)}/control.sock`;
  rmSync(socket);
  await sandbox.run(["mkfifo", socket]).done;
  await events.line(/somebody has removed ".*", which is made again/);
  await assertRunning(sandbox);
  await down(sandbox);
  await events.done;
}, ["mkfifo", "/run/supervise"]);

e2e(
  "lock: a supervisor that is stuck and has lost its folder is found, and it alone is killed",
  async (sandbox) => {
    sandbox.config(SERVER);
    await up(sandbox);
    const supervisor = await supervisorOf(sandbox);
    process.kill(supervisor, "SIGSTOP");
    rmSync(runFolderOf(sandbox), { recursive: true });
    await assertRunning(sandbox);
    await down(sandbox, "--force");
    await sandbox.assertNoneLeft();
  },
  ["/run/supervise"],
);

e2e("lock: it holds in other namespaces, where a second `up` is refused at once", async (sandbox) => {
  sandbox.config(SERVER);
  await up(sandbox);
  const command = (...words: readonly string[]) =>
    [...SUPERVISE, ...words].map((word) => `'${word}'`).join(" ");
  for (const namespace of [["-n"], ["-pf", "--mount-proc"]]) {
    const script = `${command("up", "-d")}; ${command("ps")}`;
    const done = await sandbox.run(["unshare", ...namespace, "sh", "-c", script]).done;
    assert.match(done.stderr, /tree\/already-running/, namespace.join());
    assert.match(done.stdout, /^server +running/m);
  }
  await down(sandbox);
}, ["unshare", "/run/supervise"]);
