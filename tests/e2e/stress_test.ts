/**
 * Cycles of up, random kills and commands, down; after each nothing may be left. `SEED=n` runs one cycle again, `CYCLES=n`
 * more of them than a run of all tests has time for (with `WATCHDOG_MS`, which bounds a single test).
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import process from "node:process";
import { seeded } from "../../lib/base/chance.ts";
import { e2e, type Sandbox } from "../harness/supervise.ts";

const CYCLES = Number(process.env["CYCLES"] ?? 6);
const ONLY = process.env["SEED"];

/** Daemons of every temper: with children, with escapees, deaf to SIGTERM, crashing, and a nested tree of two levels. */
const TREE = `
  name = "stress"
  intensity = { restarts = 10000, within = "1s" }
  defaults = { backoff = { initial = "1ms", max = "20ms" }, stop = { grace = "150ms" } }
  [actors.plain]
  exec = "sleep 1000"
  daemon = true
  [actors.family]
  shell = "sleep 1000 & sleep 1000 & wait"
  daemon = true
  depends_on = ["plain"]
  [actors.escaping]
  shell = "(setsid sh -c 'sleep 1000; sleep 1000' &) ; (setsid setsid sleep 1000 &) ; exec sleep 1000"
  daemon = true
  [actors.deaf]
  shell = "trap '' TERM; (setsid sh -c 'trap : TERM; while :; do sleep 0.05; done' &) ; while :; do sleep 0.05; done"
  daemon = true
  [actors.orphaning]
  shell = "while :; do (sleep 0.02 &) ; sleep 0.03; done"
  daemon = true
  [actors.crashing]
  shell = "sleep 0.0$((RANDOM % 9 + 1)) ; exit 3"
  daemon = true
  [trees.outer]
  strategy = "one_for_all"
  intensity = { restarts = 2, within = "200ms" }
  actors.a = { exec = "sleep 1000", daemon = true }
  actors.b = { shell = "(sleep 1000 &) ; exec sleep 1000", daemon = true, depends_on = ["a"] }
  [trees.outer.trees.inner]
  strategy = "rest_for_one"
  actors.c = { exec = "sleep 1000", daemon = true }
  actors.d = { exec = "sleep 1000", daemon = true, depends_on = ["c"] }
`;

const PATHS = [
  "plain",
  "family",
  "escaping",
  "deaf",
  "orphaning",
  "outer",
  "outer/a",
  "outer/b",
  "outer/inner/c",
  "**",
];

e2e(
  "stress: after any number of kills and commands nothing is left, and nothing was ever there twice",
  async (sandbox) => {
    sandbox.config(TREE);
    const seeds = ONLY === undefined ? Array.from({ length: CYCLES }, (_, i) => i + 1) : [Number(ONLY)];
    for (const seed of seeds) {
      try {
        await cycle(sandbox, seeded(seed));
        await sandbox.assertNoneLeft();
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
  },
);

async function cycle(sandbox: Sandbox, random: () => number): Promise<void> {
  const up = await sandbox.supervise("up", "-d", "--keep");
  assert.ok(up.code === 0 || up.code === 1, up.stderr);
  const { pid } = await sandbox.json("ps");
  for (let i = 0; i < 12; i++) {
    await disturb(sandbox, random, pid);
    assertNoTwins(sandbox);
    const dead = zombiesOf(pid);
    // Whoever has answered has had a turn of its loop, and has reaped what was dead before.
    await sandbox.json("ps");
    const lasting = [...zombiesOf(pid)].filter((zombie) => dead.has(zombie));
    assert.deepEqual(lasting, [], "zombies of the supervisor");
  }
  if (random() < 0.2) {
    process.kill(pid, "SIGKILL");
    return await sandbox.untilDown();
  }
  const down = await sandbox.supervise("down", ...(random() < 0.3 ? ["--deadline", "50ms"] : []));
  assert.equal(down.code, 0, `${down.stdout}${down.stderr}`);
  assert.match(down.stdout, /0 left/);
}

async function disturb(sandbox: Sandbox, random: () => number, supervisor: number): Promise<void> {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const dice = random();
  if (dice < 0.6) {
    const victims = descendantsOf(supervisor).filter((pid) => !isBeingStarted(pid, supervisor));
    if (victims.length > 0) {
      signal(pick(victims), pick(["SIGKILL", "SIGKILL", "SIGTERM", "SIGSTOP", "SIGSEGV"]));
    }
    return;
  }
  const verb = dice < 0.7 ? "stop" : dice < 0.85 ? "start" : "restart";
  const done = await sandbox.supervise(
    verb,
    pick(PATHS),
    ...(random() < 0.3 ? ["--no-wait"] : ["--timeout", "5s"]),
  );
  assert.ok([0, 1, 3, 8].includes(done.code!), `${verb}: ${done.code} ${done.stderr}`);
}

/**
 * Whether a process still is a copy of the supervisor, on its way to the program that it is to be. The kernel holds the
 * supervisor until it gets there: to stop it is to stop the supervisor, in a way that nobody can see or undo but the two.
 */
function isBeingStarted(pid: number, supervisor: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) === readlinkSync(`/proc/${supervisor}/exe`);
  } catch {
    return true;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself meanwhile.
  }
}

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
}

function table(): readonly Row[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return [{ pid: Number(name), parent: Number(parent), state: state! }];
    } catch {
      return [];
    }
  });
}

function zombiesOf(parent: number): Set<number> {
  return new Set(table().filter((row) => row.parent === parent && row.state === "Z").map((row) => row.pid));
}

function descendantsOf(root: number): readonly number[] {
  const rows = table();
  const found: number[] = [];
  const pending = [root];
  while (pending.length > 0) {
    const parent = pending.pop()!;
    const children = rows.filter((row) => row.parent === parent && row.state !== "Z").map((row) => row.pid);
    found.push(...children);
    pending.push(...children);
  }
  return found;
}

/**
 * No actor has processes of two runs alive: what a run leaves behind is ended before the next. The table is read line by
 * line, so a line of an earlier run counts only if it still stands when one of a later run has been seen.
 */
function assertNoTwins(sandbox: Sandbox): void {
  const seen = new Map<string, { pid: number; run: string }[]>();
  for (const { pid } of table()) {
    const { actor, run } = runOf(sandbox, pid);
    if (actor === undefined || run === undefined) continue;
    const others = (seen.get(actor) ?? []).filter((other) => other.run !== run);
    for (const other of others) {
      assert.notEqual(runOf(sandbox, other.pid).run, other.run, `${actor} has processes of two runs`);
    }
    seen.set(actor, [...(seen.get(actor) ?? []), { pid, run }]);
  }
}

/** Which actor and which run of it a process belongs to; nothing of one that has ended. */
function runOf(sandbox: Sandbox, pid: number): { actor?: string | undefined; run?: string | undefined } {
  try {
    const environ = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    if (!environ.includes(`E2E_MARK=${sandbox.mark}`)) return {};
    const value = (name: string) =>
      environ.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
    return { actor: value("SUPERVISE_ACTOR"), run: value("SUPERVISE_RUN") };
  } catch {
    return {};
  }
}
