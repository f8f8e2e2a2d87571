/** The stack of the examples, run as its owner runs it: under load, with crashes, and changed while it runs. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { tenPorts } from "../harness/ports.ts";
import { e2e, type Sandbox } from "../harness/supervise.ts";

const STACK = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "examples/stack");
const PAGE = join(dirname(dirname(STACK)), "docs/stack.md");
const VERSION = newestPostgres();
const IS_ROOT = process.getuid!() === 0;
const NOBODY = 65534;

function newestPostgres(): string {
  try {
    return readdirSync("/usr/lib/postgresql").sort((one, other) => Number(other) - Number(one))[0]!;
  } catch {
    return "0";
  }
}

/** Puts the stack into the sandbox, on ports of the test's own; root runs it for a user, because PostgreSQL wants none of root. */
function layOut(sandbox: Sandbox, ports: string): void {
  cpSync(STACK, sandbox.dir, { recursive: true });
  for (const name of ["supervise.toml", "nginx.conf"]) change(sandbox, name, /860(?=[0-9$])/g, ports);
  process.env["POSTGRES_VERSION"] = VERSION;
  if (!IS_ROOT) return;
  change(sandbox, "supervise.toml", "\n[actors.initdb]", '\n[defaults]\nuser = "nobody"\n\n[actors.initdb]');
  chmodSync(sandbox.dir, 0o755);
  mkdirSync(join(sandbox.dir, "data"));
  chownSync(join(sandbox.dir, "data"), NOBODY, NOBODY);
}

function change(sandbox: Sandbox, name: string, from: string | RegExp, to: string): void {
  const before = readFileSync(join(sandbox.dir, name), "utf8");
  const after = before.replaceAll(from, to);
  assert.notEqual(after, before, `${name} has ${from}`);
  writeFileSync(join(sandbox.dir, name), after);
}

interface Answer {
  readonly count: number;
  readonly by: string;
  readonly pid: number;
}

async function visit(ports: string, name: string): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${ports}0/visits/${name}`);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}

/** Visits all the time, eight at once, while something is done; all have to be answered, and by both replicas in the end. */
async function underLoad(ports: string, act: () => Promise<unknown>): Promise<void> {
  let isOver = false;
  const errors: unknown[] = [];
  const visitor = async () => {
    while (!isOver) await visit(ports, "load").catch((error) => errors.push(error));
  };
  const visitors = Array.from({ length: 8 }, visitor);
  try {
    await act();
  } finally {
    isOver = true;
    await Promise.all(visitors);
  }
  assert.deepEqual(errors, []);
}

/** What the page on the stack has its reader try, but for what ends the tree or does not end by itself. */
function commandsOfPage(): readonly (readonly string[])[] {
  const commands = readFileSync(PAGE, "utf8").matchAll(/^supervise ((?:\S+ )*\S+)/gm);
  return [...commands].map(([, words]) => words!.split(" "))
    .filter(([verb, flag]) => verb !== "up" && verb !== "down" && flag !== "-f");
}

async function succeed(sandbox: Sandbox, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await sandbox.supervise(...args);
  assert.equal(code, 0, `${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

/** Asserts that a simulation from the journal has the very course that there was. */
async function assertReplayed(sandbox: Sandbox): Promise<void> {
  const { code, stdout, stderr } = await sandbox.supervise("simulate", "--replay");
  assert.equal(code, 0, `${stdout}${stderr}`);
  assert.match(stderr, /the course is the same: \d+ entries/);
}

e2e(
  "stack: it serves through crashes, restarts and changes, and leaves a clean database",
  async (sandbox) => {
    const ports = await tenPorts();
    layOut(sandbox, ports);
    await succeed(sandbox, "up", "-d", "--timeout", "2m");
    assert.equal((await visit(ports, "first")).count, 1);
    assert.equal((await visit(ports, "first")).count, 2);

    for (const command of commandsOfPage()) await succeed(sandbox, ...command);
    const redis = (await sandbox.row("redis")).pid;
    process.kill(redis, "SIGKILL");
    await sandbox.rowWhen("redis", ({ pid, ready }) => ready && pid !== redis);
    assert.equal((await visit(ports, "first")).count, 3);

    const replica = (await sandbox.row("api.2")).pid;
    await underLoad(ports, async () => {
      process.kill(replica, "SIGKILL");
      await sandbox.rowWhen("api.2", ({ pid, ready }) => ready && pid !== replica);
    });
    await underLoad(ports, () => succeed(sandbox, "restart", "--rolling", "api"));
    await underLoad(ports, () => succeed(sandbox, "stop", "api.1"));
    assert.equal((await visit(ports, "first")).by, "api.2");
    await underLoad(ports, () => succeed(sandbox, "start", "api.1"));
    await underLoad(ports, () => succeed(sandbox, "restart", "nginx"));
    await assertReplayed(sandbox);
    const before = (await sandbox.row("api.1")).pid;
    change(sandbox, "supervise.toml", "env = { PORT", 'env = { RELEASE = "2", PORT');
    await underLoad(ports, () => succeed(sandbox, "apply", "--rolling"));
    assert.notEqual((await sandbox.row("api.1")).pid, before);

    assert.match(await succeed(sandbox, "down"), / 0 left/);
    await succeed(sandbox, "up", "-d", "--timeout", "2m");
    assert.equal((await visit(ports, "first")).count, 5);
    assert.match(await succeed(sandbox, "down"), / 0 left/);
    await assertReplayed(sandbox);
    const log = await succeed(sandbox, "logs", "postgres");
    assert.match(log, /database system is shut down/);
    assert.doesNotMatch(log, /recovery|not properly shut down/);
  },
  ["nginx", "redis-server", `/usr/lib/postgresql/${VERSION}/bin/postgres`],
);
