import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { actorOf, compileText } from "../compiling.ts";

const scheduleOf = (lines: string) => actorOf(`[actors.a]\nexec = "x"\n${lines}`, "a").schedule;

test("keys of a schedule: an expression, an interval, and their details", () => {
  assert.deepEqual(scheduleOf('schedule = "0 3 * * *"'), {
    timing: { cron: "0 3 * * *", timezone: null },
    overlap: "skip",
    catchUp: false,
  });
  assert.deepEqual(
    scheduleOf('schedule = "@daily"\ntimezone = "Europe/Berlin"\noverlap = "queue"\ncatch_up = true'),
    {
      timing: { cron: "0 0 * * *", timezone: "Europe/Berlin" },
      overlap: "queue",
      catchUp: true,
    },
  );
  assert.deepEqual(scheduleOf('schedule = "@every 1h30m"')?.timing, { everyMs: 5_400_000 });
  assert.equal(scheduleOf(""), null);
});

test("keys of a schedule: details are inherited, and say nothing of what has none", () => {
  const file = (lines: string) =>
    `[defaults]\ntimezone = "UTC"\noverlap = "replace"\n[actors.a]\nexec = "x"\n${lines}`;
  assert.deepEqual(actorOf(file('schedule = "0 3 * * *"'), "a").schedule, {
    timing: { cron: "0 3 * * *", timezone: "UTC" },
    overlap: "replace",
    catchUp: false,
  });
  assert.equal(actorOf(file(""), "a").schedule, null);
});

/** What is wrong, and what is said of it. */
const WRONG: readonly (readonly [string, string, RegExp, RegExp | null])[] = [
  ['schedule = "5m"', "config/bad-schedule", /has 1 field/, /write "@every 5m"/],
  ['schedule = "@every 5"', "config/bad-schedule", /"5" is not a duration/, /write "@every 5s"/],
  ['schedule = "@every"', "config/bad-schedule", /is not a duration/, null],
  ['schedule = "@every 10ms"', "config/out-of-range", /too short/, /daemon/],
  ["schedule = 5", "config/wrong-type", /not a schedule/, null],
  [
    'schedule = "0 3 * * *"\ntimezone = "Berlin"',
    "config/bad-timezone",
    /did you mean "Europe\/Berlin"/,
    null,
  ],
  [
    'schedule = "0 3 * * *"\ntimezone = "Europe/Berln"',
    "config/bad-timezone",
    /did you mean "Europe\/Berlin"/,
    null,
  ],
  ['schedule = "0 3 * * *"\ntimezone = "+02:00"', "config/bad-timezone", /unknown time zone/, null],
  ['schedule = "0 3 * * *"\noverlap = "wait"', "config/bad-value", /unknown overlap "wait"/, null],
  ['timezone = "UTC"', "config/schedule-conflict", /"timezone" says nothing without a schedule/, null],
  ["catch_up = true", "config/schedule-conflict", /"catch_up" says nothing/, null],
  ['schedule = "@every 5m"\ntimezone = "UTC"', "config/schedule-conflict", /goes by no time zone/, null],
  [
    'schedule = "@every 5m"\ndaemon = true',
    "config/schedule-conflict",
    /has a schedule and is a daemon/,
    null,
  ],
  [
    'schedule = "@every 5m"\nrestart = "always"',
    "config/schedule-conflict",
    /always restarted/,
    /on-failure/,
  ],
  ['schedule = "@every 5m"\nsignificant = true', "config/schedule-conflict", /never ends for good/, null],
];

for (const [lines, name, message, hint] of WRONG) {
  test(`keys of a schedule: ${lines.replaceAll("\n", ", ")} is refused`, () => {
    const { problems } = compileText(`[actors.a]\nexec = "x"\n${lines}`);
    const found = problems.filter((problem) => problem.severity === "error");
    assert.deepEqual(found.map((problem) => problem.name), [name]);
    assert.match(found[0]!.message, message);
    if (hint !== null) assert.match(found[0]!.hint ?? "", hint);
  });
}

test("keys of a schedule: a tree that holds one never completes", () => {
  const { problems } = compileText(
    `[trees.pool.actors.job]\nexec = "x"\nschedule = "@daily"\n[actors.a]\nexec = "x"\ndepends_on = { pool = "completed" }`,
  );
  assert.deepEqual(problems.map(({ name }) => name), ["config/never-completes"]);
});
