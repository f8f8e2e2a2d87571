/** Words of other tools: each is told ours, with its value. */
import assert from "node:assert/strict";
import { KINDS } from "../../../lib/config/keys/kinds.ts";
import { ACTOR } from "../../../lib/config/keys/actor.ts";
import { ROOT_TREE, TREE } from "../../../lib/config/keys/supervisor.ts";
import { foreignWord, foreignWords } from "../../../lib/config/values/foreign_words.ts";
import { test } from "../../harness/test.ts";
import { adviceOf, compileText } from "../compiling.ts";

/** A line of another tool -> what is to be written, and our key for it. */
const LINES: readonly (readonly [line: string, hint: string, key: string | null])[] = [
  // systemd
  ["ExecStart = '/usr/bin/api --port 80'", "write exec = '/usr/bin/api --port 80'", "exec"],
  ["ExecStartPre = 'make'", "write hooks = { pre_start = 'make' }", "hooks"],
  ["RestartSec = 5", 'write backoff = { initial = "5s" }', "backoff"],
  ["RestartSec = '1min 30s'", 'write backoff = { initial = "1m30s", max = "1m30s" }', "backoff"],
  ["RestartSec = 'soon'", "write backoff = { initial = ... }", "backoff"],
  ["TimeoutStopSec = 90", 'write stop = { grace = "1m30s" }', "stop"],
  ["KillSignal = 'SIGINT'", "write stop = { signal = 'SIGINT' }", "stop"],
  ["WorkingDirectory = '/srv'", "write cwd = '/srv'", "cwd"],
  ["EnvironmentFile = '/etc/default/api'", "write env_file = ['/etc/default/api']", "env_file"],
  ["StartLimitBurst = 3", "write intensity = { restarts = 3 }", "intensity"],
  ["WatchdogSec = 10", 'write health = { watchdog = "10s" }', "health"],
  ["LimitNOFILE = 4096", "write limits = { nofile = 4096 }", "limits"],
  ["MemoryMax = '1G'", 'write cgroup = { memory_max = "1GiB" }', "cgroup"],
  ["After = ['db']", "write depends_on = ['db']", "depends_on"],
  [
    "WantedBy = 'multi-user.target'",
    "write nothing: a tree runs what it has, and its own start at boot is that of `supervise up`",
    null,
  ],
  // supervisord
  ["command = 'python3 app.py'", "write exec = 'python3 app.py'", "exec"],
  ["command = 'cd x && ./app'", "write shell = 'cd x && ./app'", "exec"],
  ["directory = '/srv'", "write cwd = '/srv'", "cwd"],
  ["autorestart = 'unexpected'", 'write restart = "on-failure"', "restart"],
  ["autorestart = true", 'write restart = "always"', "restart"],
  ["startretries = 3", "write intensity = { restarts = 3 }", "intensity"],
  ["startsecs = 10", 'write ready = { delay = "10s" }', "ready"],
  ["stopwaitsecs = 10", 'write stop = { grace = "10s" }', "stop"],
  ["stopsignal = 'QUIT'", "write stop = { signal = 'QUIT' }", "stop"],
  ["stopasgroup = true", 'write stop = { to = "group" }', "stop"],
  ["numprocs = 4", "write replicas = 4", "replicas"],
  ["exitcodes = [0, 2]", "write success_exit_codes = [0, 2]", "success_exit_codes"],
  ["stdout_logfile = 'app.log'", "write log = { file = 'app.log' }", "log"],
  ["environment = { KEY = 'secret' }", 'write env = { NAME = "..." }', "env"],
  // PM2
  ["instances = 2", "write replicas = 2", "replicas"],
  ["instances = 'max'", "write replicas = ...", "replicas"],
  ["kill_timeout = 5000", 'write stop = { grace = "5s" }', "stop"],
  ["max_restarts = 10", "write intensity = { restarts = 10 }", "intensity"],
  ["min_uptime = 1500", 'write backoff = { reset_after = "1.5s" }', "backoff"],
  ["restart_delay = 4000", 'write backoff = { initial = "4s" }', "backoff"],
  ["max_memory_restart = '300M'", 'write cgroup = { memory_max = "300MiB" }', "cgroup"],
  ["ignore_watch = 'node_modules'", "write watch = { paths = [...], ignore = ['node_modules'] }", "watch"],
  // compose
  [
    "image = 'postgres'",
    "write exec with the program that runs in it: supervise runs programs, no images",
    null,
  ],
  [
    "ports = ['80:80']",
    "write nothing: a program listens at its own ports, and ready = { tcp = ... } waits for one",
    null,
  ],
  ["working_dir = '/app'", "write cwd = '/app'", "cwd"],
  ["stop_grace_period = '1m30s'", 'write stop = { grace = "1m30s" }', "stop"],
  ["cpus = 0.5", 'write cgroup = { cpu_max = "50%" }', "cgroup"],
  ["healthcheck = {}", 'write health = { exec = [...], interval = "30s" }', "health"],
  // process-compose, pitchfork, circus, mprocs
  ["readiness_probe = {}", "write ready = { http = ... }", "ready"],
  ["disabled = true", "write autostart = false", "autostart"],
  ["run = 'npm run dev'", "write shell = 'npm run dev'", "exec"],
  ["retry = 3", "write intensity = { restarts = 3 }", "intensity"],
  ["ready_output = 'listening'", "write ready = { log = 'listening' }", "ready"],
  ["graceful_timeout = 30", 'write stop = { grace = "30s" }', "stop"],
  ["cmd = ['npm', 'start']", "write exec = ['npm', 'start']", "exec"],
  // launchd and Kubernetes
  ["ProgramArguments = ['/bin/api']", "write exec = ['/bin/api']", "exec"],
  ["StartInterval = 300", 'write schedule = "@every 5m"', "schedule"],
  ["terminationGracePeriodSeconds = 60", 'write stop = { grace = "1m" }', "stop"],
  ["workingDir = '/app'", "write cwd = '/app'", "cwd"],
];

test("foreign words: each is told ours with its value, and whose it is", () => {
  for (const [line, action, key] of LINES) {
    const typed = line.split(" ")[0]!;
    const { problems } = compileText(`[actors.a]\n${key === "exec" ? "" : "exec = 'x'\n"}${line}`);
    assert.equal(problems.length, 1, `${line}: ${JSON.stringify(problems)}`);
    const { message, hint, expected, name } = problems[0]!;
    const meant = key === null ? "" : `, did you mean "${key}"?`;
    const { of } = foreignWord(typed)!;
    assert.deepEqual(
      [name, message, hint, expected],
      [
        "config/unknown-key",
        `unknown key "${typed}"${meant}`,
        of === null ? action : `in place of ${typed} (${of}) ${action}`,
        null,
      ],
      line,
    );
  }
});

test("foreign words: in the table of the key, the key is told alone", () => {
  const cases: [string, string][] = [
    ["stop = { kill_timeout = 5000 }", 'in place of kill_timeout (PM2) write grace = "5s"'],
    ["backoff = { RestartSec = '5s' }", 'in place of RestartSec (systemd) write initial = "5s"'],
    [
      "intensity = { max_restarts = 3 }",
      "in place of max_restarts (PM2, process-compose) write restarts = 3",
    ],
    ["cgroup = { CPUQuota = '50%' }", "in place of CPUQuota (systemd) write cpu_max = '50%'"],
  ];
  for (const [line, hint] of cases) {
    assert.equal(adviceOf(`[actors.a]\nexec = 'x'\n${line}`).hint, hint, line);
  }
});

test("foreign words: tables of other tools are told ours", () => {
  const cases: [string, string][] = [
    ["[services.web]\nimage = 'x'", "in place of services (compose) write [actors.NAME]"],
    ["[processes.web]\ncommand = 'x'", "in place of processes (process-compose, mprocs) write [actors.NAME]"],
    ["[daemons.web]\nrun = 'x'", "in place of daemons (pitchfork) write [actors.NAME]"],
    ["[[apps]]\nscript = 'x'", "in place of apps (PM2) write [actors.NAME]"],
    [
      "[Service]\nExecStart = 'x'\n[actors.a]\nexec = 'x'",
      "in place of Service (systemd) write [actors.NAME], or have `supervise import` make it of the unit",
    ],
  ];
  for (const [text, hint] of cases) assert.equal(adviceOf(text).hint, hint, text);
});

test("foreign words: what is to be written is valid", () => {
  const files = { "/etc/default/api": "A=1" };
  for (const [, action, key] of LINES) {
    if (key === null || action.includes("...")) continue;
    const line = action.replace("write ", "");
    const command = /^(?:exec|shell) =/.test(line) ? "" : "exec = 'x'\n";
    const text = `[actors.a]\n${command}${line}\n[actors.db]\nexec = 'x'`;
    const errors = compileText(text, { files }).problems.filter(({ severity }) => severity === "error");
    assert.deepEqual(errors, [], line);
  }
});

test("foreign words: none of them is a key of ours where it would be told", () => {
  for (const { word, meanings, of } of foreignWords()) {
    assert.equal(foreignWord(word)?.word, word, `${word} stands twice`);
    for (const { key } of meanings) {
      const kinds = KINDS.filter(({ keys }) => Object.hasOwn(keys, key));
      assert.ok(kinds.length > 0, `${word} stands for ${key}, which no table has`);
    }
    for (const { keys } of [ACTOR, TREE, ROOT_TREE]) {
      assert.ok(!Object.hasOwn(keys, word), `${word} of ${of} is a key`);
    }
  }
});

test("foreign values: restart policies and conditions of other tools are told ours", () => {
  const cases: [string, string, string | null][] = [
    ["restart = 'unless-stopped'", 'unknown restart policy "unless-stopped", did you mean "always"?', null],
    ["restart = 'no'", 'unknown restart policy "no", did you mean "never"?', null],
    ["restart = 'on-failure:3'", 'unknown restart policy "on-failure:3", did you mean "on-failure"?', null],
    ["restart = 'Always'", 'unknown restart policy "Always", did you mean "always"?', null],
    ["restart = 'OnFailure'", 'unknown restart policy "OnFailure", did you mean "on-failure"?', null],
    ["restart = true", "this is a boolean, not a restart policy", 'write "always"'],
    ["restart = false", "this is a boolean, not a restart policy", 'write "never"'],
    [
      "depends_on = { db = 'service_healthy' }",
      'unknown condition "service_healthy", did you mean "healthy"?',
      null,
    ],
    [
      "depends_on = { db = 'service_completed_successfully' }",
      'unknown condition "service_completed_successfully", did you mean "completed"?',
      null,
    ],
    [
      "depends_on = { db = { condition = 'service_healthy' } }",
      "this is a table, not a condition",
      'write "healthy"',
    ],
    ["depends_on = { db = { condition = 'exited' } }", "this is a table, not a condition", 'write "exited"'],
    ["depends_on = { db = { condition = 'odd' } }", "this is a table, not a condition", null],
    ["depends_on = { db = { when = 'exited' } }", "this is a table, not a condition", null],
    ["stop = 'SIGINT'", "this is a string, not a table", "write { signal = 'SIGINT' }"],
    ["stop = 30", "this is an integer, not a table", 'write { grace = "30s" }'],
    ["backoff = '5s'", "this is a string, not a table", 'write { initial = "5s" }'],
    ["ready = 8080", "this is an integer, not a table", 'write { tcp = "127.0.0.1:8080" }'],
    ["ready = 'localhost:80'", "this is a string, not a table", "write { tcp = 'localhost:80' }"],
    ["health = 'http://a/b'", "this is a string, not a table", "write { http = 'http://a/b' }"],
    ["log = 'app.log'", 'unknown log "app.log"', 'write { file = "app.log" }'],
    [
      "intensity = 3",
      "this is an integer, not a table or an intensity",
      'write { restarts = 3, within = "30s" }',
    ],
  ];
  for (const [line, message, hint] of cases) {
    const advice = adviceOf(
      `[actors.a]\nexec = 'x'\n${line}\n[actors.db]\nexec = 'x'\ndaemon = true\nhealth.tcp = 'a:1'`,
    );
    assert.deepEqual([advice.message, advice.hint], [message, hint], line);
  }
});
