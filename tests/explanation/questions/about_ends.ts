/** Questions about stops, and about what has ended. */
import { planOf } from "../../config/compiling.ts";
import { ADA, type Question } from "./question.ts";

const WEB = `[actors.db]
exec = "db"
daemon = true

[actors.web]
exec = "web"
daemon = true
depends_on = ["db"]
stop = { grace = "20s" }
`;

const MAIN = `[actors.proxy]
exec = "proxy"
daemon = true

[actors.game]
exec = "game"
significant = true
`;

const MAIN_ANY = `auto_shutdown = "any_significant"\n${MAIN}`;

const STRICT = `on_failure = "stop"
intensity = { restarts = 1, within = "1m" }

[actors.api]
exec = "api"
daemon = true

[actors.web]
exec = "web"
daemon = true
`;

/** See the module. */
export const ABOUT_ENDS: readonly Question[] = [
  {
    asks: "why does it hang on stop, and when is it killed?",
    of: "systemd (stop-sigterm)",
    toml: WEB,
    befell: { script: [["stopping", "web=1h"], ["request", "stop web@1m"]], atMs: 65_000 },
    path: "web",
  },
  {
    asks: "who has stopped it, and will it come back?",
    of: "moby/moby#11008",
    toml: WEB,
    befell: (world) => {
      world.begin();
      world.advance(60_000);
      world.send({ type: "stop_requested", request: null, nodes: world.ids(["web"]), asker: ADA });
      world.advance(60_000);
    },
    path: "web",
  },
  {
    asks: "why does `down` take so long?",
    of: "docker/compose#3643",
    toml: WEB,
    befell: (world) => {
      world.begin();
      world.advance(60_000);
      world.script("web", { obeys: false });
      world.send({
        type: "down_requested",
        request: null,
        cause: "down",
        withinMs: null,
        asker: ADA,
      });
      world.advance(4_000);
    },
    path: "",
  },
  {
    asks: "everything else is down, why does the database still run?",
    of: "systemd",
    toml: WEB,
    befell: (world) => {
      world.begin();
      world.advance(60_000);
      world.script("web", { obeys: false });
      world.down();
      world.advance(4_000);
    },
    path: "db",
  },
  {
    asks: "it has ended, but something of it is still there",
    of: "Supervisor/supervisor#1101",
    toml: WEB,
    befell: (world) => {
      world.begin();
      world.advance(60_000);
      world.script("web", { leaves: "stubborn" });
      world.stop("web");
      world.advance(6_000);
    },
    path: "web",
  },
  {
    asks: "a process cannot be killed: what now?",
    of: "Docker, systemd",
    toml: WEB,
    befell: (world) => {
      world.begin();
      world.advance(60_000);
      world.script("web", { leaves: "immortal" });
      world.stop("web");
      world.advance(60_000);
    },
    path: "web",
  },
  {
    asks: "why did everything stop?",
    of: "ddollar/foreman#676",
    toml: MAIN_ANY,
    befell: { script: [["lasts", "game=5m"]], atMs: 3_600_000 },
    path: "",
  },
  {
    asks: "one crash took down all of it",
    of: "foreman, overmind",
    toml: STRICT,
    befell: { script: [["exit", "api@1s*all=1"]], atMs: 3_600_000 },
    path: "",
  },
  {
    asks: "who took the tree down?",
    of: "systemd/systemd#21497",
    toml: WEB,
    befell: (world) => {
      world.begin();
      world.advance(60_000);
      world.send({
        type: "down_requested",
        request: null,
        cause: "down",
        withinMs: null,
        asker: ADA,
      });
      world.advance(60_000);
    },
    path: "",
  },
  {
    asks: "it has run too long and was ended",
    of: "systemd, Kubernetes",
    toml: `[actors.import]\nexec = "import"\nrun_timeout = "10m"\n`,
    befell: { script: [["lasts", "import=1h"]], atMs: 660_000 },
    path: "import",
  },
  {
    asks: "how long may it still run?",
    of: "Nomad, Kubernetes",
    toml: `[actors.import]\nexec = "import"\nrun_timeout = "10m"\n`,
    befell: { script: [["lasts", "import=1h"]], atMs: 60_000 },
    path: "import",
  },
  {
    asks: "I touched nothing of it: why was it started anew?",
    of: "docker/compose#10259",
    toml: WEB,
    befell: (world) => {
      world.begin();
      world.advance(60_000);
      const plan = planOf(WEB.replace('exec = "web"', 'exec = "web --fast"'));
      world.send({ type: "plan_given", request: null, plan, rolling: false, verb: "apply", asker: ADA });
      world.advance(5_000);
    },
    path: "web",
  },
];
