/** Runs that come by a schedule, of real programs. */
import assert from "node:assert/strict";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { e2e } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

const TREE = `
  [actors.tick]
  shell = "echo tick"
  schedule = "@every 200ms"
  [actors.second]
  exec = ["echo", "second"]
  schedule = "* * * * * *"
  timezone = "Europe/Berlin"
  [actors.night]
  shell = "exit 3"
  schedule = "0 0 1 1 *"
  [actors.web]
  exec = "sleep 1000"
  daemon = true
`;

e2e("schedule: runs come by interval and by date, and what is to come is shown", async (sandbox) => {
  sandbox.config(TREE);
  const plan = await sandbox.json("plan");
  const night = plan.spawns.find(({ path }: { path: string }) => path === "night");
  assert.match(night.nextRun, /^\d{4}-(?:01-01|12-31)T/);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const lines = async (path: string) => (await sandbox.supervise("logs", path)).stdout.split("\n").length - 1;
  await until("runs have come", async () => await lines("tick") >= 3 && await lines("second") >= 2);
  const { actors } = await sandbox.json("ps");
  const rowOf = (path: string) => actors.find((row: { path: string }) => row.path === path);
  assert.equal(rowOf("night").state, "inactive");
  assert.equal(rowOf("night").nextRun, night.nextRun);
  assert.ok(Date.parse(rowOf("tick").nextRun) > 0);
  assert.equal(rowOf("web").nextRun, null);
  assert.match((await sandbox.supervise("ps")).stdout, /night +inactive .*next run \d{4}-/);
  const events = (await sandbox.supervise("events")).stdout;
  assert.match(events, /night: the next run is at/);
  assert.match(events, /second: begins the run of/);
  assert.equal((await sandbox.supervise("down")).code, 0);
});

e2e(
  "schedule: `start` begins a run at once and says how it went, `stop` ends the schedule",
  async (sandbox) => {
    sandbox.config(TREE);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    await sandbox.supervise("start", "night");
    await until(
      "the run has failed",
      async () => (await sandbox.json("status", "night")).actors[0].state === "failed",
    );
    const [night] = (await sandbox.json("status", "night")).actors;
    assert.equal(night.exit.code, 3);
    assert.notEqual(night.nextRun, null);
    assert.equal((await sandbox.supervise("stop", "tick")).code, 0);
    const [tick] = (await sandbox.json("status", "tick")).actors;
    assert.deepEqual([tick.state, tick.nextRun], ["stopped", null]);
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
);

e2e("schedule: a date that passed while the tree was down is made up for, once", async (sandbox) => {
  const job = (name: string, more = "") => `
    [actors.${name}]
    shell = "echo ran"
    schedule = "0 3 * * *"
    ${more}`;
  sandbox.config(`${job("careful", "catch_up = true")}${job("careless")}`);
  const runsOf = async (name: string) =>
    (await sandbox.supervise("logs", name)).stdout.split("\n").filter((line) => line.endsWith("| ran"))
      .length;
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  assert.equal((await sandbox.supervise("down")).code, 0);
  assert.equal(await runsOf("careful"), 0, "the first life of a tree has missed nothing");
  // As if that had been two days ago.
  const dates = globSync(`${sandbox.dir}/state/**/dates.json`)[0]!;
  const kept = JSON.parse(readFileSync(dates, "utf8"));
  assert.deepEqual(Object.keys(kept), ["careful"]);
  kept.careful.date -= 48 * 3_600_000;
  writeFileSync(dates, JSON.stringify(kept));
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  await until("it is made up for", async () => await runsOf("careful") === 1);
  assert.match(
    (await sandbox.supervise("events")).stdout,
    /careful: begins the run of .*; the next run is at/,
  );
  assert.equal((await sandbox.supervise("down")).code, 0);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  assert.equal((await sandbox.supervise("down")).code, 0);
  assert.deepEqual([await runsOf("careful"), await runsOf("careless")], [1, 0]);
  // A file that somebody has spoilt harms nothing.
  writeFileSync(dates, '{"careful":{"timing":{"cron":7},"date":"x"}}');
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  assert.equal((await sandbox.supervise("down")).code, 0);
  assert.equal(await runsOf("careful"), 1);
});

e2e("schedule: `apply` changes one in place, and a mistake in it is told", async (sandbox) => {
  sandbox.config(TREE.replace("@every 200ms", "@every 1h"));
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  sandbox.config(TREE);
  assert.equal((await sandbox.supervise("apply")).code, 0);
  await until("a run has come", async () => /tick/.test((await sandbox.supervise("logs", "tick")).stdout));
  sandbox.config(TREE.replace("0 0 1 1 *", "0 25 1 1 *"));
  const { code, stderr } = await sandbox.supervise("apply");
  assert.equal(code, 5);
  assert.match(stderr, /config\/bad-schedule.*"25" is no hour/);
  assert.equal((await sandbox.supervise("down")).code, 0);
});
