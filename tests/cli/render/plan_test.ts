import assert from "node:assert/strict";
import { painter } from "../../../lib/cli/render/paint.ts";
import { planFields, renderPlan } from "../../../lib/cli/render/plan.ts";
import { planOf } from "../../harness/plan.ts";
import { test } from "../../harness/test.ts";

const PLAN = planOf({
  strategy: "rest_for_one",
  children: {
    db: {
      daemon: true,
      argv: ["postgres", "-D", "my data", "it's"],
      env: { PGPASSWORD: "hunter22", PORT: "5432" },
      ready: { probe: { type: "tcp", host: "127.0.0.1", port: 5432 }, intervalMs: 100 },
      stop: { signal: "SIGINT", graceMs: 1_500 },
    },
    pool: {
      start: "sequential",
      concurrency: 2,
      needs: { db: "ready" },
      children: {
        job: {
          argv: ["psql", "--password=hunter22"],
          needs: { db: "started" },
          significant: true,
          autostart: false,
          cgroup: { memoryMaxBytes: 2 ** 26, cpuMaxPercent: null, pidsMax: 9, required: true },
        },
      },
    },
  },
});

const TEXT = `test (/test/supervise.toml)
  rest_for_one, at most 5 restarts in 30s of all children, down within 30s
  db postgres -D 'my data' 'it'\\''s'
    daemon, restarted always, ready by tcp 127.0.0.1:5432, stopped by SIGINT within 1.5s
    in /test
    env PGPASSWORD=***
    env PORT=5432
  pool/
    one_for_one, at most 5 restarts in 30s of each child, down within 30s, one after the other, 2 at once, restarted never, after db ready
    job psql '--password=***'
      one-shot, significant, started by hand, restarted never, after db started, stopped by SIGTERM within 10s
      in /test
      memory_max 64MiB, pids_max 9, required`;

test("plan: each tree with its rules, each actor with what is spawned, and no secret", () => {
  assert.equal(renderPlan(PLAN, painter(false)), TEXT);
});

test("plan: colour changes nothing but the colour", () => {
  const coloured = renderPlan(PLAN, painter(true));
  assert.ok(coloured.startsWith("\x1b[1mtest (/test/supervise.toml)\x1b[0m\n"));
  // deno-lint-ignore no-control-regex
  assert.equal(coloured.replace(/\x1b\[\d+m/g, ""), TEXT);
});

test("plan: for JSON it has every spawn in file order, with paths for numbers and no secret", () => {
  const fields = planFields(PLAN) as { spawns: Record<string, unknown>[] };
  assert.deepEqual(fields.spawns.map(({ path, kind, dependsOn }) => [path, kind, dependsOn]), [
    ["db", "exec", {}],
    ["pool", "tree", { db: "ready" }],
    ["pool/job", "exec", { db: "started" }],
  ]);
  assert.deepEqual(fields.spawns[0]!["env"], { PGPASSWORD: "***", PORT: "5432" });
  assert.deepEqual(fields.spawns[2]!["argv"], ["psql", "--password=***"]);
  assert.doesNotMatch(JSON.stringify(fields), /hunter22/);
});

test("plan: a module is shown with what it is handed, without its secrets", () => {
  const params = { port: 80, auth: { user: "me" } };
  const plan = planOf({
    children: {
      "api.2": {
        replica: 2,
        argv: ["supervise", "__actor", "api.2"],
        module: { file: "/srv/api.ts", export: "run", params, debug: true },
      },
      job: { module: { file: "/srv/job.ts", export: "default", params: null, debug: false } },
    },
  });
  const lines = renderPlan(plan, painter(false)).split("\n");
  assert.equal(lines[2], "  api.2 supervise __actor api.2");
  assert.equal(
    lines[4],
    `    runs run of /srv/api.ts with {"port":80,"auth":{"user":"***"}}, to be inspected`,
  );
  assert.equal(lines[8], "    runs default of /srv/job.ts");
  const { spawns } = planFields(plan) as { spawns: Record<string, unknown>[] };
  assert.equal(spawns[0]!["replica"], 2);
  assert.deepEqual(spawns[0]!["module"], {
    file: "/srv/api.ts",
    export: "run",
    params: { port: 80, auth: { user: "***" } },
    debug: true,
  });
});

test("plan: a secret is masked wherever else it stands, in probes and stop commands too", () => {
  const plan = planOf({
    children: {
      a: {
        env: { API_TOKEN: "s3cr3t-token" },
        cwd: "/srv/s3cr3t-token",
        stdin: "/srv/s3cr3t-token",
        ready: { probe: { type: "http", url: "http://localhost/?t=s3cr3t-token" }, intervalMs: 100 },
        stop: { command: ["curl", "-H", "s3cr3t-token"] },
      },
    },
  });
  assert.doesNotMatch(JSON.stringify(planFields(plan)), /s3cr3t/);
  assert.doesNotMatch(renderPlan(plan, painter(false)), /s3cr3t/);
});

test("plan: whose restarts are counted, and how many there are, is said of trees and of actors", () => {
  const budget = { restarts: 2, withinMs: 10_000 };
  const plan = planOf({
    onFailure: "stop",
    children: {
      pool: {
        intensity: "unlimited",
        children: { a: { daemon: true, intensity: budget }, b: { daemon: true } },
      },
    },
  });
  const lines = renderPlan(plan, painter(false)).split("\n");
  assert.match(lines[1]!, /at most 5 restarts in 30s of all children \(then left failed\),/);
  assert.match(lines[3]!, /one_for_one, restarts without limit, down/);
  assert.match(lines[5]!, /restarted always, at most 2 restarts in 10s, stopped/);
  const fields = planFields(plan) as { onFailure: string; spawns: Record<string, unknown>[] };
  assert.equal(fields.onFailure, "stop");
  assert.deepEqual(fields.spawns.map(({ intensity }) => intensity), ["unlimited", budget, null]);
});

test("plan: what an actor watches, what says that it works, where it logs, and the alerts of its tree", () => {
  const log = {
    to: "file",
    file: "/logs/web.log",
    format: "raw",
    maxBytes: 1,
    keep: 1,
    maxAgeMs: null,
    compress: false,
  } as const;
  const plan = {
    ...planOf({
      children: {
        web: {
          argv: ["web"],
          watch: { paths: ["/src", "/conf"], ignore: [], debounceMs: 200, signal: "SIGHUP" },
          health: {
            probe: { type: "tcp", host: "::1", port: 80 },
            watchdogMs: null,
            intervalMs: 10_000,
            timeoutMs: 5_000,
            retries: 3,
            startPeriodMs: 0,
            onFailure: "restart",
          },
          log,
        },
        console: { argv: ["console"], log: { ...log, to: "inherit", file: null } },
        noise: { argv: ["noise"], log: { ...log, to: "null", file: null } },
      },
    }),
    alerts: [{ events: ["failed"], paths: ["web"], argv: ["./tell", "all of them"], timeoutMs: 1 }],
  };
  const lines = renderPlan(plan, painter(false)).split("\n").map((line) => line.trim());
  for (
    const line of [
      "on failed of web: ./tell 'all of them'",
      "healthy by tcp ::1:80, every 10s, until 3 failures in a row",
      "sent SIGHUP when /src, /conf change",
      "logs to /logs/web.log",
      "its lines are shown as they are",
      "its lines are not kept",
    ]
  ) assert.ok(lines.includes(line), `${line}\n${lines.join("\n")}`);
  const { alerts, spawns } = planFields(plan) as { alerts: unknown; spawns: Record<string, unknown>[] };
  assert.deepEqual(alerts, plan.alerts);
  const [web] = plan.nodes.filter(({ path }) => path === "web");
  for (const key of ["health", "watch", "log"]) {
    assert.deepEqual(spawns[0]![key], (web as unknown as Record<string, unknown>)[key]);
  }
});

test("plan: on a terminal lines are broken between words, and hang together", () => {
  const lines = renderPlan(PLAN, painter(false), undefined, 50).split("\n");
  assert.deepEqual(lines.slice(0, 7), [
    "test (/test/supervise.toml)",
    "  rest_for_one, at most 5 restarts in 30s of all",
    "    children, down within 30s",
    "  db postgres -D 'my data' 'it'\\''s'",
    "    daemon, restarted always, ready by tcp",
    "      127.0.0.1:5432, stopped by SIGINT within",
    "      1.5s",
  ]);
});
