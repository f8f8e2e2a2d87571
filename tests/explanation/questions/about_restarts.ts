/** Questions about what ends and is started again, or is not. */
import { ADA, type Question } from "./question.ts";

const WEB = `on_failure = "escalate"
intensity = { restarts = 5, within = "10m" }

[actors.web]
exec = "web"
daemon = true
stop = { grace = "20s" }
`;

const PAIR = `[actors.db]
exec = "db"
daemon = true

[actors.web]
exec = "web"
daemon = true
intensity = { restarts = 3, within = "1m" }
`;

const TOGETHER = `strategy = "one_for_all"

[actors.queue]
exec = "queue"
daemon = true

[actors.worker]
exec = "worker"
daemon = true
`;

const JOB = `[actors.import]
shell = "./import.sh"
restart = "on-failure"
`;

/** See the module. */
export const ABOUT_RESTARTS: readonly Question[] = [
  {
    asks: "when will it retry?",
    of: "Kubernetes (CrashLoopBackOff), supervisord (BACKOFF)",
    toml: WEB,
    befell: { script: [["exit", "web@2s*9=1"]], atMs: 8_500 },
    path: "web",
  },
  {
    asks: "how often will this restart before it gives up?",
    of: "systemd (start-limit-hit)",
    toml: WEB,
    befell: { script: [], atMs: 60_000 },
    path: "web",
  },
  {
    asks: "who restarted it?",
    of: "systemd, supervisord",
    toml: PAIR,
    befell: (world) => {
      world.begin();
      world.advance(3_600_000);
      world.send({ type: "restart_requested", request: null, nodes: world.ids(["web"]), asker: ADA });
      world.advance(1_000);
    },
    path: "web",
  },
  {
    asks: "it works now, but it restarted in the night: why?",
    of: "pm2, Kubernetes (last state)",
    toml: PAIR,
    befell: (world) => {
      world.begin();
      world.advance(7_200_000);
      world.exits("web", "SIGSEGV");
      world.advance(3_600_000);
    },
    path: "web",
  },
  {
    asks: "exit code 137: who has killed it?",
    of: "Docker, Kubernetes (OOMKilled)",
    toml: PAIR,
    befell: (world) => {
      world.begin();
      world.advance(60_000);
      world.exits("web", "SIGKILL");
      world.exits("web", "SIGKILL");
    },
    path: "web",
  },
  {
    asks: "is it the memory limit that ends it?",
    of: "systemd (MemoryMax), Docker (--memory)",
    toml: `${PAIR}cgroup = { memory_max = "64MiB" }\n`,
    befell: (world) => {
      world.begin();
      world.advance(60_000);
      world.exits("web", 1);
      const { node, run } = world.processOf("web")!;
      const reached = { oomKills: 1, killedMain: true, memoryMax: "64MiB", forksRefused: 0, pidsMax: null };
      const exit = { how: "signalled", signal: "SIGKILL", reached } as const;
      world.send({ type: "exited", node, run, exit, error: null });
    },
    path: "web",
  },
  {
    asks: "start request repeated too quickly: how do I get it back?",
    of: "systemd (reset-failed), supervisord (FATAL)",
    toml: PAIR,
    befell: { script: [["exit", "web@100ms*all=1"]], atMs: 60_000 },
    path: "web",
  },
  {
    asks: "it exits with 0, why is it started again and again?",
    of: "supervisord (autorestart), pm2",
    toml: PAIR,
    befell: { script: [["exit", "web@5s*all=0"]], atMs: 20_100 },
    path: "web",
  },
  {
    asks: "it has ended, why is it not started again?",
    of: "Docker (restart: on-failure), systemd",
    toml: JOB,
    befell: { script: [["lasts", "import=3s"]], atMs: 60_000 },
    path: "import",
  },
  {
    asks: "it crashed and nobody starts it: why?",
    of: "supervisord (autorestart=false), Nomad (attempts = 0)",
    toml: JOB.replace('restart = "on-failure"', 'restart = "never"'),
    befell: { script: [["exit", "import@3s=127"]], atMs: 60_000 },
    path: "import",
  },
  {
    asks: "it works in my shell, here it ends at once with 127",
    of: "supervisord, cron",
    toml: JOB,
    befell: { script: [["exit", "import@10ms*all=127"]], atMs: 200 },
    path: "import",
  },
  {
    asks: "this one is fine, why was it restarted?",
    of: "compose (depends_on.restart), circus",
    toml: TOGETHER,
    befell: (world) => {
      world.begin();
      world.advance(60_000);
      world.exits("queue", 3);
      world.advance(5_000);
    },
    path: "worker",
  },
  {
    asks: "does the counter ever go down again?",
    of: "Kubernetes (backoff reset), pm2 (exp_backoff)",
    toml: PAIR,
    befell: (world) => {
      world.begin();
      world.exits("web", 1);
      world.exits("web", 1);
      world.advance(3_000);
    },
    path: "web",
  },
  {
    asks: "it restarts all day long: does it never give up?",
    of: "runit, Docker (restart: always)",
    toml: PAIR.replace('intensity = { restarts = 3, within = "1m" }', 'intensity = "unlimited"'),
    befell: { script: [["exit", "web@1s*all=1"]], atMs: 3_600_000 },
    path: "web",
  },
  {
    asks: "I have saved a file, and it restarted",
    of: "pm2 (--watch), nodemon",
    toml: `${PAIR}watch = { paths = ["src"] }\n`,
    befell: (world) => {
      world.begin();
      world.advance(60_000);
      world.changes("web", "/srv/shop/src/a.ts", "/srv/shop/src/b.ts");
      world.advance(5_000);
    },
    path: "web",
  },
];
