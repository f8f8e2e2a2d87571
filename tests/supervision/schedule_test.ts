/** Runs that come by a schedule: when they are due, what overlaps, what is missed, and what stops them. */
import assert from "node:assert/strict";
import type { Schedule } from "../../lib/config/plan.ts";
import { viewOf } from "../../lib/supervision/view.ts";
import { describeWhy } from "../../lib/words/describe_why.ts";
import { type ActorSketch, planOf, type TreeSketch } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const every = (everyMs: number, more: Partial<Schedule> = {}): Schedule => ({
  timing: { everyMs },
  overlap: "skip",
  catchUp: false,
  ...more,
});
const cron = (text: string, more: Partial<Schedule> = {}, timezone: string | null = "UTC"): Schedule => ({
  timing: { cron: text, timezone },
  overlap: "skip",
  catchUp: false,
  ...more,
});

function worldOf(children: TreeSketch["children"], tree: Partial<TreeSketch> = {}): World {
  return new World(planOf({ ...tree, children }));
}

/** A tree with one actor that its schedule runs, and a daemon beside it. */
function jobWorld(schedule: Schedule, job: ActorSketch = {}): World {
  return worldOf({ job: { ...job, schedule }, api: { daemon: true } });
}

/** Lets runs come and end by themselves for a time, and says at which dates they began. */
function datesOfRuns(world: World, ms: number, lastsMs = 0): readonly string[] {
  const dates: string[] = [];
  const end = world.now + ms;
  while (world.now < end) {
    world.advance(Math.min(1_000, end - world.now));
    for (const line of world.take("spawn")) {
      if (line === "spawn job") dates.push(new Date(world.date0 + world.now).toISOString().slice(5, 19));
    }
    if (world.processOf("job") === undefined) continue;
    world.advance(lastsMs);
    if (world.processOf("job") !== undefined) world.exits("job", 0);
    world.take();
  }
  return dates;
}

test("schedule: an actor with one does not start with its tree, and its tree is ready without it", () => {
  const world = jobWorld(cron("0 3 * * *"));
  const request = (world.begin(), world.awaitReady("", "job"));
  world.advance(1_000);
  assert.deepEqual(world.phases(), { job: "scheduled", api: "running" });
  assert.equal(world.replies.get(request)?.ok, true);
  assert.deepEqual(world.take("#scheduled", "spawn"), ["#scheduled job", "spawn api"]);
});

test("schedule: a tree with nothing but a schedule goes on", () => {
  const world = worldOf({ job: { schedule: every(5_000) } }).begin();
  world.advance(5_000);
  world.exits("job", 0);
  assert.equal(world.phase("job"), "scheduled");
  assert.equal(world.outcome, null);
  world.advance(5_000);
  assert.equal(world.phase("job"), "running");
});

test("schedule: dates of a cron expression are kept to the second, as often as there are some", () => {
  const world = jobWorld(cron("*/10 * * * *")).begin();
  assert.deepEqual(datesOfRuns(world, 30 * MINUTE), ["01-01T00:10:00", "01-01T00:20:00", "01-01T00:30:00"]);
  const seconds = jobWorld(cron("*/20 * * * * *")).begin();
  assert.equal(datesOfRuns(seconds, MINUTE).length, 3);
});

test("schedule: an interval counts from when the tree is up, and goes by no date", () => {
  const world = jobWorld(every(10_000)).begin();
  world.advance(9_999);
  assert.equal(world.phase("job"), "scheduled");
  world.date0 += 3 * DAY;
  world.advance(1);
  assert.equal(world.phase("job"), "running");
  world.exits("job");
  world.date0 -= 30 * DAY;
  world.advance(9_999);
  assert.equal(world.phase("job"), "scheduled");
  world.advance(1);
  assert.equal(world.phase("job"), "running");
});

/** From which date for how long, the expression, and when runs begin, in UTC. */
const SUMMER_TIME: readonly (readonly [string, string, number, string, readonly string[]])[] = [
  // 02:00 to 03:00 is left out on 29 March: what falls into it comes at its end.
  ["the hour that is left out", "2026-03-28T12:00:00Z", 2 * DAY, "30 2 * * *", [
    "03-29T01:00:00",
    "03-30T00:30:00",
  ]],
  ["each hour, as one is left out", "2026-03-28T23:30:00Z", 4 * HOUR, "0 * * * *", [
    "03-29T00:00:00",
    "03-29T01:00:00",
    "03-29T02:00:00",
    "03-29T03:00:00",
  ]],
  // 02:00 to 03:00 comes twice on 25 October: a fixed time comes once, what comes each hour comes each hour.
  ["the hour that comes twice", "2026-10-24T12:00:00Z", 2 * DAY, "30 2 * * *", [
    "10-25T00:30:00",
    "10-26T01:30:00",
  ]],
  ["each hour, as one comes twice", "2026-10-24T23:30:00Z", 4 * HOUR, "0 * * * *", [
    "10-25T00:00:00",
    "10-25T01:00:00",
    "10-25T02:00:00",
    "10-25T03:00:00",
  ]],
];

for (const [name, from, ms, text, expected] of SUMMER_TIME) {
  test(`schedule: summer time: ${name}`, () => {
    const world = jobWorld(cron(text, {}, "Europe/Berlin"));
    world.date0 = Date.parse(from);
    world.begin();
    assert.deepEqual(datesOfRuns(world, ms), expected);
  });
}

/** How the date jumps at 02:30 with a run due at 03:00, whether that is made up for, and when runs begin until 08:00. */
const JUMPS: readonly (readonly [string, number, boolean, readonly string[]])[] = [
  ["not at all", 0, false, ["01-01T03:00:00"]],
  ["forward, not as far as the run", 20 * MINUTE, false, ["01-01T03:00:00"]],
  ["forward, to just behind it", 30 * MINUTE + 20_000, false, ["01-01T03:00:50"]],
  ["forward, far beyond it", 2 * HOUR, false, []],
  ["forward, far beyond it, which is made up for", 2 * HOUR, true, ["01-01T04:30:30"]],
  ["back, by an hour", -HOUR, false, ["01-01T03:00:00"]],
];

for (const [name, jump, catchUp, expected] of JUMPS) {
  test(`schedule: the date jumps: ${name}`, () => {
    const world = jobWorld(cron("0 3 * * *", { catchUp })).begin();
    world.advance(2.5 * HOUR);
    world.date0 += jump;
    const dates = datesOfRuns(world, 5.5 * HOUR - jump);
    // A jump is noticed within half a minute.
    assert.deepEqual(
      dates.map((date) => date.slice(0, 11)),
      expected.map((date) => date.slice(0, 11)),
      `${dates}`,
    );
  });
}

test("schedule: a date that has had its run has none again when the clock is put back a little", () => {
  const world = jobWorld(cron("0 3 * * *")).begin();
  assert.deepEqual(datesOfRuns(world, 3 * HOUR), ["01-01T03:00:00"]);
  world.date0 -= HOUR;
  assert.deepEqual(datesOfRuns(world, 2 * HOUR), []);
});

test("schedule: a clock that is put back by days was wrong, and its dates come again", () => {
  const world = jobWorld(cron("0 3 * * *"));
  world.date0 += 10 * DAY;
  world.begin();
  world.advance(HOUR);
  world.date0 -= 10 * DAY;
  assert.deepEqual(datesOfRuns(world, 3 * HOUR), ["01-01T03:00:00"]);
});

test("schedule: of many dates that were slept through, one that is merely late has its run", () => {
  const world = jobWorld(cron("* * * * *")).begin();
  world.advance(1_000);
  world.take();
  world.date0 += 10 * MINUTE;
  world.advance(30_000);
  assert.equal(world.phase("job"), "running");
  const due = world.take("#due", "spawn");
  assert.deepEqual(due, ["#due job", "spawn job"]);
});

test("schedule: an interval that was slept through stays in step", () => {
  const world = jobWorld(every(10 * MINUTE)).begin();
  world.now = (world.now + 35 * MINUTE) as typeof world.now;
  world.send({ type: "time_passed" });
  assert.equal(world.phase("job"), "scheduled", "a run that is due for five minutes is missed");
  world.advance(5 * MINUTE);
  assert.equal(world.phase("job"), "running");
});

/** What is said and done when a run is due while another one goes on. */
const OVERLAPS: readonly (readonly [Schedule["overlap"], readonly string[], readonly string[]])[] = [
  ["skip", ["#due job"], []],
  ["queue", ["#due job"], ["spawn job"]],
  ["replace", [
    "#due job",
    "#stopping job",
    "signal job",
    "#exited job",
    "end_rest job",
    "close_run job",
    "spawn job",
  ], []],
];

for (const [overlap, atOnce, later] of OVERLAPS) {
  test(`schedule: overlap = ${overlap}`, () => {
    const world = jobWorld(every(10_000, { overlap })).begin();
    world.advance(10_000);
    world.take();
    world.advance(10_000);
    const kinds = ["#due", "#stopping", "signal", "#exited", "end_rest", "close_run", "spawn"];
    assert.deepEqual(world.take(...kinds), atOnce);
    world.advance(5_000);
    world.exits("job", 0);
    assert.deepEqual(world.take("spawn"), later);
    assert.equal(world.phase("job"), later.length > 0 ? "running" : "scheduled");
  });
}

test("schedule: however many are due meanwhile, one waits", () => {
  const world = jobWorld(every(10_000, { overlap: "queue" })).begin();
  world.advance(45_000);
  world.take();
  world.exits("job", 0);
  world.exits("job", 0);
  assert.deepEqual(world.take("spawn"), ["spawn job"]);
  assert.equal(world.phase("job"), "scheduled");
});

test("schedule: what waits for a dependency when the next date comes is the run of that", () => {
  for (const overlap of ["skip", "queue", "replace"] as const) {
    const world = worldOf({
      db: {
        daemon: true,
        ready: { probe: { type: "file", path: "/x" }, intervalMs: 100 },
        startTimeoutMs: HOUR,
      },
      job: { schedule: every(10_000, { overlap }), needs: { db: "ready" } },
    });
    world.script("db", { probe: "silent" });
    world.begin();
    world.advance(35_000);
    assert.equal(world.phase("job"), "waiting");
    const { run, attempt } = { run: 1, attempt: 1 };
    world.send({ type: "probed", node: world.id("db"), run, attempt, answer: { says: "ready" } });
    world.exits("job", 0);
    assert.equal(world.phase("job"), "scheduled", overlap);
  }
});

test("schedule: a run that fails is retried by its policy, and the next date comes all the same", () => {
  const world = jobWorld(every(MINUTE), { restart: "on-failure" });
  world.script("job", { spawn: { error: "no such file" } });
  world.begin();
  world.advance(MINUTE);
  world.advance(30_000);
  assert.equal(world.phase("job"), "scheduled");
  const node = world.state.nodes.get(world.id("job"))!;
  const view = viewOf(world.state, node, world.now);
  assert.equal(view.state, "failed");
  assert.match(describeWhy(view.why!), /restarted too often/);
  world.script("job", { spawn: "ok" });
  world.advance(30_000);
  assert.equal(world.phase("job"), "running");
  world.exits("job", 0);
  assert.equal(viewOf(world.state, world.state.nodes.get(world.id("job"))!, world.now).state, "completed");
});

test("schedule: a failed run does not fail its tree, nor what depends on it", () => {
  const world = worldOf({
    job: { schedule: every(10_000) },
    api: { daemon: true, needs: { job: "completed" } },
  }).begin();
  world.advance(10_000);
  world.exits("job", 1);
  assert.deepEqual(world.phases(), { job: "scheduled", api: "waiting" });
  world.advance(10_000);
  world.exits("job", 0);
  assert.deepEqual(world.phases(), { job: "scheduled", api: "running" });
});

test("schedule: `start` begins a run at once, and the schedule goes on", () => {
  const world = jobWorld(cron("0 3 * * *")).begin();
  const request = world.start(["job"]);
  assert.equal(world.phase("job"), "running");
  assert.equal(world.replies.get(request)?.ok, true);
  world.exits("job", 0);
  world.take();
  assert.deepEqual(datesOfRuns(world, 3 * HOUR), ["01-01T03:00:00"]);
});

test("schedule: `start` of a run that fails at once says so, also after one that went well", () => {
  const world = jobWorld(cron("0 3 * * *")).begin();
  world.start(["job"]);
  world.exits("job", 0);
  world.script("job", { spawn: { error: "no such file" } });
  assert.equal(world.replies.get(world.start(["job"]))?.ok, false);
});

test("schedule: `restart` by hand of one whose last run gave up begins a run that may fail as often again", () => {
  const world = jobWorld(cron("0 3 * * *"), {
    restart: "on-failure",
    intensity: { restarts: 1, withinMs: HOUR },
  });
  world.script("job", { spawn: { error: "no such file" } });
  world.begin();
  world.start(["job"]);
  world.advance(1_000);
  world.take();
  world.restart("job");
  world.advance(1_000);
  assert.deepEqual(world.take("spawn"), ["spawn job", "spawn job"]);
});

test("schedule: `start` of a tree has its schedules begin, and runs nothing", () => {
  const world = worldOf({ pool: { children: { job: { schedule: every(10_000) } } }, api: { daemon: true } })
    .begin();
  world.stop("pool");
  assert.equal(world.phase("pool/job"), "stopped");
  const request = world.start(["pool"]);
  assert.equal(world.phase("pool/job"), "scheduled");
  assert.equal(world.replies.get(request)?.ok, true);
  assert.deepEqual(world.take("spawn"), ["spawn api"]);
});

test("schedule: `stop` stops the run and the schedule, until `start`", () => {
  for (const isRunning of [false, true]) {
    const world = jobWorld(every(10_000)).begin();
    world.advance(isRunning ? 10_000 : 5_000);
    const request = world.stop("job");
    assert.equal(world.replies.get(request)?.ok, true);
    assert.equal(world.phase("job"), "stopped");
    world.take();
    world.advance(HOUR);
    assert.deepEqual(world.take("spawn", "#due"), []);
    world.start(["job"]);
    world.exits("job", 0);
    world.advance(10_000);
    assert.equal(world.phase("job"), "running");
  }
});

test("schedule: a run that ends well while it is stopped by hand stays stopped", () => {
  const world = jobWorld(every(10_000)).begin();
  world.script("job", { obeys: false, leaves: "stubborn" });
  world.advance(10_000);
  world.exits("job", 0);
  assert.equal(world.phase("job"), "stopping");
  world.stop("job");
  world.advance(10_000);
  assert.equal(world.phase("job"), "stopped");
});

test("schedule: nothing is due while the tree goes down", () => {
  for (const overlap of ["skip", "queue", "replace"] as const) {
    const world = jobWorld(every(10_000, { overlap }), { stop: { graceMs: 30_000 } }).begin();
    world.script("job", { obeys: false });
    world.advance(10_000);
    world.down();
    world.take();
    world.advance(25_000);
    assert.deepEqual(world.take("spawn", "#due"), []);
    world.exhaust();
    assert.equal(world.outcome?.kind, "cancelled");
  }
});

test("schedule: a tree that is started again begins its schedules anew", () => {
  const world = worldOf({
    pool: {
      strategy: "one_for_all",
      intensity: { restarts: 0, withinMs: 1_000 },
      restart: "always",
      backoff: { initialMs: 5_000, maxMs: 5_000, factor: 1, jitter: 0, resetAfterMs: 10_000 },
      children: { job: { schedule: every(10_000) }, web: { daemon: true } },
    },
    api: { daemon: true },
  }).begin();
  world.advance(9_000);
  world.exits("pool/web", 1);
  assert.deepEqual(world.phases(), {
    pool: "up",
    "pool/job": "scheduled",
    "pool/web": "running",
    api: "running",
  });
  world.advance(9_999);
  assert.equal(world.phase("pool/job"), "scheduled");
  world.advance(1);
  assert.equal(world.phase("pool/job"), "running");
});

test("schedule: a sibling's failure takes a run along, and not the schedule", () => {
  const world = worldOf({
    job: { schedule: every(10_000) },
    web: { daemon: true },
  }, { strategy: "one_for_all" }).begin();
  world.advance(10_000);
  world.exits("web", 1);
  assert.deepEqual(world.phases(), { job: "scheduled", web: "running" });
  world.advance(5_000);
  world.exits("web", 1);
  world.advance(5_000);
  assert.equal(world.phase("job"), "running");
});

test("schedule: what left survivors is not run again", () => {
  const world = jobWorld(every(10_000, { overlap: "replace" }), { stop: { graceMs: 0 } }).begin();
  world.script("job", { leaves: "immortal" });
  world.advance(10_000);
  world.exits("job", 0);
  world.advance(HOUR);
  assert.equal(world.phase("job"), "failed");
});

test("schedule: another plan changes it in place, gives one, and takes it away", () => {
  const plan = (job: ActorSketch) => planOf({ children: { job, api: { daemon: true } } });
  const world = new World(plan({ schedule: every(HOUR) })).begin();
  world.advance(1_000);
  world.replan(plan({ schedule: every(10_000) }));
  world.advance(10_000);
  assert.equal(world.phase("job"), "running", "the interval is another one");
  world.replan(plan({ schedule: every(20_000) }));
  assert.equal(world.phase("job"), "running");
  world.exits("job", 0);
  world.replan(plan({}));
  assert.equal(world.phase("job"), "completed");
  world.replan(plan({ schedule: every(20_000) }));
  assert.equal(world.phase("job"), "scheduled");
  world.take();
  world.replan(plan({ schedule: every(20_000, { overlap: "queue" }) }));
  assert.deepEqual(world.take("#scheduled"), [], "its dates are the same");
  world.replan(plan({ daemon: true }));
  assert.equal(world.phase("job"), "running");
});

test("schedule: a new actor with one waits for its date, and `apply` does not", () => {
  const world = worldOf({ api: { daemon: true } }).begin();
  const request = world.apply(
    planOf({ children: { api: { daemon: true }, job: { schedule: every(HOUR) } } }),
  );
  world.advance(1_000);
  assert.equal(world.replies.get(request)?.ok, true);
  assert.equal(world.phase("job"), "scheduled");
});

test("schedule: `reset` forgets how the last run failed", () => {
  const world = jobWorld(every(10_000)).begin();
  world.advance(10_000);
  world.exits("job", 1);
  world.reset("job");
  assert.equal(viewOf(world.state, world.state.nodes.get(world.id("job"))!, world.now).state, "inactive");
});

/** How long no supervisor lived, and whether a date of that time is made up for. */
for (const catchUp of [false, true]) {
  test(`schedule: a date that passed without a supervisor is ${catchUp ? "made up for, once" : "missed"}`, () => {
    const world = jobWorld(cron("*/10 * * * *", { catchUp })).begin();
    world.advance(9 * MINUTE);
    world.now = (world.now + 36 * MINUTE) as typeof world.now;
    world.resume();
    world.take();
    world.advance(1_000);
    assert.deepEqual(world.take("#due", "spawn"), catchUp ? ["#due job", "spawn job"] : ["#due job"]);
    if (catchUp) world.exits("job", 0);
    world.advance(5 * MINUTE);
    assert.deepEqual(world.take("spawn"), ["spawn job"], "the next date has its run");
  });
}

/** The tree is up again a while after its end, under the same plan or another one. */
function upAgain(world: World, afterMs: number, plan = world.plan): World {
  const next = new World(plan);
  next.date0 = world.date0 + world.now + afterMs;
  next.kept = world.kept;
  return next.begin();
}

/**
 * A job that makes up for what it misses; what is done to the tree before its end, for how long it is down, and when runs begin
 * then. A run that begins at once is seen a second later.
 */
const DOWNS: readonly (readonly [
  name: string,
  schedule: Schedule,
  before: (world: World) => void,
  downMs: number,
  runs: readonly string[],
])[] = [
  [
    "a date that passed is made up for, once",
    cron("0 3 * * *"),
    () => {},
    3 * DAY,
    ["01-04T12:00:01", "01-05T03:00:00"],
  ],
  ["a date that has not come is waited for", cron("0 3 * * *"), () => {}, HOUR, ["01-02T03:00:00"]],
  [
    "an interval that is over is made up for, and stays in step",
    every(7 * HOUR),
    () => {},
    3 * HOUR,
    ["01-01T15:00:01", "01-01T21:00:00", "01-02T04:00:00"],
  ],
  ["an interval goes on", every(15 * HOUR), () => {}, HOUR, ["01-01T15:00:00"]],
  [
    "what was stopped by hand has missed nothing",
    cron("0 3 * * *"),
    (world) => void world.stop("job"),
    DAY,
    ["01-03T03:00:00"],
  ],
];

for (const [name, schedule, before, downMs, runs] of DOWNS) {
  test(`schedule: while a tree is down, ${name}`, () => {
    const world = jobWorld({ ...schedule, catchUp: true }).begin();
    datesOfRuns(world, 12 * HOUR);
    before(world);
    world.down();
    world.advance(1_000);
    assert.ok(world.outcome !== null, "the tree is down");
    const again = upAgain(world, downMs - 1_000);
    assert.deepEqual(datesOfRuns(again, 15 * HOUR), runs);
  });
}

test("schedule: a supervisor that is killed with its tree leaves the next one its dates", () => {
  const world = jobWorld(cron("0 3 * * *", { catchUp: true })).begin();
  world.advance(HOUR);
  assert.deepEqual(datesOfRuns(upAgain(world, DAY), HOUR), ["01-02T01:00:01"]);
});

test("schedule: nothing is made up for that nobody has asked for", () => {
  const job = (schedule: Schedule) => planOf({ children: { job: { schedule }, api: { daemon: true } } });
  const first = new World(job(cron("0 3 * * *", { catchUp: true })));
  first.date0 += 12 * HOUR;
  assert.deepEqual(datesOfRuns(first.begin(), 12 * HOUR), [], "the first life of a tree has missed nothing");
  const careless = jobWorld(cron("0 3 * * *")).begin();
  assert.equal(careless.kept.size, 0);
  const turned = upAgain(careless, DAY, job(cron("0 3 * * *", { catchUp: true })));
  assert.deepEqual(datesOfRuns(turned, HOUR), [], "it was not to be made up for when it passed");
  const other = upAgain(first, DAY, job(cron("30 2 * * *", { catchUp: true })));
  assert.deepEqual(datesOfRuns(other, HOUR), [], "it was another date");
  const none = upAgain(first, DAY, job(cron("0 3 * * *")));
  assert.deepEqual(datesOfRuns(none, HOUR), []);
  assert.equal(none.kept.size, 0);
  const often = jobWorld({ ...every(7 * HOUR), catchUp: true }).begin();
  often.advance(HOUR);
  const anew = upAgain(often, 3 * HOUR, job(every(7 * HOUR)));
  assert.deepEqual(datesOfRuns(anew, 8 * HOUR), ["01-01T11:00:00"], "an interval begins with its tree");
});

test("schedule: a job of a tree that starts later makes up for what it has missed then", () => {
  const pool = {
    needs: { db: "ready" },
    children: { job: { schedule: cron("0 3 * * *", { catchUp: true }) } },
  } as const;
  const world = worldOf({ db: { daemon: true }, pool }).begin();
  world.advance(HOUR);
  world.down();
  world.advance(1_000);
  const again = new World(world.plan);
  again.kept = world.kept;
  again.date0 = world.date0 + DAY;
  again.script("db", { spawn: "silent" });
  again.begin();
  again.advance(HOUR);
  assert.equal(again.phase("pool"), "waiting");
  const { run } = again.actor("db").phase as { run: number };
  again.spawned(again.id("db"), run);
  again.advance(1_000);
  assert.deepEqual(again.take("#due", "spawn").slice(-2), ["#due pool/job", "spawn pool/job"]);
});

test("schedule: a supervisor that resumes goes by the dates of its own plan", () => {
  const world = jobWorld(cron("0 3 * * *")).begin();
  world.advance(HOUR);
  world.resume({
    plan: planOf({ children: { job: { schedule: cron("30 1 * * *") }, api: { daemon: true } } }),
  });
  assert.deepEqual(datesOfRuns(world, 3 * HOUR), ["01-01T01:30:00"]);
});

test("schedule: a run that is owed is so to the next supervisor, too", () => {
  const world = jobWorld(every(10_000, { overlap: "queue" })).begin();
  world.advance(20_000);
  world.resume();
  world.take();
  world.exits("job", 0);
  assert.deepEqual(world.take("spawn"), ["spawn job"]);
});

test("schedule: a date that never comes is waited for without end", () => {
  const world = jobWorld(cron("0 0 30 2 *")).begin();
  world.advance(DAY);
  assert.equal(world.phase("job"), "scheduled");
  assert.equal(viewOf(world.state, world.state.nodes.get(world.id("job"))!, world.now).next, null);
});

test("schedule: a view has the next run, also while one goes on", () => {
  const world = jobWorld(cron("0 3 * * *")).begin();
  const next = () => viewOf(world.state, world.state.nodes.get(world.id("job"))!, world.now).next;
  assert.deepEqual(next(), { date: world.date0 + 3 * HOUR });
  world.advance(3 * HOUR);
  assert.deepEqual(next(), { date: world.date0 + 27 * HOUR });
  world.stop("job");
  assert.equal(next(), null);
  const interval = jobWorld(every(10_000)).begin();
  interval.advance(4_000);
  const job = interval.state.nodes.get(interval.id("job"))!;
  assert.deepEqual(viewOf(interval.state, job, interval.now).next, { inMs: 6_000 });
});
