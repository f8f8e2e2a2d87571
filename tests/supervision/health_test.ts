/** Whether what runs still works, as the core decides it. */
import assert from "node:assert/strict";
import type { Health } from "../../lib/config/plan.ts";
import type { ProbeAnswer } from "../../lib/supervision/event.ts";
import { type ActorSketch, planOf, type TreeSketch } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";
import { holdToReference } from "./reference/twin.ts";

const HEALTH: Health = {
  probe: { type: "tcp", host: "127.0.0.1", port: 1 },
  watchdogMs: null,
  intervalMs: 10_000,
  timeoutMs: 5_000,
  retries: 3,
  startPeriodMs: 0,
  onFailure: "restart",
};
const WATCHDOG: Health = { ...HEALTH, probe: null, watchdogMs: 2_000 };

function checked(differences: Partial<Health> = {}): ActorSketch {
  return { daemon: true, health: { ...HEALTH, ...differences } };
}

function worldOf(children: TreeSketch["children"]): World {
  const world = new World(planOf({ children }));
  world.onStep = holdToReference;
  world.begin();
  world.advance(0);
  world.take();
  return world;
}

const SEEN = ["#healthy", "#unhealthy", "signal", "spawn"];

test("health: it is asked at once and every interval, and is healthy with the first good answer", () => {
  const world = new World(planOf({ children: { web: checked() } })).begin();
  world.take();
  world.advance(0);
  assert.deepEqual(world.take("probe", ...SEEN), ["probe web", "#healthy web"]);
  world.advance(9_999);
  assert.deepEqual(world.take("probe"), []);
  world.advance(1);
  assert.deepEqual(world.take("probe", ...SEEN), ["probe web"]);
});

test("health: so many failures in a row restart it, as a crash does; a good answer begins the count anew", () => {
  const world = worldOf({ web: checked() });
  world.script("web", { probe: "refused" });
  world.advance(20_000);
  world.script("web", { probe: null });
  world.advance(10_000);
  world.script("web", { probe: "refused" });
  world.advance(29_999);
  assert.deepEqual(world.take(...SEEN), []);
  world.advance(1);
  assert.deepEqual(world.take(...SEEN), ["#unhealthy web", "signal web", "spawn web"]);
  assert.equal(world.actor("web").restarts, 1);
  assert.deepEqual(world.actor("web").phase.at, "running");
});

test("health: what never gets well spends its budget, and fails with what was last said", () => {
  const world = worldOf({
    web: { ...checked({ intervalMs: 1_000, retries: 1 }), intensity: { restarts: 2, withinMs: 60_000 } },
  });
  world.script("web", { probe: "refused" });
  world.advance(60_000);
  const { phase } = world.actor("web");
  assert.ok(phase.at === "failed" && phase.reason.kind === "gave_up");
  assert.deepEqual(phase.reason.last, { kind: "unhealthy", why: "refused" });
});

test("health: in its start period failures count for nothing, and good answers do", () => {
  const world = worldOf({ web: checked({ startPeriodMs: 60_000, retries: 1 }) });
  world.script("web", { probe: "refused" });
  world.advance(59_999);
  assert.deepEqual(world.take(...SEEN), []);
  world.advance(1);
  assert.deepEqual(world.take(...SEEN).slice(0, 2), ["#unhealthy web", "signal web"]);
});

test("health: what is only told of goes on, and is healthy again when it is", () => {
  const world = worldOf({ web: checked({ onFailure: "ignore", retries: 2 }) });
  world.script("web", { probe: "refused" });
  world.advance(60_000);
  world.script("web", { probe: null });
  world.advance(60_000);
  assert.deepEqual(world.take(...SEEN), ["#unhealthy web", "#healthy web"]);
});

test("health: one that gets no answer is asked again only when that question is over", () => {
  const world = worldOf({ web: checked() });
  world.script("web", { probe: "silent" });
  world.advance(60_000);
  assert.deepEqual(world.take("probe"), ["probe web"]);
  world.answers("web", { says: "nothing" });
  world.advance(9_999);
  assert.deepEqual(world.take("probe"), []);
  world.advance(1);
  assert.deepEqual(world.take("probe"), ["probe web"]);
});

test("health: what depends on health starts with it, and not before", () => {
  const world = new World(
    planOf({ children: { db: checked(), api: { daemon: true, needs: { db: "healthy" } } } }),
  );
  world.script("db", { probe: "refused" });
  world.begin();
  world.advance(15_000);
  assert.equal(world.phase("api"), "waiting");
  world.script("db", { probe: null });
  world.advance(10_000);
  assert.equal(world.phase("api"), "running");
});

test("health: a watchdog that is silent for its time restarts, and each word begins it anew", () => {
  const world = worldOf({ web: { daemon: true, health: WATCHDOG } });
  for (let count = 0; count < 10; count++) {
    world.advance(1_999);
    world.tells("web", { is: "alive" });
  }
  assert.deepEqual(world.take(...SEEN), ["#healthy web"]);
  world.advance(2_000);
  assert.deepEqual(world.take(...SEEN), ["#unhealthy web", "signal web", "spawn web"]);
  world.tells("web", { is: "broken" });
  assert.deepEqual(world.take(...SEEN).slice(0, 2), ["#unhealthy web", "signal web"]);
});

test("health: the process may change the time of its watchdog, and end it", () => {
  const world = worldOf({ web: { daemon: true, health: WATCHDOG } });
  world.tells("web", { is: "watchdog", ms: 10_000 });
  world.advance(9_999);
  world.tells("web", { is: "alive" });
  world.advance(9_999);
  world.tells("web", { is: "watchdog", ms: null });
  world.advance(60_000);
  assert.deepEqual(world.take(...SEEN), ["#healthy web"]);
});

test("health: what is to stop is not checked, and restarted by nothing", () => {
  const world = worldOf({
    web: checked({ retries: 1 }),
    client: { daemon: true, needs: { web: "ready" } },
  });
  world.script("client", { obeys: false });
  world.stop("client", "web");
  world.script("web", { probe: "refused" });
  world.advance(9_000);
  assert.deepEqual(world.take("probe", "spawn", "#unhealthy"), []);
});

test("health: another plan checks in its own way from now on, and a later supervisor asks anew", () => {
  const world = worldOf({ web: checked() });
  world.replan(planOf({ children: { web: checked({ intervalMs: 1_000 }) } }));
  world.advance(5_000);
  assert.ok(world.take("probe").length >= 5);
  world.script("web", { probe: "silent" });
  world.advance(1_000);
  assert.ok(world.resume());
  world.take();
  world.script("web", { probe: null });
  world.advance(0);
  assert.deepEqual(world.take("probe", "#healthy"), ["probe web", "#healthy web"]);
  world.replan(planOf({ children: { web: { daemon: true } } }));
  world.advance(60_000);
  assert.deepEqual(world.take("probe"), []);
});

test("told: a start that asks for more time has it", () => {
  const ready = { probe: { type: "notify" }, intervalMs: 100 } as const;
  const world = new World(planOf({ children: { web: { daemon: true, ready, startTimeoutMs: 1_000 } } }));
  world.script("web", { probe: "silent" });
  world.begin();
  world.advance(900);
  world.tells("web", { is: "extend", ms: 5_000 });
  world.advance(4_999);
  assert.equal(world.phase("web"), "starting");
  world.take();
  world.advance(1);
  assert.deepEqual(world.take("#timed_out", "signal"), ["#timed_out web", "signal web"]);
});

test("told: a stop that asks for more time has it, as far as whoever stops it has", () => {
  const stop = { graceMs: 1_000 };
  const world = worldOf({ web: { daemon: true, stop }, api: { daemon: true, stop } });
  for (const path of ["web", "api"]) world.script(path, { obeys: false });
  world.stop("web");
  world.advance(500);
  world.tells("web", { is: "extend", ms: 9_000 });
  world.advance(8_999);
  assert.deepEqual(world.take("kill_all"), []);
  world.advance(1);
  assert.deepEqual(world.take("kill_all"), ["kill_all web"]);
  world.down("down", 4_000);
  world.advance(500);
  world.tells("api", { is: "extend", ms: 3_600_000 });
  world.advance(3_499);
  assert.deepEqual(world.take("kill_all"), []);
  world.advance(1);
  assert.deepEqual(world.take("kill_all"), ["kill_all api"]);
});

test("told: a stop that asks for more time for ever has no more than the teardown of its tree would take", () => {
  const world = worldOf({ web: { daemon: true, stop: { graceMs: 1_000 } } });
  world.script("web", { obeys: false });
  world.stop("web");
  for (let ms = 0; ms < 29_500; ms += 500) {
    world.tells("web", { is: "extend", ms: 3_600_000 });
    world.advance(500);
  }
  assert.deepEqual(world.take("kill_all"), []);
  world.tells("web", { is: "extend", ms: 3_600_000 });
  world.advance(500);
  assert.deepEqual(world.take("kill_all"), ["kill_all web"]);
});

test("told: what a process says of itself is kept, and goes with its run", () => {
  const world = worldOf({ web: { daemon: true } });
  world.tells("web", { is: "status", text: "serving 3" });
  world.tells("web", { is: "reloading" });
  const wordOf = () => {
    const { phase } = world.actor("web");
    return phase.at === "running" ? phase.word : null;
  };
  assert.deepEqual(wordOf(), {
    doing: "reloading",
    status: "serving 3",
    error: null,
    extendedTo: null,
    watchdog: null,
  });
  world.tells("web", { is: "ready" });
  world.tells("web", { is: "status", text: "" });
  assert.deepEqual(wordOf(), { doing: null, status: null, error: null, extendedTo: null, watchdog: null });
  world.tells("web", { is: "error", text: "error number 2" });
  world.restart("web");
  assert.equal(wordOf()?.error, null);
});

test("health: while a crash is held nothing that is heard counts, and it is asked again when that is let go", () => {
  const world = worldOf({
    web: checked({ retries: 1, intervalMs: 1_000 }),
    dog: { daemon: true, health: WATCHDOG },
  });
  world.script("web", { probe: "silent" });
  world.advance(1_000);
  world.tells("dog", { is: "watchdog", ms: 5_000 });
  const crashes = [world.holds("web"), world.holds("dog")];
  world.take();
  world.answers("web", { says: "not_ready", why: "refused" });
  world.tells("dog", { is: "broken" });
  world.advance(600_000);
  assert.deepEqual(world.take("probe", ...SEEN), []);
  for (const crash of crashes) world.letGo(crash);
  world.advance(0);
  assert.deepEqual(world.take("probe", ...SEEN), ["probe web"]);
  world.advance(4_999);
  assert.deepEqual(world.take(...SEEN), []);
  world.advance(1);
  assert.deepEqual(world.take(...SEEN), ["#unhealthy dog", "signal dog", "spawn dog"]);
});

test("health: another plan in the middle of a hold waits for its end alone", () => {
  const world = worldOf({ web: checked() });
  const crash = world.holds("web");
  world.advance(600_000);
  world.replan(planOf({ children: { web: checked({ intervalMs: 1_000 }) } }));
  world.take();
  world.letGo(crash);
  world.advance(0);
  assert.deepEqual(world.take("probe"), ["probe web"]);
});

test("health: when a stop is taken back, checks and watchdogs go on", () => {
  const client = (web: string): ActorSketch => ({ daemon: true, needs: { [web]: "ready" } });
  const world = worldOf({
    web: checked({ retries: 1 }),
    dog: { daemon: true, health: WATCHDOG },
    client: client("web"),
    other: client("dog"),
  });
  for (const path of ["client", "other"]) world.script(path, { obeys: false });
  world.stop("client", "other", "web", "dog");
  world.advance(9_000);
  world.tells("dog", { is: "alive" });
  world.take();
  world.start(["web", "dog"]);
  world.script("web", { probe: "refused" });
  world.advance(1_000);
  const linesOf = (path: string) => world.take(...SEEN).filter((line) => line.endsWith(path));
  assert.deepEqual(linesOf("web").slice(0, 3), ["#unhealthy web", "signal web", "spawn web"]);
  world.advance(1_000);
  assert.deepEqual(linesOf("dog").slice(0, 2), ["#unhealthy dog", "signal dog"]);
});

test("health: a late answer to a question of the start, or of an earlier plan, is none to a later one", () => {
  const ready = { probe: { type: "tcp", host: "127.0.0.1", port: 1 }, intervalMs: 100 } as const;
  const world = new World(planOf({ children: { web: { daemon: true, ready } } }));
  world.script("web", { probe: "silent" });
  world.begin();
  const { run } = world.processOf("web")!;
  const answers = (attempt: number, answer: ProbeAnswer) =>
    world.send({ type: "probed", node: world.id("web"), run, attempt, answer });
  world.advance(100);
  answers(2, { says: "ready" });
  world.replan(planOf({ children: { web: { ...checked({ retries: 1 }), ready } } }));
  world.advance(0);
  assert.equal(world.phase("web"), "running");
  answers(1, { says: "not_ready", why: "refused" });
  assert.deepEqual(world.take("#unhealthy"), []);
  world.replan(planOf({ children: { web: { daemon: true, ready } } }));
  world.replan(planOf({ children: { web: { ...checked({ retries: 1 }), ready } } }));
  world.advance(0);
  answers(3, { says: "not_ready", why: "refused" });
  assert.deepEqual(world.take("#unhealthy"), []);
  answers(4, { says: "not_ready", why: "refused" });
  assert.deepEqual(world.take("#unhealthy"), ["#unhealthy web"]);
});

test("health: the time that a process gives its watchdog holds from its start on, and under a later supervisor", () => {
  const ready = { probe: { type: "notify" }, intervalMs: 100 } as const;
  const world = new World(planOf({
    children: {
      web: { daemon: true, ready, health: WATCHDOG },
      mute: { daemon: true, ready, health: WATCHDOG },
    },
  }));
  for (const path of ["web", "mute"]) world.script(path, { probe: "silent" });
  world.begin();
  world.tells("web", { is: "watchdog", ms: 10_000 });
  world.tells("mute", { is: "watchdog", ms: null });
  for (const path of ["web", "mute"]) {
    const { run } = world.processOf(path)!;
    world.send({ type: "probed", node: world.id(path), run, attempt: 1, answer: { says: "ready" } });
  }
  world.advance(9_999);
  assert.ok(world.resume());
  world.take();
  world.advance(9_999);
  assert.deepEqual(world.take("#unhealthy"), []);
  world.advance(1);
  assert.deepEqual(world.take("#unhealthy"), ["#unhealthy web"]);
});

test("told: time for which a crash is held does not count for the time that a run has asked for", () => {
  const ready = { probe: { type: "notify" }, intervalMs: 100 } as const;
  const world = new World(planOf({ children: { web: { daemon: true, ready, startTimeoutMs: 1_000 } } }));
  world.script("web", { probe: "silent" });
  world.begin();
  world.tells("web", { is: "extend", ms: 5_000 });
  const crash = world.holds("web");
  world.advance(60_000);
  world.letGo(crash);
  world.advance(4_999);
  assert.equal(world.phase("web"), "starting");
  world.tells("web", { is: "extend", ms: 2_000 });
  world.advance(1_999);
  assert.equal(world.phase("web"), "starting");
  world.take();
  world.advance(1);
  assert.deepEqual(world.take("#timed_out"), ["#timed_out web"]);
});

test("health: bad news of what is to stop, and waits for its turn, ends it no sooner", () => {
  const world = worldOf({
    web: checked({ retries: 1, intervalMs: 1_000 }),
    dog: { daemon: true, health: WATCHDOG },
    client: { daemon: true, needs: { web: "ready", dog: "ready" } },
  });
  world.script("web", { probe: "silent" });
  world.advance(1_000);
  world.script("client", { obeys: false });
  world.stop("client", "web", "dog");
  world.take();
  world.answers("web", { says: "not_ready", why: "refused" });
  world.tells("dog", { is: "broken" });
  assert.deepEqual(world.take(...SEEN), []);
  world.exits("client", 0);
  assert.deepEqual(world.phases(), { web: "stopped", dog: "stopped", client: "stopped" });
});

test("health: time for which a crash is held does not count for the start period", () => {
  const world = worldOf({ web: checked({ startPeriodMs: 5_000, retries: 1, intervalMs: 1_000 }) });
  const crash = world.holds("web");
  world.advance(60_000);
  world.letGo(crash);
  world.script("web", { probe: "refused" });
  world.advance(4_999);
  assert.deepEqual(world.take("#unhealthy"), []);
  world.advance(1);
  assert.deepEqual(world.take("#unhealthy"), ["#unhealthy web"]);
});
