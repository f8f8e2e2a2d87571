/** Trees whose processes do what a script says. */
import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import { instant } from "../../lib/base/instant.ts";
import type { Signal } from "../../lib/base/signals.ts";
import type { NodeId, Probe } from "../../lib/config/plan.ts";
import type { ScriptLine } from "../../lib/simulation/script.ts";
import { SimulatedTree } from "../../lib/simulation/simulated_tree.ts";
import { type Simulated, simulateTrace, type SimulationOptions } from "../../lib/simulation/simulate.ts";
import { glanceAt } from "../../lib/supervision/view.ts";
import { type ActorSketch, planOf, type TreeSketch } from "../harness/plan.ts";
import { test } from "../harness/test.ts";

const id = (path: string) => path as NodeId;
const once = { from: 1, count: 1 };
const always = { from: 1, count: Infinity };
const tcp = (port: number): Probe => ({ type: "tcp", host: "127.0.0.1", port });
const answering = (port: number) => ({ probe: tcp(port), intervalMs: 100 });
const CHECKED = {
  watchdogMs: null,
  intervalMs: 10_000,
  timeoutMs: 1_000,
  retries: 3,
  startPeriodMs: 0,
  onFailure: "restart",
} as const;
const DAEMON: ActorSketch = { daemon: true };

function play(
  children: TreeSketch["children"],
  script: readonly ScriptLine[],
  options: SimulationOptions = {},
  tree: Omit<TreeSketch, "children"> = {},
): Simulated {
  return simulateTrace(planOf({ ...tree, children }), script, options);
}

/** The entries of one actor, with their times. */
function course({ entries }: Simulated, path: string): readonly string[] {
  return entries.filter(({ node }) => node === path).map(({ atMs, event }) => `${atMs} ${event}`);
}

test("simulated tree: a task is done after a second, a daemon goes on, and nothing more happens", () => {
  const simulated = play({ job: {}, web: { ...DAEMON, needs: { job: "completed" } } }, []);
  assert.deepEqual(course(simulated, "job"), ["0 started", "0 ready", "1000 exited", "1000 completed"]);
  assert.deepEqual(course(simulated, "web"), ["1000 started", "1000 ready"]);
  assert.ok(simulated.isAtRest);
  assert.equal(simulated.outcome, null);
});

test("simulated tree: a task whose end is written is not done before it", () => {
  const about = { path: id("job"), runs: once };
  const exit: ScriptLine = { kind: "exit", ...about, atMs: 2_000, how: 1 };
  const hang: ScriptLine = { kind: "hang", ...about, atMs: 2_000 };
  const lasts: ScriptLine = { kind: "lasts", ...about, ms: 500 };
  assert.deepEqual(course(play({ job: { restart: "never" } }, [exit]), "job"), [
    "0 started",
    "0 ready",
    "2000 exited",
    "2000 failed",
  ]);
  assert.deepEqual(course(play({ job: {} }, [hang]), "job"), ["0 started", "0 ready"]);
  assert.deepEqual(course(play({ job: {} }, [exit, lasts]), "job").at(-1), "500 completed");
});

test("simulated tree: a crash befalls as many runs as the script says, and the budget is spent", () => {
  const crash: ScriptLine = { kind: "exit", path: id("web"), runs: { from: 1, count: 9 }, atMs: 100, how: 1 };
  const simulated = play({ web: DAEMON }, [crash], {}, {
    intensity: { restarts: 2, withinMs: 60_000 },
    onFailure: "escalate",
  });
  assert.equal(simulated.entries.filter(({ event }) => event === "started").length, 1 + 3);
  assert.equal(simulated.outcome?.kind, "gave_up");
  assert.ok(simulated.isAtRest);
});

test("simulated tree: a run is told by its number", () => {
  const simulated = play({ web: DAEMON }, [
    { kind: "exit", path: id("web"), runs: { from: 2, count: 1 }, atMs: 5_000, how: "SIGKILL" },
    { kind: "request", atMs: 1_000, request: { verb: "restart", paths: [id("web")] } },
  ]);
  assert.deepEqual(course(simulated, "web").filter((line) => / (started|exited)/.test(line)), [
    "0 started",
    "1100 exited",
    "1100 started",
    "6100 exited",
    "6100 started",
  ]);
});

test("simulated tree: what is slow is ready late, or not within its time", () => {
  const web = { ...DAEMON, ready: answering(80), startTimeoutMs: 5_000 };
  const ready = (ms: number) =>
    course(play({ web }, [{ kind: "slow", path: id("web"), runs: once, ms }]), "web").slice(0, 3);
  assert.deepEqual(ready(0), ["0 started", "0 ready"]);
  assert.deepEqual(ready(2_000).slice(0, 2), ["0 started", "2078 ready"]);
  assert.deepEqual(ready(Infinity), ["0 started", "5000 timed_out", "5000 restarted"]);
});

test("simulated tree: a probe that waits finds out at once", () => {
  const log = { ...DAEMON, ready: { probe: { type: "log", pattern: "x" } as const, intervalMs: 100 } };
  assert.deepEqual(course(play({ web: log }, []), "web"), ["0 started", "1000 ready"]);
});

test("simulated tree: what hangs is found out by its checks, and only SIGKILL ends it", () => {
  const web = {
    ...DAEMON,
    ready: answering(80),
    health: { ...CHECKED, probe: tcp(80) as Probe & { type: "tcp" } },
  };
  const simulated = play({ web }, [{ kind: "hang", path: id("web"), runs: once, atMs: 60_000 }]);
  const entries = course(simulated, "web");
  assert.ok(entries.some((line) => line.endsWith(" killed")), entries.join("\n"));
  const unhealthy = Number(entries.find((line) => line.endsWith(" unhealthy"))!.split(" ")[0]);
  assert.ok(unhealthy > 60_000 + 20_000 && unhealthy < 60_000 + 35_000, String(unhealthy));
  assert.equal(entries.at(-1)?.split(" ")[1], "healthy");
});

test("simulated tree: a check that fails for some time counts, and one that works again forgets", () => {
  const web = { ...DAEMON, health: { ...CHECKED, probe: tcp(80) as Probe & { type: "tcp" } } };
  const ill = (forMs: number) =>
    course(play({ web }, [{ kind: "unhealthy", path: id("web"), runs: once, atMs: 100_000, forMs }]), "web");
  assert.deepEqual(ill(15_000), ["0 started", "0 ready", "0 healthy"]);
  assert.ok(ill(25_000).includes("120000 unhealthy"));
});

test("simulated tree: a watchdog is fed until its process hangs", () => {
  const web = { ...DAEMON, health: { ...CHECKED, probe: null, watchdogMs: 4_000 } };
  const simulated = play({ web }, [{ kind: "hang", path: id("web"), runs: once, atMs: 9_000 }], {
    forMs: 20_000,
  });
  assert.deepEqual(course(simulated, "web").filter((line) => /healthy/.test(line)).slice(0, 2), [
    "2000 healthy",
    "12000 unhealthy",
  ]);
});

test("simulated tree: a stop takes its time, or ends in SIGKILL", () => {
  const stopped = (ms: number) =>
    course(
      play({ web: DAEMON }, [
        { kind: "stop", path: id("web"), runs: always, ms, how: null },
        { kind: "request", atMs: 1_000, request: { verb: "stop", paths: [id("web")] } },
      ]),
      "web",
    ).slice(2);
  assert.deepEqual(stopped(3_000), ["1000 stopping", "4000 exited", "4000 stopped"]);
  assert.deepEqual(stopped(Infinity), ["1000 stopping", "11000 killed", "11000 exited", "11000 stopped"]);
});

test("simulated tree: of two that want one port, one finds it taken", () => {
  const web = { ...DAEMON, ready: answering(80) };
  const simulated = play({ a: web, b: web }, []);
  assert.ok(course(simulated, "b").includes("1000 exited"));
  const failure = simulated.entries.find(({ event }) => event === "start_failed");
  assert.match(JSON.stringify(failure?.data), /another process has that port/);
  assert.equal(glanceAt(simulated.state, simulated.state.nodes.get(id("a"))!).ready, true);
});

test("simulated tree: a port is another's when its process is gone", () => {
  const web = { ...DAEMON, ready: answering(80) };
  const crash: ScriptLine = { kind: "exit", path: id("a"), runs: once, atMs: 20_000, how: 1 };
  const simulated = play({ a: web }, [crash]);
  assert.deepEqual(course(simulated, "a").slice(2, 5), ["20000 exited", "20000 restarted", "20000 started"]);
  assert.ok(simulated.isAtRest);
});

test("simulated tree: hooks take their time and may fail", () => {
  const web: ActorSketch = { ...DAEMON, hooks: { commands: { pre_start: ["x"] }, timeoutMs: 60_000 } };
  const hooked = (ms: number, code: number) =>
    course(
      play({ web }, [{ kind: "hook", path: id("web"), runs: once, hook: "pre_start", ms, code }]),
      "web",
    );
  assert.deepEqual(hooked(5_000, 0), ["0 hook_started", "5000 started", "5000 ready"]);
  assert.deepEqual(hooked(5_000, 1).slice(0, 3), ["0 hook_started", "5000 hook_ended", "5000 restarted"]);
  assert.ok(hooked(90_000, 0).includes("60000 hook_ended"));
});

test("simulated tree: actors that survive their supervisor go on under the next, others begin anew", () => {
  const kill: ScriptLine = { kind: "kill_supervisor", atMs: 10_000, forMs: 5_000 };
  const survive = play(
    { web: DAEMON, job: DAEMON },
    [
      kill,
      { kind: "exit", path: id("job"), runs: once, atMs: 12_000, how: 1 },
    ],
    {},
    { onSupervisorDeath: "survive" },
  );
  assert.deepEqual(course(survive, "web"), ["0 started", "0 ready", "15000 adopted"]);
  assert.deepEqual(course(survive, "job").slice(2), [
    "15000 adopted",
    "15000 exited",
    "15000 restarted",
    "15000 started",
    "15000 ready",
  ]);
  const die = play({ web: DAEMON }, [kill]);
  assert.deepEqual(course(die, "web"), ["0 started", "0 ready", "15000 started", "15000 ready"]);
  const lives = die.changes.filter(({ path }) => path === "web").map(({ atMs, fact }) =>
    `${atMs} ${fact.processes}`
  );
  assert.deepEqual([...new Set(lives)], ["0 0", "0 1", "10000 0", "15000 0", "15000 1"]);
});

test("simulated tree: a line about a run that there never is, is told", () => {
  const line: ScriptLine = { kind: "exit", path: id("web"), runs: { from: 3, count: 1 }, atMs: 1, how: 1 };
  assert.deepEqual(play({ web: DAEMON }, [line]).unplayed, [{ line, why: "no_run" }]);
});

test("simulated tree: after its down nothing lives, and it ends at once", () => {
  const simulated = play({ web: DAEMON, sub: { children: { a: DAEMON } } }, [
    { kind: "request", atMs: 5_000, request: { verb: "down" } },
  ], { forMs: 60_000 });
  assert.equal(simulated.outcome?.kind, "cancelled");
  assert.equal(simulated.untilMs, 5_100);
});

test("simulated tree: what never comes to rest is computed for an hour", () => {
  const crash: ScriptLine = { kind: "exit", path: id("web"), runs: always, atMs: 10, how: 1 };
  const simulated = play({ web: DAEMON }, [crash], {}, { intensity: "unlimited" });
  assert.equal(simulated.isAtRest, false);
  assert.equal(simulated.outcome, null);
});

test("simulated tree: checks that are answered when it matters come to what each of them comes to", () => {
  const random = seeded(7);
  for (let round = 0; round < 40; round++) {
    const children: Record<string, ActorSketch> = {};
    const script: ScriptLine[] = [];
    for (const name of ["a", "b", "c"]) {
      const port = 1_000 + "abc".indexOf(name);
      const intervalMs = 500 + Math.floor(random() * 5_000);
      children[name] = {
        ...DAEMON,
        ready: answering(port),
        health: {
          ...CHECKED,
          intervalMs,
          retries: 1 + Math.floor(random() * 3),
          probe: tcp(port) as Probe & { type: "tcp" },
        },
      };
      const atMs = Math.floor(random() * 120_000);
      const dice = random();
      if (dice < 0.4) {
        script.push({
          kind: "unhealthy",
          path: id(name),
          runs: always,
          atMs,
          forMs: Math.floor(random() * 20_000),
        });
      } else if (dice < 0.7) script.push({ kind: "hang", path: id(name), runs: once, atMs });
      else script.push({ kind: "exit", path: id(name), runs: once, atMs, how: 1 });
    }
    const courseOf = (answersAll: boolean) => {
      const tree = new SimulatedTree({ plan: planOf({ children }), script, answersAll });
      tree.begin();
      tree.advanceTo(instant(600_000));
      const { entries, changes } = tree.trace();
      return { entries, changes };
    };
    assert.deepEqual(courseOf(false), courseOf(true), `round ${round}`);
  }
});

test("simulated tree: the facts of its trace are what nodes are seen to be", () => {
  const tree = new SimulatedTree({
    plan: planOf({
      children: { a: { ...DAEMON, ready: answering(1) }, sub: { children: { b: DAEMON, c: {} } } },
    }),
    script: [
      { kind: "exit", path: id("sub/b"), runs: { from: 1, count: 20 }, atMs: 700, how: 1 },
      { kind: "request", atMs: 2_000, request: { verb: "stop", paths: [id("a")] } },
      { kind: "request", atMs: 9_000, request: { verb: "down" } },
    ],
  });
  const known = new Map<string, unknown>();
  let seen = 0;
  tree.begin();
  do {
    const { changes } = tree.trace();
    for (; seen < changes.length; seen++) known.set(changes[seen]!.path, changes[seen]!.fact);
    for (const node of tree.state.nodes.values()) {
      const fact = { ...glanceAt(tree.state, node), processes: tree.processesOf(node.id) };
      assert.deepEqual(known.get(node.id), fact, `${node.id} at ${tree.now}`);
    }
  } while (tree.next(instant(60_000)));
  assert.ok(tree.state.outcome !== null);
});

test("simulated tree: the next supervisor is not told again of an end that the last one knew of", () => {
  const command = { argv: ["/bin/true"], ownGroup: true } as never;
  const web: ActorSketch = { ...DAEMON, hooks: { commands: { post_stop: command }, timeoutMs: 60_000 } };
  const script: readonly ScriptLine[] = [
    { kind: "hook", path: id("web"), runs: once, hook: "post_stop", ms: 5_000, code: 0 },
    { kind: "request", atMs: 1_000, request: { verb: "stop", paths: [id("web")] } },
    { kind: "kill_supervisor", atMs: 2_000, forMs: 1_000 },
  ];
  const simulated = play({ web, other: DAEMON }, script, {}, { onSupervisorDeath: "survive" });
  const events = simulated.entries.filter(({ node }) => node === "web").map(({ event }) => event);
  assert.equal(events.filter((event) => event === "exited").length, 1, events.join());
  assert.equal(events.at(-1), "stopped");
});

test("simulated tree: a check of health that asks another actor finds out when that is down", () => {
  const asking = (port: number) =>
    ({ ...CHECKED, probe: { type: "tcp", host: "127.0.0.1", port }, retries: 2 }) as const;
  const children: TreeSketch["children"] = {
    db: { daemon: true, ready: answering(7001) },
    web: { daemon: true, ready: answering(7002), health: asking(7001), needs: { db: "ready" } },
    own: { daemon: true, ready: answering(7003), health: asking(7003) },
    other: { daemon: true, health: asking(9999) },
  };
  const script: readonly ScriptLine[] = [
    { kind: "exit", path: id("db"), runs: once, atMs: 60_000, how: 1 },
    { kind: "slow", path: id("db"), runs: { from: 2, count: 1 }, ms: 25_000 },
  ];
  for (const answersAll of [false, true]) {
    const tree = new SimulatedTree({ plan: planOf({ children }), script, answersAll });
    tree.begin();
    tree.advanceTo(instant(200_000));
    const ends = tree.trace().entries.filter(({ event }) => event === "unhealthy" || event === "restarted");
    const readyAt = tree.trace().entries.find(({ event, node }) => event === "ready" && node === "web")!.atMs;
    const checkAt = readyAt + 10_000 * Math.ceil((60_000 - readyAt) / 10_000);
    assert.deepEqual(ends.map(({ node, event, atMs }) => [node, event, atMs]), [
      ["db", "restarted", 60_000],
      ["web", "unhealthy", checkAt + 10_000],
      ["web", "restarted", checkAt + 10_000],
    ]);
  }
});

test("simulated tree: what survives a supervisor that nobody goes on from is ended", () => {
  const children = { db: { daemon: true, stop: { graceMs: 20_000 } }, task: { significant: true } } as const;
  const script: readonly ScriptLine[] = [
    { kind: "stop", path: id("db"), runs: always, ms: 5_000, how: null },
    { kind: "kill_supervisor", atMs: 2_000, forMs: 1_000 },
  ];
  const { changes } = play(children, script, {}, { onSupervisorDeath: "survive" });
  const most = Math.max(...changes.map(({ fact }) => fact.processes));
  assert.equal(most, 1, "never two of db");
});

test("simulated tree: a course without an end that anybody could wait for is an error", () => {
  const backoff = { initialMs: 1, factor: 1, maxMs: 1, jitter: 0, resetAfterMs: 60_000 };
  const crash: ScriptLine = { kind: "exit", path: id("web"), runs: always, atMs: 1, how: 1 };
  const options = { forMs: 86_400_000, mostEntries: 5_000 };
  assert.throws(() => play({ web: { ...DAEMON, backoff } }, [crash], options, { intensity: "unlimited" }), {
    code: "simulate/too-long",
    message: /^After \d\S*s the course has 5,00\d entries, 5,000 of them of "web"$/,
  });
});

test("simulated tree: what is due goes before what a process comes to in the same instant", () => {
  const hasty: ActorSketch = { stop: { graceMs: 0 } };
  assert.deepEqual(course(play({ task: hasty }, []), "task").slice(2), [
    "1000 exited",
    "1000 killed",
    "1000 completed",
  ]);
});

test("simulated tree: SIGKILL ends what is stopping, and the stop signal stops whoever sends it", () => {
  const web: ActorSketch = { ...DAEMON, stop: { signal: "SIGHUP" } };
  const signalled = (signal: Signal, ...others: readonly ScriptLine[]) =>
    course(
      play({ web }, [
        { kind: "stop", path: id("web"), runs: always, ms: 5_000, how: null },
        { kind: "request", atMs: 2_000, request: { verb: "signal", paths: [id("web")], signal } },
        ...others,
      ], { forMs: 60_000 }),
      "web",
    );
  const stop: ScriptLine = { kind: "request", atMs: 1_000, request: { verb: "stop", paths: [id("web")] } };
  assert.ok(signalled("SIGKILL", stop).includes("2000 exited"));
  assert.ok(signalled("SIGHUP").includes("7000 exited"));
  assert.ok(!signalled("SIGUSR1").some((line) => line.endsWith(" exited")));
});

test("simulated tree: at a port that nobody listens at a probe is refused, also if the process hangs", () => {
  const web = { ...DAEMON, ready: answering(80), startTimeoutMs: 5_000 };
  const simulated = play({ web }, [{ kind: "hang", path: id("web"), runs: always, atMs: 100 }], {
    forMs: 6_000,
  });
  const late = simulated.entries.find(({ event }) => event === "timed_out");
  assert.match(JSON.stringify(late?.data), /tcp 127\.0\.0\.1:80: connection refused/);
});

test("simulated tree: a supervisor goes on with a state in which nothing lives", () => {
  const web = {
    ...DAEMON,
    backoff: { initialMs: 60_000, maxMs: 60_000, factor: 1, jitter: 0, resetAfterMs: 1 },
  };
  const missing: ScriptLine = { kind: "missing", path: id("web"), runs: { from: 1, count: 2 } };
  const killed: ScriptLine = { kind: "kill_supervisor", atMs: 10_000, forMs: 1_000 };
  const plan = planOf({ onSupervisorDeath: "survive", children: { web } });
  const { entries } = simulateTrace(plan, [missing, killed], { forMs: 100_000 });
  const resumed = entries.find(({ event }) => event === "resumed");
  assert.deepEqual([resumed?.atMs, resumed?.data], [11_000, { runs: 0 }]);
  assert.deepEqual(
    entries.filter(({ event, node }) => event === "started" && node === "web").map(({ atMs }) => atMs),
    [
      60_000,
    ],
  );
});
