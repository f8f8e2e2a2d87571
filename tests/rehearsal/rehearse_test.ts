/** A tree that the engine plays on a fake machine goes as the rules compute it. */
import assert from "node:assert/strict";
import type { Plan } from "../../lib/config/plan.ts";
import { rehearse } from "../../lib/rehearsal/rehearse.ts";
import { linesOrThrow } from "../../lib/simulation/lines_or_throw.ts";
import type { ScriptLine } from "../../lib/simulation/script.ts";
import type { LineKind } from "../../lib/simulation/script_text.ts";
import type { SimulationOptions } from "../../lib/simulation/simulate.ts";
import { planOf } from "../config/compiling.ts";
import { examplePlan } from "../harness/example_plan.ts";
import { test } from "../harness/test.ts";
import { type Agreed, assertAgree } from "./agreement.ts";

type Lines = readonly (readonly [LineKind, string])[];

const SHOP = planOf(`
intensity = { restarts = 3, within = "30s" }
on_failure = "escalate"

[actors.db]
exec = "postgres -D data"
daemon = true
ready = { tcp = "127.0.0.1:5432", timeout = "20s" }
health = { exec = "pg_isready", interval = "5s", retries = 2 }
stop = { signal = "INT", grace = "4s" }

[actors.migrate]
exec = "./migrate"
depends_on = ["db"]
hooks = { pre_start = "./backup" }

[actors.api]
exec = "./api"
daemon = true
depends_on = { migrate = "completed" }
ready = { http = "http://127.0.0.1:8000/health" }
health = { http = "http://127.0.0.1:8000/health", interval = "10s" }
stop = { command = "./drain" }

[actors.tick]
exec = "./tick"
schedule = "@every 70s"

[trees.jobs]
strategy = "one_for_all"
on_supervisor_death = "survive"

[trees.jobs.actors.queue]
exec = "./queue"
daemon = true
ready = { log = "listening" }

[trees.jobs.actors.worker]
exec = "./worker"
daemon = true
ready = { notify = true }
depends_on = ["queue"]
health = { watchdog = "6s" }

[trees.jobs.actors.mail]
module = "mail.ts"
daemon = true
`);

function linesOf(plan: Plan, lines: Lines): readonly ScriptLine[] {
  return lines.flatMap(([kind, text]) => linesOrThrow(plan, kind, text));
}

/** The entries of a node after its first, each as `exited@10000`. */
function eventsOf({ rehearsed }: Agreed, path: string): readonly string[] {
  return rehearsed.entries.filter(({ node }) => node === path).map(({ event, atMs }) => `${event}@${atMs}`);
}

async function played(lines: Lines, options: SimulationOptions = { forMs: 300_000 }): Promise<Agreed> {
  return await assertAgree(SHOP, linesOf(SHOP, lines), options);
}

/** A script of each kind of line, and something that comes of it. */
const SCRIPTS: readonly (readonly [string, Lines, string, string])[] = [
  ["nothing", [], "api", "healthy"],
  ["crashes", [["crash", "db@10s*2"]], "db", "restarted@10000"],
  ["crashes that spend the budget", [["crash", "db@2s*all"]], "", "failed"],
  ["an end by itself", [["exit", "migrate@500ms*2=7"]], "migrate", "failed"],
  ["an end by a signal", [["exit", "api@20s=SIGABRT"]], "api", "exited@"],
  ["no such program", [["missing", "migrate*1"]], "migrate", "start_failed"],
  ["a slow start", [["slow", "db=40s"]], "db", "timed_out@20000"],
  ["a start that never ends", [["slow", "jobs/worker#1=never"]], "jobs/worker", "timed_out"],
  ["a long task", [["lasts", "migrate=50s"]], "migrate", "completed"],
  ["a process that hangs", [["hang", "api@1m1s"]], "api", "killed"],
  ["a process that hangs and feeds no watchdog", [["hang", "jobs/worker@30s"]], "jobs/worker", "unhealthy"],
  ["checks that fail", [["unhealthy", "db@33s/23s"]], "db", "unhealthy"],
  ["checks that fail for a moment", [["unhealthy", "db@33s/3s"]], "db", "healthy"],
  ["a slow stop", [["stopping", "db=3s:0"], ["request", "stop db@1m"]], "db", "exited@63000"],
  ["a stop that never ends", [["stopping", "api=never"], ["request", "restart api@1m"]], "api", "killed"],
  ["a slow hook", [["hook", "migrate.pre_start=5s"]], "migrate", "hook_started"],
  ["a hook that fails", [["hook", "migrate#1*1.pre_start=1s:3"]], "migrate", "hook_ended"],
  ["a restart", [["request", "restart jobs@1m"]], "jobs/mail", "stopping@60000"],
  ["a stop and a start", [["request", "stop api@1m"], ["request", "start api@2m"]], "api", "started@120000"],
  ["a signal", [["request", "signal HUP db@1m"]], "", "requested@60000"],
  ["a signal that ends it", [["request", "signal TERM api@1m"]], "api", "exited@60100"],
  ["a reset", [["missing", "migrate*1"], ["request", "reset migrate@1m"]], "migrate", "started@60000"],
  ["a down", [["request", "down@1m"]], "", "ended"],
  ["the death of the supervisor", [["kill-supervisor", "1m"]], "jobs/queue", "adopted@61000"],
  [
    "an end while there is none",
    [["kill-supervisor", "1m/10s"], ["crash", "jobs/queue@1m9s"]],
    "jobs/queue",
    "exited@70000",
  ],
  [
    "deaths one after the other",
    [["kill-supervisor", "1.3s"], ["kill-supervisor", "90.1s/3s"]],
    "db",
    "started",
  ],
];

for (const [name, lines, path, event] of SCRIPTS) {
  test(`rehearsal: ${name}`, async () => {
    const events = eventsOf(await played(lines), path);
    assert.ok(events.some((one) => one.startsWith(event)), `${event}: ${events.join(", ")}`);
  });
}

test("rehearsal: what no module hears any more is started again by the next supervisor", async () => {
  const events = eventsOf(await played([["kill-supervisor", "1m"]]), "jobs/mail");
  assert.ok(events.some((one) => one.startsWith("exited@61")), events.join(", "));
});

test("rehearsal: it ends when nothing more happens, as the simulation does", async () => {
  const { simulated, rehearsed } = await assertAgree(examplePlan("hello/supervise.toml"), [], {});
  assert.deepEqual(
    [rehearsed.isAtRest, rehearsed.untilMs, rehearsed.outcome],
    [simulated.isAtRest, simulated.untilMs, simulated.outcome],
  );
});

test("rehearsal: the stack example goes as it is computed", async () => {
  const plan = examplePlan("stack/supervise.toml");
  const [first, second] = plan.nodes.filter((node) => node.kind !== "tree" && node.daemon).map(({ path }) =>
    path
  );
  await assertAgree(
    plan,
    linesOf(plan, [["crash", `${first}@10.1s*2`], ["request", `restart ${second}@1m0.3s`]]),
    {
      forMs: 300_000,
    },
  );
});

test("rehearsal: the facts are those of the simulation", async () => {
  const { simulated, rehearsed } = await played([["crash", "db@10s"], ["kill-supervisor", "1m"]]);
  for (const { path } of SHOP.nodes) {
    const states = ({ changes }: typeof simulated) =>
      changes.filter((change) => change.path === path).map(({ atMs, fact }) =>
        `${atMs} ${JSON.stringify(fact)}`
      );
    assert.deepEqual(new Set(states(rehearsed)), new Set(states(simulated)), path);
  }
});

test("rehearsal: no name of the stage is told", async () => {
  const { rehearsed } = await played([["unhealthy", "db@33s/5m"], ["missing", "migrate"], [
    "hang",
    "api@20s",
  ]]);
  const { entries, state: { nodes }, outcome } = rehearsed;
  const phases = [...nodes.values()].map(({ phase }) => "reason" in phase ? phase.reason : null);
  assert.doesNotMatch(JSON.stringify([entries, phases, outcome]), /stage/);
});

test("rehearsal: it stops when it is told to", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(rehearse(SHOP, [], { signal }), /enough/);
});
