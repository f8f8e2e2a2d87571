/** Questions about what runs: its health, its schedule, its supervisor. */
import type { Question } from "./question.ts";

const BACKUP = `[actors.backup]
exec = "backup"
schedule = "@every 1h"
run_timeout = "2h"
`;

const CHECKED = `[actors.api]
exec = "api"
daemon = true
health = { tcp = "127.0.0.1:80", interval = "10s", retries = 3 }
`;

const REPLICAS = `[actors.worker]
exec = "worker"
daemon = true
replicas = 3
`;

const SURVIVING = `on_supervisor_death = "survive"\n${CHECKED}`;

/** See the module. */
export const ABOUT_WORK: readonly Question[] = [
  {
    asks: "when does it run next?",
    of: "systemd timers, cron",
    toml: BACKUP,
    befell: { script: [], atMs: 600_000 },
    path: "backup",
  },
  {
    asks: "the last run has not ended: is the next one left out?",
    of: "kubernetes/kubernetes#79995",
    toml: BACKUP,
    befell: { script: [["lasts", "backup=90m"]], atMs: 7_260_000 },
    path: "backup",
  },
  {
    asks: "last night's run has failed: does it run again?",
    of: "systemd timers, cron",
    toml: BACKUP,
    befell: { script: [["exit", "backup@500ms=2"]], atMs: 3_700_000 },
    path: "backup",
  },
  {
    asks: "it says unhealthy, what comes of that?",
    of: "Docker",
    toml: CHECKED,
    befell: { script: [["unhealthy", "api@1m/10m"]], atMs: 75_000 },
    path: "api",
  },
  {
    asks: "the check fails, why is it not restarted?",
    of: "Docker, Kubernetes",
    toml: CHECKED.replace("retries = 3", 'retries = 3, on_failure = "ignore"'),
    befell: { script: [["unhealthy", "api@1m/10m"]], atMs: 150_000 },
    path: "api",
  },
  {
    asks: "it hangs: who notices, and when?",
    of: "cdown/psi-notify#26",
    toml: CHECKED.replace('tcp = "127.0.0.1:80", interval = "10s", retries = 3', 'watchdog = "30s"'),
    befell: (world) => {
      world.begin();
      world.advance(20_000);
    },
    path: "api",
  },
  {
    asks: "which of the copies is it that fails?",
    of: "pm2, docker/compose",
    toml: REPLICAS,
    befell: { script: [["exit", "worker.2@1s*all=1"]], atMs: 4_400 },
    path: "",
  },
  {
    asks: "is all well?",
    of: "systemd",
    toml: REPLICAS,
    befell: { script: [], atMs: 60_000 },
    path: "",
  },
  {
    asks: "the rolling restart does not go on",
    of: "Kubernetes",
    toml: `${REPLICAS}ready = { tcp = "127.0.0.1:80" }\n`,
    befell: (world) => {
      world.begin();
      world.advance(60_000);
      world.script("worker.1", { probe: "connection refused" });
      world.restartRolling("worker.1", "worker.2", "worker.3");
      world.advance(10_000);
    },
    path: "worker.1",
  },
  {
    asks: "supervise itself was killed: what became of my processes?",
    of: "Supervisor/supervisor#925",
    toml: SURVIVING,
    befell: (world) => {
      world.begin();
      world.advance(60_000);
      world.resume();
      world.advance(5_000);
    },
    path: "api",
  },
];
