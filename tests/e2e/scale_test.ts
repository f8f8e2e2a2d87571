/** Other numbers of replicas while a tree runs and is busy. */
import assert from "node:assert/strict";
import process from "node:process";
import { freePort } from "../harness/ports.ts";
import { e2e, type Sandbox } from "../harness/supervise.ts";

/** Copies that share a socket, and say their number to whoever connects. */
const file = (port: number, more = "") => `
  ${more}
  [actors.api]
  script = "./api.ts"
  daemon = true
  replicas = 2
  sockets = ["tcp://127.0.0.1:${port}"]
  ready = { log = "serving" }
  [actors.front]
  exec = "sleep 1001"
  daemon = true
  depends_on = ["api"]`;

const API = `
  import { createServer } from "node:net";
  const server = createServer((socket) => socket.end(process.env.SUPERVISE_REPLICA + "\\n"));
  server.listen({ fd: 3 }, () => console.log("serving"));
  process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

async function pids(sandbox: Sandbox): Promise<Readonly<Record<string, number>>> {
  const { actors } = await sandbox.json("ps", "--flat");
  return Object.fromEntries(actors.map(({ path, pid }: { path: string; pid: number }) => [path, pid]));
}

e2e("scale: up and down while clients connect, none of whom is turned away", async (sandbox) => {
  const port = await freePort();
  sandbox.write("api.ts", API);
  sandbox.config(file(port));
  const up = await sandbox.supervise("up", "-d");
  assert.equal(up.code, 0, up.stderr);
  const before = await pids(sandbox);
  const clients = sandbox.run([
    "bash",
    "-c",
    `
    while test ! -e enough; do
      exec 3<>/dev/tcp/127.0.0.1/${port} || exit 1
      read -u 3 copy && test -n "$copy" || { echo nobody; exit 2; }
      echo "from $copy"
    done`,
  ]);
  await clients.line(/from \d/);
  for (const count of [5, 3, 6, 1, 2]) {
    const { ok, changes } = await sandbox.json("scale", `api=${count}`);
    assert.ok(ok && changes.length > 0);
    const now = await pids(sandbox);
    const copies = Object.keys(now).filter((path) => path.startsWith("api."));
    assert.deepEqual(copies, Array.from({ length: count }, (_, at) => `api.${at + 1}`));
    assert.deepEqual([now["api.1"], now["front"]], [before["api.1"], before["front"]]);
  }
  sandbox.write("enough", "");
  const done = await clients.done;
  assert.equal(done.code, 0, done.stderr + done.stdout.slice(-200));
  assert.equal((await sandbox.json("down")).left, 0);
}, ["bash"]);

e2e(
  "scale: the number holds over apply and another supervisor, plan tells it, and file takes it back",
  async (sandbox) => {
    const port = await freePort();
    const top = `on_supervisor_death = "survive"`;
    sandbox.write("api.ts", API);
    sandbox.config(file(port, top));
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const scaled = await sandbox.supervise("scale", "api=3");
    assert.equal(scaled.code, 0, scaled.stderr);
    assert.match(scaled.stdout, /^add +api\.3 +replicas is different/m);
    assert.match(scaled.stderr, /api has 3 replicas by `scale`, and 2 in its file/);
    const before = await pids(sandbox);
    const plan = await sandbox.supervise("plan", "--detailed-exitcode", "--json");
    assert.equal(plan.code, 0);
    assert.deepEqual(
      JSON.parse(plan.stdout).changes.map((
        { path, action }: { path: string; action: string },
      ) => [path, action]),
      [
        ["api", "keep"],
      ],
    );
    const { pid } = await sandbox.json("ps");
    process.kill(pid, "SIGKILL");
    let again = await sandbox.supervise("up", "-d");
    while (/already running/.test(again.stderr)) again = await sandbox.supervise("up", "-d");
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(await pids(sandbox), before);
    assert.deepEqual((await sandbox.json("apply")).changes, []);
    const back = await sandbox.supervise("scale", "api=file");
    assert.equal(back.code, 0, back.stderr);
    assert.match(back.stdout, /receipt: .*0 left/);
    const { "api.3": gone, ...rest } = before;
    assert.ok(gone !== undefined);
    assert.deepEqual(await pids(sandbox), rest);
    const wrong: readonly (readonly [string, number])[] = [
      ["nobody=2", 4],
      ["front=2", 1],
      ["api.1=2", 2],
      ["api=0", 2],
      ["api=1001", 2],
      ["api", 2],
      ["=3", 2],
    ];
    for (const [word, code] of wrong) assert.equal((await sandbox.supervise("scale", word)).code, code, word);
    assert.equal((await sandbox.supervise("scale")).code, 2);
    assert.equal((await sandbox.supervise("down")).code, 0);
    assert.equal((await sandbox.supervise("scale", "api=2")).code, 3);
  },
);
