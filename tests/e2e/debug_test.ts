/** Module actors with `debug = true`: a crash is held until somebody lets it go, and nothing is torn down meanwhile. */
import assert from "node:assert/strict";
import process from "node:process";
import { e2e, type Running, type Sandbox } from "../harness/supervise.ts";
import { until, untilGiven } from "../harness/until.ts";

const FAILING = `
export function fail(why) {
  raise(why);
}
function raise(why) {
  throw new RangeError(why);
}
`;

/** What the journal says of a crash that is offered. */
interface Offer {
  readonly path: string;
  readonly actor: string;
  readonly pid: number;
  readonly function: string;
  readonly reason: string;
  readonly report: string;
  readonly inspector: string;
}

/** Entries of a kind, once there are as many. */
async function entriesOf(sandbox: Sandbox, event: string, count: number): Promise<readonly Offer[]> {
  return await untilGiven(`there are ${count} entries "${event}"`, async () => {
    const { stdout } = await sandbox.supervise("events", "--json");
    const entries = stdout.trim().split("\n").map((line) => JSON.parse(line));
    const found = entries.filter((entry) => entry.event === event);
    return found.length >= count ? found : null;
  });
}

/** The crash that is offered as the `count`th of a tree. */
async function offer(sandbox: Sandbox, count = 1): Promise<Offer> {
  return (await entriesOf(sandbox, "held", count))[count - 1]!;
}

function letGo({ pid }: Offer): void {
  process.kill(pid, "SIGCONT");
}

/** Asks a debugger's question. */
async function evaluate(url: string, expression: string): Promise<unknown> {
  const socket = new WebSocket(url);
  const answer = new Promise<string>((resolve, reject) => {
    socket.onopen = () =>
      socket.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression } }));
    socket.onmessage = ({ data }) => resolve(String(data));
    socket.onerror = () => reject(new Error(`no connection to ${url}`));
  });
  const closed = new Promise<void>((resolve) => socket.onclose = () => resolve());
  const { result } = JSON.parse(await answer) as { result: { result: { value: unknown } } };
  socket.close();
  await closed;
  return result.result.value;
}

async function interrupt(up: Running): Promise<string> {
  up.kill("SIGINT");
  const { code, stdout, stderr } = await up.done;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /0 left/);
  return `${stdout}${stderr}`;
}

e2e("debug: a call that fails is held, Ctrl-C waits, and goes on when it is let go", async (sandbox) => {
  sandbox.write("api.ts", FAILING);
  sandbox.config(`actors.api = { module = "api.ts", daemon = true, debug = true }`);
  const up = sandbox.start(["up"]);
  await up.line(/api: ready/);
  const call = sandbox.start(["call", "api", "fail", '"too far"']);
  await up.line(/api: "fail" has failed \(pid \d+\), held for inspection: RangeError: too far/);
  await up.line(/at raise \(.*api\.ts:6/);
  const held = await offer(sandbox);
  assert.deepEqual([held.path, held.actor, held.function], ["api", "api", "fail"]);
  await up.line(new RegExp(`inspect it at ${held.inspector}`));
  await up.line(new RegExp(`let it go on with: kill -CONT ${held.pid}`));
  const { state, pid, reason } = await sandbox.row("api");
  assert.deepEqual([state, pid], ["running", held.pid]);
  assert.equal(reason, "held for inspection: RangeError: too far");
  assert.match((await sandbox.supervise("ps")).stdout, /held for inspection: RangeError: too far/);
  assert.equal(await evaluate(held.inspector, "process.pid"), held.pid);
  up.kill("SIGINT");
  await up.line(/error\[debug\/held\]: Not taken down: actor "api" \(pid \d+\) is held for inspection/);
  await up.line(new RegExp(`hint: kill -CONT ${held.pid} lets it go on`));
  const down = await sandbox.supervise("down");
  assert.equal(down.code, 1, down.stdout);
  assert.match(down.stderr, /error\[debug\/held\]/);
  letGo(held);
  const called = await call.done;
  assert.equal(called.code, 1);
  assert.match(called.stderr, /RangeError: too far/);
  await up.line(/api: is held no longer and goes on/);
  assert.equal((await sandbox.row("api")).reason, null);
  await interrupt(up);
});

e2e("debug: of two crashes the second is offered when the first is let go", async (sandbox) => {
  sandbox.write("api.ts", FAILING);
  sandbox.config(`
    actors.one = { module = "api.ts", daemon = true, debug = true }
    actors.two = { module = "api.ts", daemon = true, debug = true }
  `);
  const up = sandbox.start(["up"]);
  await up.line(/one: ready/);
  await up.line(/two: ready/);
  const calls = ["one", "two"].map((name) => sandbox.start(["call", name, "fail", `"${name}"`]));
  const seen: string[] = [];
  for (const count of [1, 2]) {
    const held = await offer(sandbox, count);
    seen.push(held.path);
    // Both are held, and one of them is offered.
    await until("both are held", () => bothHeld(sandbox, count));
    assert.equal((await entriesOf(sandbox, "held", count)).length, count);
    letGo(held);
  }
  assert.deepEqual(seen.sort(), ["one", "two"]);
  for (const call of calls) assert.equal((await call.done).code, 1);
  await up.line(/one: is held no longer/);
  await up.line(/two: is held no longer/);
  await interrupt(up);
});

async function bothHeld(sandbox: Sandbox, count: number): Promise<boolean> {
  const rows = (await sandbox.json("ps")).actors as { reason: string | null }[];
  return rows.filter(({ reason }) => reason?.startsWith("held") === true).length === 3 - count;
}

e2e("debug: a function that is run and fails is held, and only then has failed", async (sandbox) => {
  sandbox.write("job.ts", `export default function main() { throw new TypeError("no such job"); }`);
  sandbox.config(`actors.job = { module = "job.ts", debug = true }`);
  const up = sandbox.start(["up"]);
  await up.line(/job: "default" has failed \(pid \d+\), held for inspection: TypeError: no such job/);
  const held = await offer(sandbox);
  const { state, reason, error } = await sandbox.row("job");
  assert.deepEqual([state, reason, error], ["running", "held for inspection: TypeError: no such job", null]);
  letGo(held);
  const done = await up.done;
  assert.equal(done.code, 1, done.stderr);
  assert.match(done.stderr, /job: failed: TypeError: no such job/);
  assert.match(done.stderr, /0 left/);
});

e2e(
  "debug: a module that cannot be loaded is held, and only then has failed",
  async (sandbox) => {
    sandbox.write("api.ts", `throw new TypeError("cannot load");`);
    sandbox.config(
      `actors.api = { module = "api.ts", daemon = true, debug = true, restart = "never", significant = true }`,
    );
    const up = sandbox.start(["up"]);
    await up.line(/api: "default" has failed/);
    const { state } = await sandbox.row("api");
    assert.equal(state, "starting");
    letGo(await offer(sandbox));
    const done = await up.done;
    assert.equal(done.code, 1, done.stderr);
    assert.match(done.stderr, /"api" has failed: TypeError: cannot load/);
  },
);

e2e(
  "debug: a crash below a module actor is held as that actor's, and a forced down does not wait",
  async (sandbox) => {
    sandbox.write("worker.ts", FAILING);
    sandbox.write(
      "api.ts",
      `
    import { openActorNursery } from "supervise";
    export default () => openActorNursery(async (nursery) => {
      const module = new URL("./worker.ts", import.meta.url);
      const worker = await nursery.startActor("worker", { module, debug: true });
      await worker.call.fail("deep");
    });`,
    );
    sandbox.config(`actors.api = { module = "api.ts", daemon = true }`);
    const up = sandbox.start(["up", "-d"]);
    assert.equal((await up.done).code, 0);
    const held = await offer(sandbox);
    assert.deepEqual([held.path, held.actor], ["api", "api/worker"]);
    assert.equal((await sandbox.supervise("down", "--deadline", "1h")).code, 1);
    assert.equal((await sandbox.row("api")).reason, "held for inspection: RangeError: deep");
    const down = await sandbox.supervise("down", "--force");
    assert.equal(down.code, 0, down.stderr);
    assert.match(down.stdout, /0 left/);
  },
);

e2e("debug: a stop of a held actor waits until it is let go", async (sandbox) => {
  sandbox.write("api.ts", FAILING);
  sandbox.config(`actors.api = { module = "api.ts", daemon = true, debug = true }`);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const call = sandbox.start(["call", "api", "fail", '"x"']);
  const held = await offer(sandbox);
  const stop = sandbox.start(["stop", "api"]);
  await entriesOf(sandbox, "requested", 1);
  assert.equal((await sandbox.row("api")).state, "running");
  letGo(held);
  assert.equal((await stop.done).code, 0);
  assert.equal((await call.done).code, 1);
  assert.equal((await sandbox.row("api")).state, "stopped");
  const down = await sandbox.supervise("down");
  assert.equal(down.code, 0, down.stderr);
});

e2e("debug: a tree whose client is killed goes down when what is held was let go", async (sandbox) => {
  sandbox.write("api.ts", FAILING);
  sandbox.config(`actors.api = { module = "api.ts", daemon = true, debug = true }`);
  const up = sandbox.start(["up"]);
  await up.line(/api: ready/);
  const call = sandbox.start(["call", "api", "fail", '"x"']);
  const held = await offer(sandbox);
  process.kill((await sandbox.json("ps")).pid, "SIGTERM");
  await up.line(/the tree: down was refused \(terminate\): actor "api" \(pid \d+\) is held for inspection/);
  up.kill("SIGKILL");
  await up.done;
  await entriesOf(sandbox, "cancelled", 1);
  assert.equal((await sandbox.row("api")).state, "running");
  letGo(held);
  assert.equal((await call.done).code, 1);
  await sandbox.untilDown();
});
