/** Questions about what has not begun. */
import { ADA, type Question } from "./question.ts";

const CHAIN = `[actors.db]
exec = "db"
daemon = true
ready = { tcp = "127.0.0.1:5432" }
start_timeout = "40s"

[actors.migrate]
exec = "migrate"
depends_on = ["db"]

[actors.api]
exec = "api"
daemon = true
depends_on = { migrate = "completed" }
`;

const REPORTS = `[actors.reports]
exec = "reports"
daemon = true
autostart = false

[actors.tracing]
exec = "jaeger"
daemon = true
profiles = ["debug"]
`;

const SEQUENTIAL = `start = "sequential"

[actors.cache]
exec = "cache"
daemon = true
ready = { tcp = "127.0.0.1:6379" }

[actors.web]
exec = "web"
daemon = true
`;

const HOOKED = `[actors.api]
exec = "api"
daemon = true
hooks = { pre_start = "./fetch-secrets" }
start_timeout = "1m"
`;

const SHARED = `[trees.data.actors.db]
exec = "db"
daemon = true
restart = "never"
ready = { tcp = "127.0.0.1:5432" }

[trees.data.actors.cache]
exec = "cache"
daemon = true

[actors.api]
exec = "api"
daemon = true
depends_on = ["data"]
`;

/** See the module. */
export const ABOUT_WAITING: readonly Question[] = [
  {
    asks: "why is it still waiting?",
    of: "compose, process-compose",
    toml: CHAIN,
    befell: { script: [["slow", "db=1h"]], atMs: 10_000 },
    path: "api",
  },
  {
    asks: "how long may its start take at most?",
    of: "systemd",
    toml: CHAIN,
    befell: { script: [["slow", "db=1h"]], atMs: 10_000 },
    path: "db",
  },
  {
    asks: "what holds up the whole?",
    of: "compose",
    toml: CHAIN,
    befell: { script: [["slow", "db=1h"]], atMs: 10_000 },
    path: "",
  },
  {
    asks: "the one it needs has failed: will it ever start?",
    of: "compose",
    toml: CHAIN,
    befell: { script: [["exit", "migrate@1s*99=1"]], atMs: 60_000 },
    path: "api",
  },
  {
    asks: "it is in the file, why was it not started?",
    of: "supervisord",
    toml: REPORTS,
    befell: (world) => {
      world.begin();
      world.advance(60_000);
    },
    path: "reports",
  },
  {
    asks: "why does `up` leave this service out?",
    of: "docker/compose#10751",
    toml: REPORTS,
    befell: (world) => {
      world.begin();
      world.advance(60_000);
    },
    path: "tracing",
  },
  {
    asks: "why does nothing start after the first one?",
    of: "s6-rc",
    toml: SEQUENTIAL,
    befell: (world) => {
      world.script("cache", { probe: "connection refused" });
      world.begin();
      world.advance(12_000);
    },
    path: "web",
  },
  {
    asks: "the port is open, why is it never ready?",
    of: "docker/compose, Kubernetes",
    toml: SEQUENTIAL,
    befell: (world) => {
      world.script("cache", { probe: "connection refused" });
      world.begin();
      world.advance(12_000);
    },
    path: "cache",
  },
  {
    asks: "it hangs before its program even starts",
    of: "kubernetes/kubernetes#59161",
    toml: HOOKED,
    befell: (world) => {
      world.script("api", { hook: "silent" });
      world.begin();
      world.advance(20_000);
    },
    path: "api",
  },
  {
    asks: "it runs fine by hand: why can it not be started here?",
    of: "Supervisor/supervisor#788",
    toml: `${HOOKED.replace("hooks", "# hooks")}${REPORTS.replace("autostart = false", "")}`,
    befell: (world) => {
      world.script("api", {
        spawn: { error: 'there is no program "api" in PATH (/usr/bin:/bin)', isFinal: true },
      });
      world.begin();
      world.advance(1_000);
    },
    path: "api",
  },
  {
    asks: "the machine seems full: does it ever try again?",
    of: "systemd",
    toml: HOOKED.replace("hooks", "# hooks"),
    befell: (world) => {
      world.script("api", {
        spawn: { lack: "the machine has no room for another process (EAGAIN)", isLasting: false },
      });
      world.begin();
      world.advance(5_000);
    },
    path: "api",
  },
  {
    asks: "one member of the group has failed: what of those that wait for the group?",
    of: "process-compose",
    toml: SHARED,
    befell: (world) => {
      world.script("data/db", { probe: "silent" });
      world.begin();
      world.exits("data/db", 1);
      world.advance(5_000);
    },
    path: "api",
  },
  {
    asks: "which command before the start used up the time?",
    of: "k3s-io/k3s#360",
    toml: `${HOOKED}${REPORTS.replace("autostart = false", "")}`,
    befell: (world) => {
      world.script("api", { hook: "silent" });
      world.begin();
      world.advance(30_000);
      const [hook] = world.hooks.keys();
      world.hookEnds(hook!, { how: "timed_out", afterMs: 30_000 });
      world.advance(5_000);
    },
    path: "api",
  },
  {
    asks: "its dependency failed: why was it started all the same?",
    of: "docker/compose#12098",
    toml: CHAIN,
    befell: (world) => {
      world.begin();
      world.exits("migrate", 1);
      world.advance(60_000);
      const nodes = world.ids(["api"]);
      world.send({ type: "start_requested", request: null, nodes, deps: false, asker: ADA });
      world.advance(1_000);
    },
    path: "api",
  },
];
