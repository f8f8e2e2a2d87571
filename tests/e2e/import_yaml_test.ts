/** Files of other tools come in, pass `check`, and run as trees, with stand-ins for the programs that they start. */
import assert from "node:assert/strict";
import process from "node:process";
import { e2e, type Sandbox } from "../harness/supervise.ts";

/** Says in a file of its name how it was started, and stays. */
const STAND_IN = `#!/bin/sh
echo "$(basename "$PWD"): $* $LEVEL" > "$ROOT/$1.started"
echo "$1 serves"
exec sleep 1000
`;

/** A project of another tool. */
interface Project {
  readonly files: Readonly<Record<string, string>>;
  /** The state of each actor once the tree is up. */
  readonly states: Readonly<Record<string, string>>;
  /** How each stand-in was started. */
  readonly started: Readonly<Record<string, RegExp>>;
}

const PROJECTS: Readonly<Record<string, Project>> = {
  "compose.yaml": {
    files: {
      "compose.yaml": `
include: [jobs/compose.yaml]
x-service: &service
  build: { context: ./api, target: run }
  env_file: api.env
services:
  api:
    <<: *service
    depends_on:
      migrate: { condition: service_completed_successfully }
    healthcheck: { test: ["CMD-SHELL", "test -e up || exit 1"], interval: 1s }
    restart: unless-stopped
  worker:
    image: registry.example.org/shop/worker
    command: [standin, worker, "a b"]
    depends_on: { api: { condition: service_healthy } }
    stop_signal: SIGINT
  console:
    <<: *service
    command: standin console
    profiles: [tools]
`,
      "jobs/compose.yaml": "services: { migrate: { image: shop, command: 'sh -c \"touch migrated\"' } }\n",
      "api/Dockerfile": `FROM node:22 AS build
CMD ["never"]
FROM build AS run
WORKDIR /srv/api
COPY . .
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["sh", "-c", "test -e ../migrated && touch up && exec standin api /srv/api"]
`,
      "api.env": "LEVEL=debug\n",
    },
    states: { api: "running", worker: "running", console: "inactive", migrate: "completed" },
    started: { api: /^api: api \S+ debug$/m, worker: /: worker a b $/m },
  },
  "process-compose.yaml": {
    files: {
      "process-compose.yaml": `
version: "0.5"
vars: { NAME: worker }
processes:
  setup: { command: "echo ready > set_up" }
  api:
    command: "exec standin api"
    working_dir: services/api
    environment: ["LEVEL=\${API_LEVEL:-info}"]
    depends_on: { setup: { condition: process_completed_successfully } }
    readiness_probe: { exec: { command: "test -e ../../api.started" }, period_seconds: 1 }
  worker:
    command: "exec standin {{.NAME}}"
    depends_on: { api: { condition: process_healthy } }
    shutdown: { signal: 2, timeout_seconds: 5 }
  docs: { command: "standin docs", disabled: true }
`,
      "services/api/README": "",
    },
    states: { setup: "completed", api: "running", worker: "running", docs: "inactive" },
    started: { api: /^api: api info$/m, worker: /: worker $/m },
  },
  "pitchfork.toml": {
    files: {
      "pitchfork.toml": `
[daemons.seed]
run = "touch seeded"
oneshot = true

[daemons.api]
run = "exec standin api"
dir = "services/api"
env = { LEVEL = "info" }
depends = ["seed"]
ready_output = "api serves"
retry = 3

[daemons.worker]
run = "exec standin worker"
depends = ["api"]
stop_signal = { signal = "INT", timeout = "5s" }

[daemons.nightly]
run = "standin nightly"
cron = { schedule = "0 0 3 * * *" }
`,
      "services/api/README": "",
    },
    states: { seed: "completed", api: "running", worker: "running", nightly: "inactive" },
    started: { api: /^api: api info$/m, worker: /: worker $/m },
  },
  "mprocs.yaml": {
    files: {
      "mprocs.yaml": `
procs:
  api:
    cmd: [standin, api, "a b"]
    cwd: <CONFIG_DIR>/services/api
    env: { LEVEL: info }
  worker: { shell: exec standin worker, deps: [api], stop: SIGINT }
  docs: { shell: standin docs, autostart: false }
`,
      "services/api/README": "",
    },
    states: { api: "running", worker: "running", docs: "inactive" },
    started: { api: /^api: api a b info$/m, worker: /: worker $/m },
  },
};

for (const [file, { files, states, started }] of Object.entries(PROJECTS)) {
  e2e(`import: what a ${file} says is what runs`, async (sandbox) => {
    sandbox.write("bin/standin", STAND_IN, 0o755);
    for (const [name, text] of Object.entries(files)) sandbox.write(name, text);
    const said = await done(sandbox, "import", "-o", "supervise.toml", file);
    assert.match(said.stderr, /lines kept, \d+ lines? changed, \d+ lines? lost\n/);
    await done(sandbox, "check");
    await done(sandbox, "up", "-d");
    for (const [path, state] of Object.entries(states)) {
      await sandbox.rowWhen(path, (row) => row.state === state);
    }
    for (const [name, how] of Object.entries(started)) assert.match(sandbox.read(`${name}.started`), how);
    await done(sandbox, "down");
    const again = await sandbox.supervise("import", "-o", "supervise.toml", file);
    assert.match(again.stderr, /^error\[file\/exists\]/);
  });
}

async function done(sandbox: Sandbox, ...args: readonly string[]) {
  const env = { PATH: `${sandbox.dir}/bin:${process.env["PATH"]}`, ROOT: sandbox.dir };
  const done = await sandbox.start(args, env).done;
  assert.equal(done.code, 0, `${args.join(" ")}: ${done.stdout}${done.stderr}`);
  return done;
}

e2e("import: a file that is not what it seems is refused, and nothing is written or run", async (sandbox) => {
  const good = "services: { web: { command: x } }\n";
  const utf16 = Array.from(`\ufeff${good}`, (letter) => `${letter}\0`).join("");
  const bad: Readonly<Record<string, readonly [text: string | Uint8Array, message: RegExp]>> = {
    "compose.yaml": [
      Uint8Array.from([0xff, 0xfe, ...Array.from(utf16.slice(2), (letter) => letter.charCodeAt(0))]),
      /the file is UTF-16, and what is imported is UTF-8\nhint: .*iconv -f UTF-16/,
    ],
    "process-compose.yaml": [
      "processes:\n  a: { command: !!js/function 'touch ran' }\n",
      /process-compose\.yaml:2: the tag "!!js\/function" is not followed/,
    ],
    "mprocs.yaml": [`procs: ${"[".repeat(20_000)}`, /mprocs\.yaml:1: its lists or maps nest too deeply/],
    "pitchfork.toml": ['[daemons.a]\nrun = "x', /pitchfork\.toml:2: this is no TOML: /],
  };
  for (const [file, [text, message]] of Object.entries(bad)) {
    sandbox.write(file, text as string);
    const { code, stdout, stderr } = await sandbox.supervise("import", "-o", "supervise.toml", file);
    assert.equal(code, 5);
    assert.match(`${stdout}${stderr}`, message);
    assert.throws(() => sandbox.read("supervise.toml"));
    assert.throws(() => sandbox.read("ran"));
  }
});
