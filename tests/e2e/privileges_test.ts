import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { e2e, type Sandbox, UNDER_TEST } from "../harness/supervise.ts";

/** Prints what the kernel knows of the shell itself, with nothing in between. */
const TELL = `exec cat /proc/self/status /proc/self/limits /proc/self/oom_score_adj`;

/** What a one-shot with these keys prints. */
async function told(sandbox: Sandbox, keys: string, shell = TELL): Promise<string> {
  sandbox.config(`[actors.a]\ncwd = "/"\nshell = '${shell}'\n${keys}`);
  const done = await sandbox.supervise("up", "--no-color");
  assert.equal(done.code, 0, done.stderr);
  return done.stdout.replaceAll(/^a +\| ?/gm, "");
}

/** A field of what {@linkcode TELL} prints, its words apart by one space. */
function field(text: string, name: string): string {
  const line = text.split("\n").find((each) => each.startsWith(name));
  assert.ok(line !== undefined, `no ${name} in ${text}`);
  return line.slice(name.length).replace(/^:/, "").trim().split(/\s+/).join(" ");
}

const ALONE: readonly (readonly [keys: string, name: string, value: string | RegExp])[] = [
  [`user = "nobody"`, "Uid", "65534 65534 65534 65534"],
  [`user = 65534`, "Gid", "65534 65534 65534 65534"],
  [`user = "nobody"\ngroup = "daemon"`, "Gid", "1 1 1 1"],
  [`user = "nobody"\ngroup = 2`, "Groups", "2"],
  [`group = "daemon"`, "Groups", "1"],
  [`group = "daemon"`, "Uid", "0 0 0 0"],
  [`umask = "0137"`, "Umask", "0137"],
  [`limits = { nofile = 64 }`, "Max open files", "64 64 files"],
  [`limits = { nofile = { soft = 64 } }`, "Max open files", /^64 \d\d\d+ files$/],
  [
    `limits = { core = "1MiB", fsize = { soft = "2MB", hard = "unlimited" } }`,
    "Max core",
    "file size 1048576 1048576 bytes",
  ],
  [
    `limits = { core = "1MiB", fsize = { soft = "2MB", hard = "unlimited" } }`,
    "Max file size",
    "2000000 unlimited bytes",
  ],
  [`limits = { cpu = "1m" }`, "Max cpu time", "60 60 seconds"],
  [`limits = { as = "100MB" }`, "Max address space", "100000000 100000000 bytes"],
  [`limits = { nproc = 5 }\nuser = "nobody"`, "Max processes", "5 5 processes"],
  [`no_new_privs = true`, "NoNewPrivs", "1"],
];

e2e("privileges: each key does what the kernel knows by its name", async (sandbox) => {
  const actors = ALONE.map(([keys], index) => `[actors.a${index}]\ncwd = "/"\nshell = '${TELL}'\n${keys}`);
  sandbox.config(actors.join("\n"));
  const done = await sandbox.supervise("up");
  assert.equal(done.code, 0, done.stderr);
  ALONE.forEach(([keys, name, value], index) => {
    const said = new RegExp(`^a${index} +\\| ?(.*)$`, "gm");
    const found = field([...done.stdout.matchAll(said)].map(([, line]) => line).join("\n"), name);
    if (typeof value === "string") assert.equal(found, value, keys);
    else assert.match(found, value, keys);
  });
});

e2e("privileges: nice and oom_score_adj are those of the process", async (sandbox) => {
  const shell = "nice; cat /proc/self/oom_score_adj";
  assert.equal(await told(sandbox, "nice = 7\noom_score_adj = 321", shell), "7\n321\n");
});

e2e("privileges: all keys together, with limits that the user may not raise", async (sandbox) => {
  const text = await told(
    sandbox,
    `user = "nobody"
    group = "daemon"
    umask = "0027"
    nice = -3
    limits = { nofile = { soft = 500, hard = 900 }, nproc = 1, as = "64MiB", memlock = 0 }
    no_new_privs = true
    oom_score_adj = 100
    supervisor_death_signal = "SIGUSR1"`,
  );
  assert.equal(field(text, "Uid"), "65534 65534 65534 65534");
  assert.equal(field(text, "Gid"), "1 1 1 1");
  assert.equal(field(text, "Groups"), "1");
  assert.equal(field(text, "Umask"), "0027");
  assert.equal(field(text, "NoNewPrivs"), "1");
  assert.equal(field(text, "CapEff"), "0000000000000000");
  assert.equal(field(text, "Max open files"), "500 900 files");
  assert.equal(field(text, "Max processes"), "1 1 processes");
  assert.equal(field(text, "Max address space"), "67108864 67108864 bytes");
  assert.equal(field(text, "Max locked memory"), "0 0 bytes");
  assert.match(text, /^100$/m);
});

e2e("privileges: but for what was asked a process stands as one without", async (sandbox) => {
  const shell = `cat /proc/self/status /proc/self/limits; ls /proc/self/fd; nice; env`;
  const shown = (text: string) =>
    text.split("\n").filter((line) =>
      /^(?:Sig(?:Blk|Ign|Cgt)|Uid|Gid|Groups|Umask|Cap|NoNew|Seccomp|Max |[A-Z_]+=|\d)/.test(line) &&
      !/^(?:SUPERVISE_RUN|XDG_STATE_HOME)=/.test(line)
    ).map((line) => {
      // The C library keeps two signals to itself, and lets nobody reset them.
      if (!line.startsWith("SigIgn")) return line;
      return (BigInt(`0x${line.split("\t")[1]}`) & ~(3n << 31n)).toString(16);
    }).sort();
  const plain = shown(await told(sandbox, "", shell));
  assert.ok(plain.length > 30);
  assert.deepEqual(shown(await told(sandbox, "no_new_privs = false\nnice = 0", shell)), plain);
});

e2e("privileges: a pipe that nobody reads ends the program, as it should", async (sandbox) => {
  const shell = "yes | head -n 1; kill -PIPE $$; echo alive";
  sandbox.config(`[actors.a]\ncwd = "/"\nshell = '${shell}'\nnice = 1`);
  const done = await sandbox.supervise("up");
  assert.equal(done.code, 141, done.stderr);
  assert.doesNotMatch(done.stdout, /alive/);
});

e2e("privileges: the environment speaks of the user, unless the actor says otherwise", async (sandbox) => {
  const shell = "echo $HOME $USER $LOGNAME $SHELL";
  const [, , , , , home, login] = readFileSync("/etc/passwd", "utf8").split("\n")
    .map((line) => line.split(":")).find(([name]) => name === "nobody")!;
  assert.equal(await told(sandbox, `user = "nobody"`, shell), `${home} nobody nobody ${login}\n`);
  const keys = `user = "nobody"\nenv = { HOME = "/srv", USER = "me" }`;
  assert.equal(await told(sandbox, keys, shell), `/srv me nobody ${login}\n`);
  const byNumber = await told(sandbox, "user = 54321\ngroup = 54321", `${shell} end`);
  assert.equal(byNumber, "/ end\n");
});

e2e("privileges: one process, whose number, program and receipt are the program's own", async (sandbox) => {
  sandbox.config(`
    [actors.a]
    cwd = "/"
    exec = ["sleep", "1000"]
    daemon = true
    user = "nobody"
    umask = "0077"
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const { pid, state } = await sandbox.row("a");
  assert.equal(state, "running");
  assert.equal(readFileSync(`/proc/${pid}/cmdline`, "utf8"), "sleep\x001000\x00");
  assert.equal(readFileSync(`/proc/${pid}/comm`, "utf8"), "sleep\n");
  assert.match(readFileSync(`/proc/${pid}/status`, "utf8"), /^Uid:\t65534\t/m);
  assert.deepEqual(readdirSync(`/proc/${pid}/fd`).sort(), ["0", "1", "2"]);
  assert.equal(readlinkSync(`/proc/${pid}/fd/0`), "/dev/null");
  assert.equal((await sandbox.supervise("restart", "a")).code, 0);
  const again = await sandbox.row("a");
  assert.notEqual(again.pid, pid);
  assert.match(readFileSync(`/proc/${again.pid}/status`, "utf8"), /^Uid:\t65534\t/m);
  const { processes } = await sandbox.json("down");
  assert.deepEqual(processes.map((line: { command: string }) => line.command), ["sleep 1000", "sleep 1000"]);
  await sandbox.untilDown();
});

e2e("privileges: probes and stop commands run as the user of the actor", async (sandbox) => {
  sandbox.config(`
    [actors.a]
    cwd = "/"
    shell = "trap 'exit 0' TERM; while :; do sleep 0.01; done"
    daemon = true
    user = "nobody"
    ready = { exec = ["sh", "-c", "test $(id -un) = nobody"], timeout = "20s" }
    stop = { command = ["sh", "-c", "test $(id -un) = nobody && kill -TERM $SUPERVISE_PID"], signal = "SIGCONT" }
  `);
  const up = await sandbox.supervise("up", "-d");
  assert.equal(up.code, 0, up.stderr);
  const { pid } = await sandbox.row("a");
  const { processes } = await sandbox.json("down");
  const main = processes.find((line: { pid: number }) => line.pid === pid);
  assert.deepEqual([main.ended, main.code], ["exit", 0]);
  await sandbox.untilDown();
});

const FAILURES: readonly (readonly [keys: string, message: RegExp])[] = [
  [`user = "nobodi"`, /could not be started: user "nobodi": there is no such user, did you mean "nobody"\?/],
  [`group = "daemn"`, /could not be started: group "daemn": there is no such group, did you mean "daemon"\?/],
  [`user = 54321`, /user 54321: no entry of \/etc\/passwd says what its group is; say it with group/],
  [
    `limits = { nofile = 4611686018427387 }`,
    /limits\.nofile = 4611686018427387: .*raise the hard limit of \d+/,
  ],
  [
    `limits = { nofile = { soft = 4611686018427387 } }`,
    /limits\.nofile = 4611686018427387: the soft limit would be above the hard limit of \d+/,
  ],
];

e2e("privileges: what cannot be had is a failed start, which is not tried again", async (sandbox) => {
  const actors = FAILURES.map(([keys], index) =>
    `[actors.a${index}]\ncwd = "/"\nexec = "sleep 1000"\ndaemon = true\n${keys}`
  );
  sandbox.config(actors.join("\n"));
  const done = await sandbox.supervise("up");
  assert.equal(done.code, 1, done.stderr);
  FAILURES.forEach(([keys, message], index) => {
    const said = done.stderr.split("\n").filter((line) => line.includes(` a${index}: could not be started`));
    assert.equal(said.length, 1, keys);
    assert.match(said[0]!, message);
  });
  assert.doesNotMatch(done.stderr, /restarts/);
});

e2e("privileges: a folder or a program that the user may not use is a failed start", async (sandbox) => {
  sandbox.write("secret", "#!/bin/sh\n", 0o700);
  sandbox.config(`
    [actors.folder]
    exec = "true"
    user = "nobody"
    [actors.program]
    cwd = "/"
    exec = "${sandbox.dir}/secret"
    user = "nobody"
  `);
  const done = await sandbox.supervise("up");
  assert.equal(done.code, 1, done.stderr);
  assert.match(
    done.stderr,
    /folder: could not be started: The user "nobody" may not enter the working folder/,
  );
  assert.match(
    done.stderr,
    /program: could not be started: Cannot reach ".*secret": user "nobody" may not enter the folder/,
  );
});

e2e("privileges: check tells of users that there are not", async (sandbox) => {
  sandbox.config(`actors.a = { exec = "true", user = "nobodi" }\nactors.b = { exec = "true", user = 54321 }`);
  const done = await sandbox.supervise("check");
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stderr, /warning\[config\/user-not-found\]: user "nobodi": there is no such user/);
  assert.match(done.stderr, /warning\[config\/user-not-found\]: user 54321: no entry/);
});

e2e("privileges: a module is started with limits, too, and joins as ever", async (sandbox) => {
  sandbox.write(
    "api.ts",
    `export function pid() { return process.pid; }\nimport process from "node:process";`,
  );
  sandbox.config(`
    [actors.api]
    module = "./api.ts"
    daemon = true
    nice = 5
    limits = { nofile = 300 }
  `);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  const { pid } = await sandbox.row("api");
  const called = await sandbox.supervise("call", "api", "pid");
  assert.equal(called.stdout.trim(), String(pid), called.stderr);
  assert.match(readFileSync(`/proc/${pid}/limits`, "utf8"), /^Max open files +\d+ +300 /m);
  assert.equal(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")[16], "5");
  assert.equal((await sandbox.supervise("down")).code, 0);
  await sandbox.untilDown();
});

e2e("privileges: a module of another user is refused by check, and why", async (sandbox) => {
  sandbox.write("api.ts", "export default () => {};");
  sandbox.config(`actors.api = { module = "./api.ts", user = "nobody" }`);
  const done = await sandbox.supervise("check");
  assert.equal(done.code, 5);
  assert.match(done.stderr, /error\[config\/not-for-modules\]: a module cannot have "user" yet/);
  assert.match(done.stderr, /it must be able to join its supervisor, which no other user may/);
});

for (
  const [kind, key] of [["actors", ""], ["actors of an isolated tree", "isolate = true\n"], [
    "actors that survive",
    'on_supervisor_death = "survive"\n',
  ]]
) {
  e2e(`privileges: ${kind} may open their own streams anew as another user`, async (sandbox) => {
    sandbox.config(`
${key}[actors.a]
cwd = "/"
user = "nobody"
shell = "echo to stdout > /dev/stdout; echo to stderr > /dev/stderr"
`);
    const done = await sandbox.supervise("up", "--no-color");
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /to stdout/);
    assert.match(done.stdout, /to stderr/);
  });
}

e2e(
  "privileges: what lies below a folder that a user may not enter is told from what is not there",
  async (sandbox) => {
    chmodSync(sandbox.dir, 0o755);
    sandbox.write("closed/program", "#!/bin/sh\n", 0o755);
    sandbox.write("owned", "#!/bin/sh\n", 0o700);
    chmodSync(`${sandbox.dir}/closed`, 0o700);
    for (
      const [keys, message] of [
        [
          'exec = "./closed/program"',
          /Cannot reach ".*program": user "nobody" may not enter the folder ".*\/closed"/,
        ],
        ['exec = "true"\ncwd = "closed"', /user "nobody" may not enter the working folder ".*\/closed"/],
        [
          'exec = "./owned"',
          /may not be executed by user "nobody": it belongs to user 0, and its mode is 0700/,
        ],
        ['exec = "./missing"', /Command not found: there is no file/],
      ] as const
    ) {
      sandbox.config(`[actors.a]\n${keys}\nuser = "nobody"`);
      const done = await sandbox.supervise("up");
      assert.equal(done.code, 1, done.stdout);
      assert.match(done.stderr, message);
    }
    sandbox.write("closed/script.ts", "");
    sandbox.config(`[actors.a]\nscript = "closed/script.ts"\nuser = "nobody"`);
    const { stdout } = await sandbox.supervise("up");
    // Run from source, a script is that of a runtime, which says it in its own words.
    if (UNDER_TEST === "binary") {
      assert.match(stdout, /^a +\| Cannot reach ".*script\.ts": .* may not enter the folder ".*\/closed"\n$/);
    }
  },
);
