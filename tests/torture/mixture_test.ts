/**
 * Everything at once, by chance: trees of every temper, on every layer, whose processes are killed, stopped and commanded,
 * whose supervisor and guardian are killed and stopped, and which end in every way. `SEED=n` has a run again, `ROUNDS=n`
 * goes on for longer (with `WATCHDOG_MS`, which bounds a single test).
 */
import assert from "node:assert/strict";
import { readlinkSync } from "node:fs";
import { descendantsOf, signalIfThere } from "../harness/process_table.ts";
import { secondsOf } from "../harness/sleepers.ts";
import type { Sandbox } from "../harness/supervise.ts";
import { once } from "./once.ts";
import type { Promises } from "./promises.ts";
import { chanceOf, few, LAYERS, pick, roundsOf, SEED, torture } from "./torture.ts";

/** What a run of all tests has time for. */
const FEW = few(3, 1);

/** What `ROUNDS=all` is here. */
const MOST = 1_000;

/** How often a tree is disturbed before it ends. */
const DISTURBANCES = 12;

/**
 * Daemons with children, deaf to SIGTERM, crashing, leaving orphans, and a nested tree of two levels; where the layer
 * knows of them, with descendants that escape.
 */
function configure(sandbox: Sandbox, layer: string): void {
  const sleep = `sleep ${secondsOf(sandbox)}`;
  const escapes = layer === "group" ? "" : `
    [actors.escaping]
    shell = "${
    once("escaping")
  } (setsid sh -c '${sleep}1; ${sleep}2' &) ; (setsid setsid ${sleep}3 &) ; exec ${sleep}4"
    daemon = true
    [actors.deaf]
    shell = "${
    once("deaf")
  } trap '' TERM; (setsid sh -c 'trap : TERM; while :; do sleep 0.05; done' &) ; while :; do sleep 0.05; done"
    daemon = true
  `;
  sandbox.config(`
    intensity = { restarts = 10000, within = "1s" }
    defaults = { backoff = { initial = "1ms", max = "20ms" }, stop = { grace = "150ms" } }
    [actors.plain]
    shell = "${once("plain")} exec ${sleep}"
    daemon = true
    [actors.family]
    shell = "${once("family")} ${sleep} & ${sleep} & wait"
    daemon = true
    depends_on = ["plain"]
    [actors.orphaning]
    shell = "${once("orphaning")} while :; do (sleep 0.02 &) ; sleep 0.03; done"
    daemon = true
    [actors.crashing]
    shell = "${once("crashing")} sleep 0.05; exit 3"
    daemon = true
    ready = { delay = "1ms" }
    ${escapes}
    [trees.outer]
    strategy = "one_for_all"
    intensity = { restarts = 2, within = "200ms" }
    actors.a = { shell = "${once("a")} exec ${sleep}", daemon = true }
    actors.b = { shell = "${once("b")} (${sleep} &) ; exec ${sleep}", daemon = true, depends_on = ["a"] }
    [trees.outer.trees.inner]
    strategy = "rest_for_one"
    actors.c = { shell = "${once("c")} exec ${sleep}", daemon = true }
    actors.d = { shell = "${once("d")} exec ${sleep}", daemon = true, depends_on = ["c"] }
  `);
}

const PATHS = ["plain", "family", "orphaning", "outer", "outer/a", "outer/b", "outer/inner/c", "**"];

const VERBS = ["stop", "start", "start", "restart"];

/** What ends a tree; whatever it leaves to the next one, the next one ends. */
const ENDS: readonly ((sandbox: Sandbox, promises: Promises) => Promise<void>)[] = [
  (sandbox) => down(sandbox),
  (sandbox) => down(sandbox, "--deadline", "50ms"),
  (sandbox) => down(sandbox, "--force"),
  async (_, promises) => {
    strike(promises, "SIGKILL", "supervisor");
    await promises.untilOver();
  },
  async (_, promises) => {
    strike(promises, "SIGKILL", "guardian");
    await promises.untilOver();
  },
  async (sandbox, promises) => {
    strike(promises, "SIGKILL", "supervisor");
    await up(sandbox);
    await down(sandbox);
  },
  async (sandbox, promises) => {
    strike(promises, "SIGKILL", "guardian");
    await downIfUp(sandbox);
  },
  async (sandbox, promises) => {
    strike(promises, "SIGSTOP", "guardian");
    strike(promises, "SIGKILL", "supervisor");
    await up(sandbox);
    await down(sandbox, "--force");
  },
  async (sandbox, promises) => {
    strike(promises, "SIGSTOP", "guardian");
    strike(promises, "SIGKILL", "supervisor", "guardian");
    await downIfUp(sandbox);
  },
  async (sandbox, promises) => {
    strike(promises, "SIGSTOP", "guardian");
    strike(promises, "SIGKILL", "supervisor", "guardian");
    await up(sandbox);
    await down(sandbox, "--force");
  },
];

for (let round = 0; round < Math.min(roundsOf(FEW), MOST); round++) {
  torture(`mixture: round ${round} of seed ${SEED}`, async (sandbox, promises) => {
    const random = chanceOf("mixture", round);
    const layer = pick(random, [...LAYERS, "group"]);
    configure(sandbox, layer);
    await up(sandbox, `--containment=${layer}`);
    for (let i = 0; i < DISTURBANCES; i++) await disturb(sandbox, promises, random);
    await pick(random, ENDS)(sandbox, promises);
    await promises.assertOver();
  }, { onBun: true });
}

async function up(sandbox: Sandbox, ...options: readonly string[]): Promise<void> {
  const done = await sandbox.supervise("up", "-d", "--keep", ...options);
  assert.ok(done.code === 0 || done.code === 1, done.stderr);
  assert.doesNotMatch(done.stderr, /already running/);
}

async function down(sandbox: Sandbox, ...options: readonly string[]): Promise<void> {
  const done = await sandbox.supervise("down", ...options);
  assert.equal(done.code, 0, done.stdout + done.stderr);
  assert.match(done.stdout, /0 left/);
}

/** Where there may be nothing to end any more: all is stopped by hand, or has ended with the guardian. */
async function downIfUp(sandbox: Sandbox): Promise<void> {
  const done = await sandbox.supervise("down");
  if (done.code === 3) assert.match(done.stderr, /is not running/);
  else assert.equal(done.code, 0, done.stdout + done.stderr);
}

/** Signals the tree's own processes. */
function strike(
  promises: Promises,
  name: NodeJS.Signals,
  ...whom: readonly ("supervisor" | "guardian")[]
): void {
  const own = promises.own();
  for (const one of whom) signalIfThere(own[one]!.pid, name);
}

async function disturb(sandbox: Sandbox, promises: Promises, random: () => number): Promise<void> {
  const dice = random();
  if (dice < 0.5) return hitSomebody(promises.own().supervisor!.pid, random);
  if (dice < 0.6) return await holdStill(sandbox, promises, pick(random, ["supervisor", "guardian"]));
  if (dice < 0.65) {
    const again = await sandbox.supervise("up", "-d");
    assert.match(again.stderr, /already running/);
    return;
  }
  const patience = random() < 0.3 ? ["--no-wait"] : ["--timeout", "5s"];
  const done = await sandbox.supervise(pick(random, VERBS), pick(random, PATHS), ...patience);
  assert.ok([0, 1, 3, 8].includes(done.code!), `${done.code} ${done.stderr}`);
}

function hitSomebody(supervisor: number, random: () => number): void {
  const victims = descendantsOf(supervisor).filter(({ pid }) => !isBeingStarted(pid, supervisor));
  if (victims.length === 0) return;
  signalIfThere(
    pick(random, victims).pid,
    pick(random, ["SIGKILL", "SIGKILL", "SIGTERM", "SIGSTOP", "SIGSEGV"]),
  );
}

/** Whoever is stopped while it is asked something answers when it goes on. */
async function holdStill(
  sandbox: Sandbox,
  promises: Promises,
  whom: "supervisor" | "guardian",
): Promise<void> {
  strike(promises, "SIGSTOP", whom);
  const asked = sandbox.supervise("restart", "plain");
  await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 50))]);
  strike(promises, "SIGCONT", whom);
  const done = await asked;
  assert.equal(done.code, 0, done.stderr);
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
