/** What is said at the doors of a tree: whatever it is, the guardian, the supervisor and every run go on. */
import assert from "node:assert/strict";
import process from "node:process";
import { isDead, rowOf } from "../harness/process_table.ts";
import { e2e, type Sandbox } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

const TREE = `
  on_supervisor_death = "survive"
  [actors.server]
  exec = "sleep 600"
  daemon = true
`;

/** Says many things at a socket of the tree, each on a connection of its own, and waits for the end of each. */
const TALK = `
import glob, json, os, random, socket, sys
name, pid, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
[folder] = [os.path.dirname(p) for f in ("/run/supervise", "/tmp/supervise-%d" % os.getuid())
  for p in glob.glob(f + "/*/tree.json") if json.load(open(p))["supervisor"]["pid"] == pid]
words = [b"{}\\n", b"null\\n", b"[]\\n", b'{"op":"resume"}\\n', b'{"op":"resume","asked":{}}\\n', b'{"op":"end","asked":{"graceMs":"x"}}\\n',
  b'{"op":"resume","asked":{"command":["/bin/true"],"options":null}}\\n', b"GET / HTTP/1.1\\r\\n\\r\\n", b"\\0\\0\\0\\0", b"\\xff" * 100,
  b"[" * 100000 + b"\\n", b"x" * 1500000, b"", b"\\0\\0\\0\\x01\\xf6", b"\\0\\0\\0\\x05\\x9b\\xff\\xff\\xff\\xff"]
random.seed(seed)
words += [bytes(random.randrange(256) for _ in range(random.randrange(60))) for _ in range(200)]
for said in words:
    one = socket.socket(socket.AF_UNIX)
    one.settimeout(20)
    one.connect(folder + "/" + name)
    try:
        one.sendall(said)
        one.shutdown(socket.SHUT_WR)
        while one.recv(65536): pass
    except OSError:
        pass
    one.close()
print("said", len(words), flush=True)
`;

async function talkAt(sandbox: Sandbox, name: string, pid: number): Promise<void> {
  const seed = process.env["SEED"] ?? String(process.pid);
  const talk = sandbox.run(["python3", "-c", TALK, name, String(pid), seed]);
  const { code, stdout, stderr } = await talk.done;
  assert.equal(code, 0, `seed ${seed}: ${stdout}${stderr}`);
}

e2e(
  "door: the guardian that keeps a tree goes on after {} and anything else, and hands the tree over",
  async (sandbox) => {
    sandbox.config(TREE);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const { pid } = await sandbox.json("ps");
    const server = await sandbox.row("server");
    process.kill(pid, "SIGKILL");
    await until("the supervisor is dead", () => {
      const row = rowOf(pid);
      return row === null || isDead(row);
    });
    const next = sandbox.start(["ps"]);
    await next.done;
    await talkAt(sandbox, "guardian.sock", pid);
    const up = await sandbox.supervise("up", "-d");
    assert.equal(up.code, 0, up.stderr);
    assert.equal((await sandbox.row("server")).pid, server.pid, "the run is the same");
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
  ["python3"],
);

e2e("door: the supervisor goes on after anything that is said at its socket", async (sandbox) => {
  sandbox.config(TREE);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const { pid } = await sandbox.json("ps");
  const server = await sandbox.row("server");
  await talkAt(sandbox, "control.sock", pid);
  assert.deepEqual([(await sandbox.json("ps")).pid, (await sandbox.row("server")).pid], [pid, server.pid]);
  assert.equal((await sandbox.supervise("down")).code, 0);
}, ["python3"]);
