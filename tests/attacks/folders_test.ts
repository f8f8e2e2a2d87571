/** The folders that supervise keeps sockets, logs and its knowledge in: swapped, squatted, linked, and of somebody else. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { type Done, e2e, type Running, type Sandbox, SUPERVISE, UNDER_TEST } from "../harness/supervise.ts";
import { attack, type ThrowAwayUser, type Users } from "./attack.ts";

const SERVER =
  '[actors.server]\nshell = "echo hello; exec sleep 1000"\ndaemon = true\nready = { log = "hello" }\n';
const ROUNDS = 30;

const runFolderOf = ({ uid }: ThrowAwayUser) => `/tmp/supervise-${uid}`;

/** An attack on a user who runs a tree, who can run the binary alone. */
function attackUser(
  name: string,
  body: (sandbox: Sandbox, users: Users) => Promise<void>,
  needs: readonly string[] = [],
) {
  // Another user cannot read the sources: these are attacks on the binary.
  if (UNDER_TEST !== "binary") return;
  attack(name, async (sandbox, users) => {
    sandbox.config(SERVER);
    users.victim.own(sandbox.dir);
    chmodSync(sandbox.dir, 0o755);
    await body(sandbox, users);
  }, needs);
}

const supervise = (user: ThrowAwayUser, ...words: readonly string[]): Promise<Done> =>
  user.run([...SUPERVISE, ...words]).done;

/** A folder like that of the victim's tree, whose socket tells of everybody who connects. */
async function trap(
  sandbox: Sandbox,
  { victim, stranger }: Users,
): Promise<{ folder: string; listener: Running }> {
  const folder = `/tmp/trap-${stranger.uid}`;
  const id = createHash("sha256").update(`${victim.uid}:${sandbox.dir}/supervise.toml`).digest("hex").slice(
    0,
    12,
  );
  mkdirSync(`${folder}/${id}`, { recursive: true });
  for (const path of [folder, `${folder}/${id}`]) stranger.own(path);
  const script =
    '$p="$ARGV[0]/control.sock";socket(S,PF_UNIX,SOCK_STREAM,0);bind(S,pack_sockaddr_un($p))||die;' +
    'chmod 0777,$p;listen(S,99);$|=1;print"bound\\n";while(accept(C,S)){sysread(C,$x,1);print length$x?"heard\\n":"met\\n";close C}';
  const listener = stranger.run(["perl", "-MSocket", "-e", script, `${folder}/${id}`]);
  await listener.line(/bound/);
  return { folder, listener };
}

async function close({ folder, listener }: { folder: string; listener: Running }): Promise<void> {
  listener.kill("SIGKILL");
  const { stdout } = await listener.done;
  rmSync(folder, { recursive: true, force: true });
  assert.equal(stdout, "bound\n");
}

attackUser(
  "folders: one that comes and goes under a client is never taken for its own",
  async (sandbox, users) => {
    const trapped = await trap(sandbox, users);
    const swap = "while(1){rename $ARGV[0],$ARGV[1];rename $ARGV[1],$ARGV[0]}";
    const swapper = users.stranger.run(["perl", "-e", swap, trapped.folder, runFolderOf(users.victim)]);
    for (let round = 0; round < ROUNDS; round++) {
      const { code } = await supervise(users.victim, "ps");
      assert.ok(code === 3 || code === 7, `exit code ${code}`);
    }
    swapper.kill("SIGKILL");
    await swapper.done;
    if (existsSync(runFolderOf(users.victim))) renameSync(runFolderOf(users.victim), trapped.folder);
    await close(trapped);
  },
  ["perl"],
);

attackUser(
  "folders: one that is swapped for another is told nothing, and the own one is found",
  async (sandbox, users) => {
    const { victim } = users;
    const up = await supervise(victim, "up", "-d");
    assert.equal(up.code, 0, up.stderr);
    const trapped = await trap(sandbox, users);
    const [own, aside] = [runFolderOf(victim), `${runFolderOf(victim)}-aside`];
    const swap =
      "while(1){rename $ARGV[0],$ARGV[2];rename $ARGV[1],$ARGV[0];rename $ARGV[0],$ARGV[1];rename $ARGV[2],$ARGV[0]}";
    // As root: where /tmp has its sticky bit, nobody else could take the folder away.
    const swapper = sandbox.run(["perl", "-e", swap, own, trapped.folder, aside]);
    for (let round = 0; round < ROUNDS; round++) {
      const { code, stderr } = await supervise(victim, "ps");
      // 6: the supervisor has just made its folder again, and the one that was looked at has no socket any more.
      assert.ok([0, 3, 6, 7].includes(code!), `exit code ${code}: ${stderr}`);
    }
    swapper.kill("SIGKILL");
    await swapper.done;
    if (lstatSync(own, { throwIfNoEntry: false })?.uid === users.stranger.uid) {
      renameSync(own, trapped.folder);
    }
    // The supervisor may have made another folder in place of one that was away for too long.
    if (existsSync(own)) rmSync(aside, { recursive: true, force: true });
    else renameSync(aside, own);
    const down = await supervise(victim, "down");
    assert.equal(down.code, 0, down.stderr);
    await close(trapped);
  },
  ["perl"],
);

attackUser(
  "folders: one of a stranger, or a link to one of ours, is refused by every command",
  async (sandbox, { victim, stranger }) => {
    const folder = runFolderOf(victim);
    const refused = async (why: RegExp) => {
      for (const words of [["up", "-d"], ["ps"], ["down"], ["ls"], ["down", "--force"]]) {
        const done = await supervise(victim, ...words);
        assert.deepEqual([words, done.code], [words, 7]);
        assert.match(done.stderr, /state\/not-private/);
        assert.match(done.stderr, why);
      }
    };
    mkdirSync(folder, { mode: 0o700 });
    stranger.own(folder);
    await refused(/it belongs to user/);
    rmSync(folder, { recursive: true });
    mkdirSync(`${sandbox.dir}/own`, { mode: 0o700 });
    victim.own(`${sandbox.dir}/own`);
    symlinkSync(`${sandbox.dir}/own`, folder);
    await refused(/it is no folder/);
    rmSync(folder);
  },
);

attack(
  "folders: below the home of another user nothing is made, and nothing written through links",
  async (sandbox, { stranger }) => {
    sandbox.config(SERVER);
    const home = sandbox.dir + "/home";
    mkdirSync(home);
    stranger.own(home);
    chmodSync(sandbox.dir, 0o755);
    const environment = { HOME: home, XDG_STATE_HOME: "" };
    for (const words of [["up", "-d"], ["up"]]) {
      const done = await sandbox.start(words, environment).done;
      assert.deepEqual([done.code, /state\/not-ours/.test(done.stderr)], [7, true], done.stderr);
      // A runtime may have a cache there.
      assert.equal(existsSync(`${home}/.local`), false);
    }
    const roots = `${sandbox.dir}/roots`;
    mkdirSync(roots);
    await stranger.run([
      "sh",
      "-c",
      `mkdir -p "$1/.local" && ln -s "$2" "$1/.local/state"`,
      "sh",
      home,
      roots,
    ]).done;
    const done = await sandbox.start(["up", "-d"], environment).done;
    assert.equal(done.code, 7, done.stderr);
    assert.deepEqual(readdirSync(roots), []);
  },
);

e2e(
  "folders: logs and the journal are not written through links in the folder of the tree",
  async (sandbox) => {
    sandbox.config(SERVER);
    const precious = sandbox.write("precious", "mine\n");
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    assert.equal((await sandbox.supervise("down")).code, 0);
    const [name] = readdirSync(`${sandbox.dir}/state/supervise`);
    const folder = `${sandbox.dir}/state/supervise/${name}`;
    for (const file of ["journal.jsonl", "logs/server.log", "supervisor.log"]) {
      rmSync(`${folder}/${file}`, { force: true });
      symlinkSync(precious, `${folder}/${file}`);
      const up = await sandbox.supervise("up", "-d");
      await sandbox.supervise("down");
      assert.equal(readFileSync(precious, "utf8"), "mine\n", `${file}: ${up.stderr}`);
      rmSync(`${folder}/${file}`);
    }
    rmSync(`${folder}/logs`, { recursive: true });
    symlinkSync(dirname(precious), `${folder}/logs`);
    const up = await sandbox.supervise("up", "-d");
    assert.deepEqual([up.code, /state\/not-ours.*logs.*is a link/s.test(up.stderr)], [7, true], up.stderr);
  },
);

e2e("folders: a link of one's own above them is followed", async (sandbox) => {
  sandbox.config(SERVER);
  mkdirSync(`${sandbox.dir}/disk`);
  symlinkSync(`${sandbox.dir}/disk`, `${sandbox.dir}/state`);
  const up = await sandbox.supervise("up", "-d");
  assert.equal(up.code, 0, up.stderr);
  assert.equal((await sandbox.supervise("down")).code, 0);
  assert.deepEqual(readdirSync(`${sandbox.dir}/disk`), ["supervise"]);
});

e2e(
  "folders: logs and the journal are begun again that somebody removes while the tree runs",
  async (sandbox) => {
    sandbox.config('[actors.server]\nshell = "while read line; do echo $line; done < in"\ndaemon = true\n');
    await sandbox.run(["mkfifo", "in"]).done;
    const hold = sandbox.run(["sh", "-c", "exec 9<>in; sleep 1000; :"]);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const say = (text: string) => sandbox.run(["sh", "-c", `echo ${text} >in`]).done;
    const logs = sandbox.start(["logs", "-f"]);
    await say("before");
    await logs.line(/before/);
    const events = sandbox.start(["events", "-f"]);
    await events.line(/ready/);
    rmSync(`${sandbox.dir}/state`, { recursive: true });
    await say("after");
    await events.line(/somebody has removed ".*server\.log", which is made again/);
    assert.match((await sandbox.supervise("logs")).stdout, /after/);
    assert.equal((await sandbox.supervise("down")).code, 0);
    await Promise.all([logs.done, events.done]);
    for (const line of sandbox.left()) process.kill(Number(line.split(" ")[0]), "SIGKILL");
    await hold.done;
  },
);

attackUser(
  "folders: in a user namespace that does not know its user, where all look alike, nothing is made and nothing believed",
  async (_, { victim, stranger }) => {
    // The folder of a user that a machine may have.
    const place = "/tmp/supervise-65534";
    const refuse = async () => {
      for (const words of [["up", "-d"], ["ps"], ["ls"], ["down"]]) {
        const { code, stderr } = await victim.run(["unshare", "-U", ...SUPERVISE, ...words]).done;
        assert.equal(code, 7, `${words}: ${stderr}`);
        assert.match(stderr, /host\/unknown-user.*does not know the user/s);
      }
    };
    const isThere = existsSync(place);
    await refuse();
    assert.equal(existsSync(place), isThere);
    if (isThere) return;
    try {
      await stranger.run(["mkdir", "-m", "700", place]).done;
      await refuse();
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  },
  ["unshare"],
);

attackUser(
  "folders: root of a user namespace does not take those of another root for its own",
  async (_, { victim }) => {
    const place = "/tmp/supervise-0";
    assert.ok(!existsSync(place), `"${place}" is in the way: somebody has left it`);
    const run = (...words: readonly string[]) => victim.run(["unshare", "-Ur", ...SUPERVISE, ...words]).done;
    try {
      const up = await run("up", "-d");
      assert.equal(up.code, 0, up.stderr);
      assert.match((await run("ps")).stdout, /^server +running/m);
      assert.equal((await run("down")).code, 0);
      chownSync(place, 0, 0);
      const refused = await run("up", "-d");
      assert.equal(refused.code, 7, refused.stderr);
      assert.match(
        refused.stderr,
        /no place for the sockets.*\/run\/supervise.*\/tmp\/supervise-0.*does not know/s,
      );
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  },
  ["unshare", "/run/supervise"],
);

e2e("folders: a tree that a link has led to is named when the link leads elsewhere", async (sandbox) => {
  for (const release of ["1", "2"]) {
    sandbox.write(`${release}/supervise.toml`, `name = "shop${release}"\n${SERVER}`);
  }
  symlinkSync("1", `${sandbox.dir}/current`);
  assert.equal((await sandbox.supervise("up", "-d", "current/supervise.toml")).code, 0);
  rmSync(`${sandbox.dir}/current`);
  symlinkSync("2", `${sandbox.dir}/current`);
  const commands = [["ps"], ["down"], ["stop", "server"], ["logs"], ["logs", "-f"], ["events"], [
    "events",
    "-f",
  ]];
  for (const words of commands) {
    const done = await sandbox.supervise(...words, "--file", "current/supervise.toml");
    assert.equal(done.code, 3);
    assert.match(
      done.stderr,
      /"shop1" of ".*\/1\/supervise\.toml" is running: ".*\/current\/supervise\.toml" led there/,
    );
  }
  rmSync(`${sandbox.dir}/1`, { recursive: true });
  assert.equal((await sandbox.supervise("down", "-p", "shop1")).code, 0);
});
