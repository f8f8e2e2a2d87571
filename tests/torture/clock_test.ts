/** The date jumps by days, forth and back, at every second look that a supervisor takes at it. Nothing else may. */
import assert from "node:assert/strict";
import { FAULTY_SUPERVISE, type Sandbox } from "../harness/supervise.ts";
import { orderFault } from "./fault/fault.ts";
import { journalsOf } from "./journal.ts";
import { once } from "./once.ts";
import { chanceOf, torture } from "./torture.ts";

/** How many lines an actor prints. */
const LINES = 400;

/** The environment of a supervisor whose date jumps. */
function jumping(sandbox: Sandbox, name: string): Readonly<Record<string, string>> {
  const clockSeed = Math.floor(chanceOf(name)() * 2 ** 32);
  return orderFault({ role: "supervisor", trace: `${sandbox.dir}/steps`, strike: null, clockSeed });
}

/** The numbers that an actor has printed, as a command shows them. */
function numbersOf(text: string, path: string): readonly number[] {
  const lines = text.split("\n").flatMap((line) => /^\S*\s*(\S+) +\| n(\d+)$/.exec(line.trim()) ?? []);
  return [...Array(lines.length / 3).keys()].filter((index) => lines[3 * index + 1] === path)
    .map((index) => Number(lines[3 * index + 2]));
}

const ALL = Array.from({ length: LINES }, (_, index) => index + 1);

/** Prints numbers, in bursts and with pauses. */
const counting = (name: string) =>
  `${
    once(name)
  } read x < go.${name}; for i in $(seq ${LINES}); do echo n$i; [ $((i % 40)) != 0 ] || sleep 0.01; done`;

torture(
  "clock: up, logs -f and logs have every line once and in order, whatever the date is",
  async (sandbox) => {
    sandbox.config(`
    [actors.a]
    shell = "${counting("a")}; exec sleep 1000"
    daemon = true
    [actors.b]
    shell = "${counting("b")}"
  `);
    const lets = (name: string) => sandbox.run(["sh", "-c", `echo > go.${name}`]).done;
    await sandbox.run(["mkfifo", "go.a", "go.b"]).done;
    const up = sandbox.run([...FAULTY_SUPERVISE, "up"], jumping(sandbox, "lines"));
    await sandbox.untilUp();
    const following = sandbox.start(["logs", "-f", "-n", "1000"]);
    await lets("a");
    await following.line(/n40$/);
    await lets("b");
    await sandbox.rowWhen("b", ({ state }) => state === "completed");
    for (const path of ["a", "b"]) await following.line(new RegExp(` ${path} +\\| n${LINES}$`));
    const history = await sandbox.supervise("logs");
    const down = await sandbox.supervise("down");
    assert.equal(down.code, 0, down.stderr);
    const shown = { up: await up.done, "logs -f": await following.done, logs: history };
    for (const [command, { stdout }] of Object.entries(shown)) {
      for (const path of ["a", "b"]) assert.deepEqual(numbersOf(stdout, path), ALL, `${command} of ${path}`);
    }
  },
);

torture("clock: uptimes grow, and times are dates, whatever the date is", async (sandbox, promises) => {
  sandbox.config(`actors.a = { shell = "${once("a")} exec sleep 1000", daemon = true }`);
  const begin = performance.now();
  const up = await sandbox.run([...FAULTY_SUPERVISE, "up", "-d"], jumping(sandbox, "uptime")).done;
  assert.equal(up.code, 0, up.stderr);
  let last = 0;
  for (let look = 0; look < 8; look++) {
    const { uptimeMs, startedAt } = await sandbox.row("a");
    assert.ok(uptimeMs >= last && uptimeMs <= performance.now() - begin, `${uptimeMs} after ${last}`);
    assert.ok(!Number.isNaN(Date.parse(startedAt)), startedAt);
    last = uptimeMs;
  }
  await promises.assertStanding();
  assert.match((await sandbox.supervise("down")).stdout, /0 left/);
  for (const { at } of journalsOf(sandbox).flat()) assert.equal(new Date(at).toISOString(), at);
});

torture("clock: restarts, their delays and the budget are what they are without jumps", async (sandbox) => {
  sandbox.config(`
    intensity = { restarts = 4, within = "1h" }
    [actors.a]
    shell = "${once("a")} exit 3"
    daemon = true
    backoff = { initial = "20ms", max = "40ms", jitter = 0.0 }
  `);
  const story = async (env: Readonly<Record<string, string>>) => {
    const done = await sandbox.run([...FAULTY_SUPERVISE, "up"], env).done;
    assert.equal(done.code, 10, done.stderr);
    return journalsOf(sandbox).at(-1)!.map(({ path, event, cause, ...data }) => ({
      path,
      event,
      cause,
      delayMs: "delayMs" in data ? data.delayMs : undefined,
      left: "left" in data ? data.left : undefined,
    }));
  };
  assert.deepEqual(await story(jumping(sandbox, "restarts")), await story({}));
});
