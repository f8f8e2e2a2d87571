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

[actors.web]
exec = "web"
daemon = true
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
    of: "systemd/systemd#20162",
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
    of: "Unitech/pm2#1684",
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
    of: "kubernetes/kubernetes#125639",
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
    of: "kubernetes/kubernetes#81723",
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
    of: "systemd/systemd#10529",
    toml: PAIR,
    befell: { script: [["exit", "web@100ms*all=1"]], atMs: 60_000 },
    path: "web",
  },
  {
    asks: "it exits with 0, why is it started again and again?",
    of: "kubernetes/kubernetes#53125",
    toml: PAIR,
    befell: { script: [["exit", "web@5s*all=0"]], atMs: 20_100 },
    path: "web",
  },
  {
    asks: "it has ended, why is it not started again?",
    of: "idaholab/Malcolm#267",
    toml: JOB,
    befell: { script: [["lasts", "import=3s"]], atMs: 60_000 },
    path: "import",
  },
  {
    asks: "it died: why does nobody start it again?",
    of: "DarthSim/overmind#190",
    toml: JOB.replace('restart = "on-failure"', 'restart = "never"'),
    befell: { script: [["exit", "import@500ms=1"]], atMs: 60_000 },
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
    of: "Supervisor/supervisor#1707",
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
    of: "Kubernetes, pm2",
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
    of: "runit, Docker",
    toml: PAIR.replace('intensity = { restarts = 3, within = "1m" }', 'intensity = "unlimited"'),
    befell: { script: [["exit", "web@1s*all=1"]], atMs: 3_600_000 },
    path: "web",
  },
  {
    asks: "I have saved a file, and it restarted",
    of: "Unitech/pm2#1755",
    toml: `${PAIR}watch = { paths = ["src"] }\n`,
    befell: (world) => {
      world.begin();
      world.advance(60_000);
      world.changes("web", "/srv/shop/src/a.ts", "/srv/shop/src/b.ts");
      world.advance(5_000);
    },
    path: "web",
  },
  {
    asks: "it started only twice: why is that too often?",
    of: "systemd/systemd#42912",
    toml: PAIR.replace("restarts = 3", "restarts = 2"),
    befell: (world) => {
      world.begin();
      world.advance(600_000);
      world.exits("web", 1);
      world.advance(20_000);
      world.exits("web", 1);
      world.advance(5_000);
    },
    path: "web",
  },
  {
    asks: "its dependency was restarted: why was it not?",
    of: "docker/compose#6626",
    toml: PAIR.replace('exec = "web"', 'exec = "web"\ndepends_on = ["db"]'),
    befell: (world) => {
      world.begin();
      world.advance(600_000);
      world.exits("db", "SIGSEGV");
      world.advance(60_000);
    },
    path: "web",
  },
  {
    asks: "why did the automatic restart not happen this time?",
    of: "systemd/systemd#37906",
    toml: PAIR,
    befell: (world) => {
      world.begin();
      world.exits("web", 1);
      world.exits("web", 1);
      world.send({ type: "stop_requested", request: null, nodes: world.ids(["web"]), asker: ADA });
      world.advance(60_000);
    },
    path: "web",
  },
  {
    asks: "do restarts by hand count against its limit?",
    of: "hashicorp/nomad#12803",
    toml: PAIR,
    befell: (world) => {
      world.begin();
      world.exits("web", 1);
      world.advance(20_000);
      for (let nth = 0; nth < 3; nth++) {
        world.send({ type: "restart_requested", request: null, nodes: world.ids(["web"]), asker: ADA });
        world.advance(1_000);
      }
    },
    path: "web",
  },
  {
    asks: "it was restarted: is this verdict on its health from before?",
    of: "moby/moby#27361",
    toml: PAIR.replace('exec = "db"', 'exec = "db"\nhealth = { tcp = "127.0.0.1:5432", interval = "10s" }'),
    befell: { script: [["unhealthy", "db@1m/10m"]], atMs: 92_000 },
    path: "db",
  },
  {
    asks: "it waits though it has not failed: for what, and how long?",
    of: "OTP supervisors (one_for_all)",
    toml: `${PAIR}
[trees.pool]
strategy = "one_for_all"
[trees.pool.actors.queue]
exec = "queue"
daemon = true
[trees.pool.actors.worker]
exec = "worker"
daemon = true
`,
    befell: { script: [["exit", "pool/queue@2s*all=9"]], atMs: 8_700 },
    path: "pool/worker",
  },
  {
    asks: "the program is not there: when is it looked for again?",
    of: "systemd (203/EXEC)",
    toml: PAIR,
    befell: { script: [["missing", "web*all"]], atMs: 250 },
    path: "web",
  },
];
