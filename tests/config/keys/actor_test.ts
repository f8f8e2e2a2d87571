import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { actorOf } from "../compiling.ts";

/** Lines of an actor that runs `x`, and what they make of its spec. */
const CASES: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ["args = ['a b', '1']", { argv: ["x", "a b", "1"] }],
  ["cwd = 'data/../var'", { cwd: "/srv/shop/var" }],
  ["cwd = '/tmp'", { cwd: "/tmp" }],
  ["env = { A = '1', \"B.C\" = '' }", { env: { A: "1", "B.C": "" } }],
  ["env.A = '1'", { env: { A: "1" } }],
  ["env_file = 'a.env'", { env: { FROM: "a", ONLY_A: "1" } }],
  ["env_file = ['a.env', '/etc/b.env']", { env: { FROM: "b", ONLY_A: "1" } }],
  ["inherit_env = false", { inheritEnv: false }],
  ["daemon = true", { daemon: true, restart: "always" }],
  ["daemon = false", { daemon: false, restart: "never" }],
  ["restart = 'on-failure'", { restart: "on-failure" }],
  ["daemon = true\nrestart = 'never'", { restart: "never" }],
  ["autostart = false", { autostart: false }],
  ["significant = true", { significant: true }],
  ["success_exit_codes = [0, 3, 255]", { successExitCodes: [0, 3, 255] }],
  ["success_exit_codes = []", { successExitCodes: [] }],
  ["success_signals = ['INT', 'SIGUSR1', 34]", { successSignals: ["SIGINT", "SIGUSR1", "SIG34"] }],
  ["start_timeout = '5s'", { startTimeoutMs: 5_000 }],
  ["run_timeout = '1h30m'", { runTimeoutMs: 5_400_000 }],
  ["daemon = true", { intensity: null }],
  ["daemon = true\nintensity = 'unlimited'", { intensity: "unlimited" }],
  ["daemon = true\nintensity = { within = '1m' }", { intensity: { restarts: 5, withinMs: 60_000 } }],
  ["stdin = 'null'", { stdin: null }],
  ["stdin = 'in.txt'", { stdin: "/srv/shop/in.txt" }],
  [
    "backoff = { initial = '1s', max = '2s', factor = 1, jitter = 0, reset_after = '0s' }",
    { backoff: { initialMs: 1_000, maxMs: 2_000, factor: 1, jitter: 0, resetAfterMs: 0 } },
  ],
  [
    "stop = { command = './stop --now', signal = 2, to = 'group', grace = '0s', kill = 'process' }",
    {
      stop: {
        command: ["/srv/shop/stop", "--now"],
        signal: "SIGINT",
        to: "group",
        graceMs: 0,
        kill: "process",
      },
    },
  ],
  ["stop.command = ['kill', '-9']", {
    stop: { command: ["kill", "-9"], signal: "SIGTERM", to: "process", graceMs: 10_000, kill: "tree" },
  }],
];

test("actor: every key does what the reference says", () => {
  const files = { "/srv/shop/a.env": "FROM=a\nONLY_A=1", "/etc/b.env": "FROM=b" };
  for (const [lines, expected] of CASES) {
    const spec: Readonly<Record<string, unknown>> = {
      ...actorOf(`[actors.a]\nexec = "x"\n${lines}`, "a", { files }),
    };
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(spec[key], value, lines);
  }
});
