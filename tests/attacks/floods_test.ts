/** Floods of one's own user: they cost a bounded number of descriptors and bytes, hold nobody up, and end no run. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { Buffer } from "node:buffer";
import { runFolderOf } from "../harness/run_folder.ts";
import { e2e, type Sandbox, UNDER_TEST } from "../harness/supervise.ts";

/** Connects `count` times to a socket with what is said on each, then says so, and holds what it has until it is ended. */
const FLOOD = `
import resource, select, socket, sys, time
path, count, said = sys.argv[1], int(sys.argv[2]), bytes.fromhex(sys.argv[3]) + bytes(int(sys.argv[4]))
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
count = min(count, hard - 64)
held, told = [], 0
for n in range(count):
    one = socket.socket(socket.AF_UNIX)
    try:
        one.connect(path)
        one.settimeout(20)
        one.sendall(said)
    except OSError:
        told += 1
    held.append(one)
print("flooded", count, flush=True)
sys.stdin.readline()
time.sleep(3600)
`;

/** The head of a request of 250 KiB, of which 200 KiB come. */
const HALF = "0003e800";
const HALF_BYTES = 200 * 1_024;

const TREE = `
  [actors.server]
  exec = "sleep 600"
  daemon = true
  [actors.again]
  shell = "sleep 0.2; exit 1"
  daemon = true
  [actors.module]
  module = "./module.ts"
  daemon = true
`;
const MODULE = `
import { sleepForever } from "supervise";
export default async function () { await sleepForever(); }
`;

const descriptorsOf = (pid: number) => readdirSync(`/proc/${pid}/fd`).length;
const residentOf = (pid: number) =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) * 1_024;

async function upTree(sandbox: Sandbox): Promise<{ readonly pid: number; readonly socket: string }> {
  sandbox.write("module.ts", MODULE);
  sandbox.config(
    `intensity = { restarts = 100000, within = "1s" }\n[defaults]\nbackoff = { initial = "50ms", max = "50ms" }\n${TREE}`,
  );
  const up = await sandbox.supervise("up", "-d");
  assert.equal(up.code, 0, up.stderr);
  const { pid } = await sandbox.json("ps");
  return { pid, socket: `${runFolderOf(sandbox)}/control.sock` };
}

for (
  const [what, said, filler, count] of [
    // Far more than are ever kept, on either; each costs Deno several times as much.
    ["connections that say nothing", "", 0, UNDER_TEST === "binary" ? 20_000 : 5_000],
    ["connections with half a request on each", HALF, HALF_BYTES, 3_000],
    ["connections with half a greeting of an actor on each", "0000800083", 0, 5_000],
  ] as const
) {
  e2e(
    `flood: ${count} ${what} cost a bounded number of descriptors and bytes, and no run`,
    async (sandbox) => {
      const { pid, socket } = await upTree(sandbox);
      const before = residentOf(pid);
      const [server, again] = [await sandbox.row("server"), await sandbox.row("again")];
      const flood = sandbox.run([
        "python3",
        sandbox.write("flood.py", FLOOD),
        socket,
        String(count),
        said,
        String(filler),
      ]);
      await flood.line(/^flooded/);
      assert.ok(descriptorsOf(pid) < 3_000, `${descriptorsOf(pid)} descriptors`);
      // While they are held, a command is answered, runs end and start, and what joins does.
      const during = await sandbox.json("ps");
      assert.equal(during.pid, pid);
      const restarted = await sandbox.supervise("restart", "module");
      assert.equal(restarted.code, 0, restarted.stdout + restarted.stderr);
      assert.ok(residentOf(pid) - before < 400 * 1_024 * 1_024, `${residentOf(pid) - before} bytes more`);
      flood.kill("SIGKILL");
      await flood.done;
      const after = await sandbox.row("again");
      assert.ok(after.restarts > again.restarts, "runs went on to end and to start");
      assert.equal((await sandbox.row("server")).pid, server.pid, "the run was ended");
      assert.equal((await sandbox.supervise("down")).code, 0);
    },
    ["python3"],
  );
}

/** Asks for the status 1,000 times in one write, over and over, and reads nothing. */
const GREEDY = `
import socket, sys
path, frame = sys.argv[1], bytes.fromhex(sys.argv[2])
one = socket.socket(socket.AF_UNIX)
one.connect(path)
one.setblocking(False)
try:
    one.send(frame * 1000)
except BlockingIOError:
    pass
print("asked", flush=True)
sys.stdin.read()
import time
time.sleep(3600)
`;

e2e(
  "flood: a client that asks a thousand times at once does not hold up another, whether it reads or not",
  async (sandbox) => {
    const { pid, socket } = await upTree(sandbox);
    const { encodeFrame } = await import("../../lib/wire/frames.ts");
    const frame = Buffer.from(encodeFrame({ id: 1, op: "status", paths: [] })).toString("hex");
    const greedy = Array.from(
      { length: 4 },
      () => sandbox.run(["python3", sandbox.write("greedy.py", GREEDY), socket, frame]),
    );
    for (const one of greedy) await one.line(/^asked/);
    const before = residentOf(pid);
    assert.equal((await sandbox.json("ps")).pid, pid);
    assert.ok(residentOf(pid) - before < 100 * 1_024 * 1_024);
    for (const one of greedy) one.kill("SIGKILL");
    await Promise.all(greedy.map(({ done }) => done));
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
  ["python3"],
);

e2e(
  "flood: a regular expression with stars inside of stars is done with a long line at once",
  async (sandbox) => {
    sandbox.config(`
    [actors.a]
    exec = ["sh", "-c", "head -c 1000000 /dev/zero | tr '\\\\0' a; echo '!'; echo ready; sleep 600"]
    daemon = true
    ready = { log = "^ready$|.*.*z", timeout = "60s" }
  `);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    assert.equal((await sandbox.row("a")).ready, true);
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
);
