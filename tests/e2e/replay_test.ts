/**
 * The proof that the model is the truth: real trees are run, and their lives are simulated from their journals with their own
 * times. The two courses are the same, entry for entry.
 */
import assert from "node:assert/strict";
import { appendFileSync, globSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { freePort } from "../harness/ports.ts";
import { e2e, type Sandbox } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

/** Asserts that the last life of the tree is computed as it was. */
async function assertSame(sandbox: Sandbox, file = "supervise.toml"): Promise<void> {
  const { code, stdout, stderr } = await sandbox.supervise("simulate", file, "--replay");
  assert.equal(code, 0, `${stdout}${stderr}`);
  assert.match(stderr, /^the course is the same: \d+ entries$/m);
}

/** Waits until so many entries of a kind are in the journal of an actor. */
async function untilTold(sandbox: Sandbox, path: string, event: string, count = 1): Promise<void> {
  await until(`${path} ${event}`, async () => {
    const { code, stdout } = await sandbox.supervise("events", "--json");
    if (code !== 0) return false;
    const entries = stdout.trim().split("\n").map((line) => JSON.parse(line));
    return entries.filter((entry) => entry.path === path && entry.event === event).length >= count;
  });
}

async function succeed(sandbox: Sandbox, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await sandbox.supervise(...args);
  assert.equal(code, 0, `${args.join(" ")}: ${stdout}${stderr}`);
}

const NOTIFY = `import os, socket, time
time.sleep(0.2)
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", os.environ["NOTIFY_SOCKET"].replace("@", "\\\\0"))
time.sleep(1000)
`;

e2e("replay: starts that wait for each other, by every kind of probe", async (sandbox) => {
  const port = await freePort();
  sandbox.write("notify.py", NOTIFY);
  sandbox.config(`
    [actors.prepare]
    shell = "sleep 0.2"
    [actors.filed]
    shell = "sleep 0.2; touch filed; exec sleep 1000"
    daemon = true
    depends_on = { prepare = "completed" }
    ready = { file = "filed" }
    [actors.tcp]
    exec = "python3 -m http.server ${port} --bind 127.0.0.1"
    daemon = true
    ready = { tcp = "127.0.0.1:${port}" }
    [actors.http]
    exec = "sleep 1000"
    daemon = true
    depends_on = ["tcp"]
    ready = { http = "http://127.0.0.1:${port}/" }
    [actors.logged]
    shell = "sleep 0.3; echo it is up; exec sleep 1000"
    daemon = true
    depends_on = ["filed"]
    ready = { log = "is up" }
    [actors.notifying]
    exec = "python3 notify.py"
    daemon = true
    ready = { notify = true }
    [actors.asked]
    shell = "sleep 0.3; touch asked; exec sleep 1000"
    daemon = true
    ready = { exec = "test -e asked" }
    [actors.delayed]
    exec = "sleep 1000"
    daemon = true
    ready = { delay = "300ms" }
    depends_on = ["asked", "notifying"]
    [actors.never]
    exec = "sleep 1000"
    daemon = true
    restart = "never"
    ready = { exec = "false", timeout = "600ms" }
  `);
  await sandbox.supervise("up", "-d", "--keep");
  await untilTold(sandbox, "never", "failed");
  await succeed(sandbox, "down");
  await assertSame(sandbox);
}, ["python3"]);

e2e(
  "replay: crashes, backoffs with jitter, strategies, and escalations to the end of the tree",
  async (sandbox) => {
    sandbox.config(`
    intensity = { restarts = 2, within = "30s" }
    on_failure = "escalate"
    defaults = { backoff = { initial = "100ms", jitter = 0.5 } }
    [actors.quiet]
    exec = "sleep 1000"
    daemon = true
    [trees.all]
    strategy = "one_for_all"
    intensity = { restarts = 2, within = "30s" }
    [trees.all.actors.a]
    exec = "sleep 1000"
    daemon = true
    [trees.all.actors.b]
    shell = "sleep 0.3; exit 3"
    daemon = true
    depends_on = ["all/a"]
    [trees.all.actors.c]
    exec = "sleep 1000"
    daemon = true
    depends_on = ["all/b"]
    [trees.rest]
    strategy = "rest_for_one"
    [trees.rest.actors.first]
    exec = "sleep 1000"
    daemon = true
    [trees.rest.actors.second]
    shell = "test -e twice && exec sleep 1000; test -e once && touch twice; touch once; kill -9 $$"
    daemon = true
    [trees.rest.trees.below.actors.third]
    exec = "sleep 1000"
    daemon = true
  `);
    const { code, stdout } = await sandbox.supervise("up", "-d", "--keep");
    assert.ok(code !== null, stdout);
    await until("the tree gives up", async () => (await sandbox.supervise("ps")).code === 3);
    await assertSame(sandbox);
  },
);

e2e("replay: programs that are missing, hooks that fail, and what runs too long", async (sandbox) => {
  sandbox.config(`
    intensity = { restarts = 2, within = "30s" }
    defaults = { backoff = { initial = "50ms" } }
    [actors.hooked]
    exec = "sleep 1000"
    daemon = true
    hooks = { pre_start = "./prepare", post_start = "sleep 0.1", pre_stop = "sleep 0.1", post_stop = "./tidy" }
    [actors.missing]
    exec = "./nowhere"
    daemon = true
    [actors.long]
    exec = "sleep 1000"
    run_timeout = "300ms"
    restart = "never"
    [actors.waits]
    exec = "sleep 1000"
    daemon = true
    depends_on = ["long"]
  `);
  sandbox.write("prepare", "#!/bin/sh\nsleep 1.2; test -e tried || { touch tried; exit 4; }\n", 0o755);
  sandbox.write("tidy", "#!/bin/sh\nsleep 0.1; exit 7\n", 0o755);
  sandbox.write("nowhere", "#!/nowhere/at/all\n", 0o755);
  await sandbox.supervise("up", "-d", "--keep");
  await untilTold(sandbox, "waits", "failed");
  await sandbox.rowWhen("hooked", ({ ready }) => ready);
  await succeed(sandbox, "restart", "hooked");
  await succeed(sandbox, "down");
  await assertSame(sandbox);
});

e2e("replay: sick actors, deaf ones, and orphans that go on", async (sandbox) => {
  sandbox.config(`
    defaults = { backoff = { initial = "50ms" } }
    [actors.sick]
    exec = "sleep 1000"
    daemon = true
    health = { exec = "test ! -e sick", interval = "200ms", retries = 2 }
    [actors.told]
    exec = "sleep 1000"
    daemon = true
    health = { exec = "test ! -e sick", interval = "150ms", retries = 3, on_failure = "ignore" }
    [actors.deaf]
    shell = "trap '' TERM; while :; do sleep 0.05; done"
    daemon = true
    stop = { grace = "400ms" }
    [actors.parent]
    shell = "(trap '' TERM; exec sleep 1000) & sleep 0.2; exit 0"
    stop = { grace = "1500ms" }
    [actors.signalled]
    exec = "sleep 1000"
    daemon = true
    stop = { signal = "SIGKILL" }
  `);
  await succeed(sandbox, "up", "-d");
  await untilTold(sandbox, "told", "healthy");
  sandbox.write("sick", "");
  await untilTold(sandbox, "sick", "unhealthy");
  await untilTold(sandbox, "told", "unhealthy");
  await succeed(sandbox, "exec", "told", "--", "rm", "sick");
  await untilTold(sandbox, "told", "healthy", 2);
  await untilTold(sandbox, "sick", "healthy", 2);
  await succeed(sandbox, "restart", "deaf");
  await untilTold(sandbox, "parent", "completed");
  await succeed(sandbox, "down");
  await assertSame(sandbox);
});

e2e("replay: whatever people ask of replicas, schedules and all others", async (sandbox) => {
  sandbox.config(`
    defaults = { backoff = { initial = "50ms", jitter = 0.2 } }
    [actors.db]
    shell = "trap 'exit 0' TERM; touch db; while :; do sleep 0.05; done"
    daemon = true
    ready = { file = "db" }
    [actors.web]
    exec = "sleep 1000"
    daemon = true
    replicas = 2
    depends_on = ["db"]
    [actors.tick]
    shell = "sleep 0.1"
    schedule = "@every 300ms"
    [actors.by-hand]
    exec = "sleep 1000"
    daemon = true
    autostart = false
    depends_on = ["web"]
  `);
  await succeed(sandbox, "up", "-d");
  await succeed(sandbox, "restart", "--rolling", "web");
  await succeed(sandbox, "stop", "db");
  await succeed(sandbox, "start", "by-hand", "--no-deps");
  await succeed(sandbox, "start", "db");
  await succeed(sandbox, "signal", "STOP", "web.1");
  await succeed(sandbox, "signal", "CONT", "web.1");
  await succeed(sandbox, "signal", "TERM", "web.2");
  await untilTold(sandbox, "web.2", "restarted");
  await sandbox.rowWhen("web.2", ({ ready }) => ready);
  await succeed(sandbox, "reset", "web.2");
  await untilTold(sandbox, "tick", "completed", 2);
  await succeed(sandbox, "restart", "db", "by-hand");
  await assertSame(sandbox);
  await succeed(sandbox, "down");
  await assertSame(sandbox);
});

e2e("replay: a supervisor that is killed, and one that goes on", async (sandbox) => {
  sandbox.config(`
    on_supervisor_death = "survive"
    [actors.db]
    exec = "sleep 1000"
    daemon = true
    [actors.web]
    exec = "sleep 1000"
    daemon = true
    depends_on = ["db"]
  `);
  await succeed(sandbox, "up", "-d");
  process.kill((await sandbox.json("ps")).pid, "SIGKILL");
  await until("another supervisor is there", async () => (await sandbox.supervise("up", "-d")).code === 0);
  process.kill((await sandbox.row("web")).pid, "SIGKILL");
  await untilTold(sandbox, "web", "restarted");
  await sandbox.rowWhen("web", ({ ready }) => ready);
  await succeed(sandbox, "down");
  await assertSame(sandbox);
});

const FLAKY = (restarts: number) => `
  intensity = { restarts = ${restarts}, within = "30s" }
  defaults = { backoff = { initial = "50ms" } }
  [actors.flaky]
  shell = "test -e well && exec sleep 1000; sleep 0.1; exit 3"
  daemon = true
`;

e2e("replay: a file that was changed since shows where it would fare otherwise", async (sandbox) => {
  sandbox.config(FLAKY(2));
  await sandbox.supervise("up", "-d");
  await until("the tree has given up", async () => (await sandbox.supervise("ps")).code === 3);
  await assertSame(sandbox);
  sandbox.config(FLAKY(5));
  const { code, stdout, stderr } = await sandbox.supervise("simulate", "--replay");
  assert.equal(code, 1, stderr);
  assert.match(stdout, /^- .* flaky: restarts now \(1 more allowed\)$/m);
  assert.match(stdout, /^\+ .* flaky: restarts now \(4 more allowed\)$/m);
  assert.match(stderr, /^after .* the course differs: an entry has another `left`$/m);
  assert.match(stderr, /^by this file, after .* the tree goes on: of 1 actor /m);
  const { isSame, difference } = JSON.parse(
    (await sandbox.supervise("simulate", "--replay", "--json")).stdout,
  );
  assert.deepEqual([isSame, difference.kind, difference.recorded.left, difference.computed.left], [
    false,
    "other",
    1,
    4,
  ]);
});

e2e("replay: journals that nothing can be computed from, and options that say otherwise", async (sandbox) => {
  const refused = async (pattern: RegExp, ...args: readonly string[]) => {
    const { code, stdout, stderr } = await sandbox.supervise("simulate", ...args);
    assert.notEqual(code, 0);
    assert.equal(stdout, "");
    assert.match(stderr, pattern);
  };
  sandbox.config(FLAKY(5));
  await refused(/\[simulate\/no-journal\]: There is no journal of this tree/, "--replay");
  await refused(/\[simulate\/no-journal\]/, "--like-last-week");
  await refused(
    /\[usage\/contradiction\]: --replay and --crash were given/,
    "--replay",
    "--crash",
    "flaky@1s",
  );
  sandbox.write("well", "");
  await succeed(sandbox, "up", "-d");
  await succeed(sandbox, "down");
  const journal = globSync(`${sandbox.dir}/state/**/journal.jsonl`)[0]!;
  const lines = readFileSync(journal, "utf8").trim().split("\n");
  writeFileSync(journal, `${lines.slice(2).join("\n")}\n`);
  await refused(
    /\[simulate\/unfit-journal\]: The journal is cut: its last life begins with entry 3/,
    "--replay",
  );
  writeFileSync(journal, `${lines.toSpliced(2, 2).join("\n")}\n`);
  await refused(/The journal is cut: entries between 2 and 5 are missing, or cannot be read/, "--replay");
  writeFileSync(journal, `${lines.join("\n")}\n`);
  appendFileSync(
    journal,
    `${lines[1]!.replace(/"seq":\d+/, `"seq":${lines.length + 1}`).replace("started", "teleported")}\n`,
  );
  await refused(/The journal has an entry "teleported", which this version/, "--replay");
  writeFileSync(journal, `${lines.join("\n")}\n`);
  for (
    const text of ["", "{}\n", "\u0000{", `${lines.join("\n")}\n`.replaceAll(/"at":"[^"]*"/g, '"at":"never"')]
  ) {
    writeFileSync(journal, text);
    await refused(
      /\[simulate\/unfit-journal\]: The journal in ".*" has no entry that can be read/,
      "--replay",
    );
    await refused(/\[simulate\/unfit-journal\]/, "--like-last-week");
    const { code, stderr } = await sandbox.supervise("explain", "flaky");
    assert.equal(code, 4, stderr);
    assert.match(stderr, /No entry is of "flaky"\nhint: the journal has no entry that can be read/);
  }
  writeFileSync(journal, `${lines.join("\n")}\n`);
  sandbox.config(FLAKY(5).replace("flaky", "steady"));
  await refused(/The journal is that of another file: this one has none of its actors \(flaky\)/, "--replay");
  await refused(
    /\[simulate\/little-history\]: No actor of this file has run in the last 7 days/,
    "--like-last-week",
  );
});

e2e(
  "simulate --like-last-week: times and failures are drawn from the journal, by the seed",
  async (sandbox) => {
    sandbox.config(FLAKY(1_000));
    await succeed(sandbox, "up", "-d", "--no-wait");
    await untilTold(sandbox, "flaky", "restarted", 4);
    sandbox.write("well", "");
    await sandbox.rowWhen("flaky", ({ ready }) => ready);
    await succeed(sandbox, "down");
    const args = ["simulate", "--like-last-week", "--for", "1m"];
    const { code, stderr } = await sandbox.supervise(...args);
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /^drawn from \d+ runs with [4-9] failures in the [\d.]+\w+ that the journal goes back$/m,
    );
    const course = async (seed: string) => {
      const { entries } = await sandbox.json(...args, "--seed", seed);
      return entries.map(({ at: _, ...entry }: { at: string }) => entry);
    };
    const first = await course("1");
    assert.ok(
      first.filter(({ event, code }: { event: string; code: number }) => event === "exited" && code === 3)
        .length > 3,
    );
    assert.deepEqual(await course("1"), first);
    assert.notDeepEqual(await course("2"), first);
  },
);
