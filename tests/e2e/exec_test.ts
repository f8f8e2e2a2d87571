/** `exec`: a command runs where an actor runs, and nothing of it outlives the actor's run or its client. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { e2e, type Sandbox, SUPERVISE } from "../harness/supervise.ts";
import { until } from "../harness/until.ts";

const ON_TERMINAL = fileURLToPath(new URL("../harness/on_terminal.py", import.meta.url));

const TREE = `
  [actors.db]
  exec = "sleep 600"
  daemon = true
  cwd = "inner"
  env = { COLOUR = "blue", TOKEN = "hush-hush-123" }
  [actors.pair]
  exec = "sleep 600"
  daemon = true
  replicas = 2
  [actors.off]
  exec = "sleep 600"
  autostart = false
`;

async function withTree(sandbox: Sandbox, config: string, body: () => Promise<void>, ...options: string[]) {
  sandbox.write("inner/file", "");
  sandbox.config(config);
  const up = await sandbox.supervise("up", "-d", ...options);
  assert.equal(up.code, 0, up.stderr);
  await body();
  const down = await sandbox.supervise("down");
  assert.equal(down.code, 0, down.stderr);
}

/** The processes of the sandbox whose command line has a word in it. */
function commandsWith(sandbox: Sandbox, word: string): readonly string[] {
  return sandbox.left().filter((line) => line.includes(word) && !line.includes("exec"));
}

e2e("exec: environment and folder are the actor's, streams and exit code the caller's", async (sandbox) => {
  await withTree(sandbox, TREE, async () => {
    const said = await sandbox.supervise(
      "exec",
      "db",
      "--",
      "sh",
      "-c",
      'echo "$COLOUR $TOKEN $SUPERVISE_ACTOR ${PWD##*/}"; echo talk >&2; exit 7',
    );
    assert.deepEqual([said.code, said.stdout, said.stderr], [7, "blue hush-hush-123 db inner\n", "talk\n"]);
    const killed = await sandbox.supervise("exec", "pair.2", "--", "sh", "-c", "kill -TERM $$");
    assert.equal(killed.code, 143);
    const input = spawn(SUPERVISE[0]!, [...SUPERVISE.slice(1), "exec", "db", "--", "tr", "a-z", "A-Z"], {
      cwd: sandbox.dir,
      env: { ...process.env, XDG_STATE_HOME: `${sandbox.dir}/state`, E2E_MARK: sandbox.mark },
      stdio: ["pipe", "pipe", "inherit"],
    });
    let heard = "";
    input.stdout.setEncoding("utf8").on("data", (text: string) => heard += text);
    input.stdin.end("hello");
    await new Promise((resolve) => input.once("close", resolve));
    assert.equal(heard, "HELLO");
    const { stdout } = await sandbox.supervise("events", "--json");
    const entries = stdout.trim().split("\n").map((line) => JSON.parse(line));
    const asked = entries.filter(({ verb }) => verb === "exec");
    assert.deepEqual(asked.map(({ paths }) => paths), [["db"], ["pair.2"], ["db"]]);
    assert.equal(asked[2].command, "tr a-z A-Z");
    assert.equal(asked[2].asker.pid, input.pid);
  });
});

e2e("exec: what cannot be run says why, with the exit codes of shells", async (sandbox) => {
  await withTree(sandbox, TREE, async () => {
    const cases: readonly (readonly [number, RegExp, readonly string[]])[] = [
      [127, /error\[exec\/not-found\]/, ["db", "--", "no-such-program"]],
      [126, /error\[exec\/not-startable\]/, ["db", "--", "/etc/passwd"]],
      [2, /error\[usage\/no-command\]/, ["db"]],
      [2, /error\[exec\/not-one\]: "pair" is 2 actors/, ["pair", "--", "true"]],
      [3, /error\[exec\/not-running\].*"off"/, ["off", "--", "true"]],
      [4, /error\[target\/unknown\]/, ["nobody", "--", "true"]],
    ];
    for (const [code, message, words] of cases) {
      const done = await sandbox.supervise("exec", ...words);
      assert.equal(done.code, code, done.stderr);
      assert.match(done.stderr, message);
    }
    const secret = await sandbox.supervise("exec", "db", "--", "echo", "hush-hush-123");
    assert.equal(secret.stdout, "hush-hush-123\n");
    assert.doesNotMatch((await sandbox.supervise("events", "--json")).stdout, /hush-hush-123/);
  });
});

const LEAVES = "(setsid sleep 7001 & setsid sh -c 'sleep 7002 & sleep 7003' &) ; echo begun; exec sleep 7004";

for (const layer of ["cgroup", "subreaper", "group"]) {
  e2e(`exec: nothing is left when its client is killed, contained by ${layer}`, async (sandbox) => {
    sandbox.write("inner/file", "");
    sandbox.config(TREE);
    const up = await sandbox.supervise("up", "-d", "--containment", layer);
    if (up.code !== 0) return assert.match(up.stderr, /containment\/not-available/);
    const client = sandbox.start(["exec", "db", "--", "sh", "-c", LEAVES]);
    await client.line(/begun/);
    await until("all of it runs", () => commandsWith(sandbox, "sleep 700").length === 5);
    client.kill("SIGKILL");
    await until("nothing is left", () => commandsWith(sandbox, "sleep 700").length === 0);
    assert.equal((await sandbox.row("db")).state, "running");
    const down = await sandbox.supervise("down", "--verbose");
    assert.equal(down.code, 0, down.stdout + down.stderr);
  });

  e2e(`exec: it ends with the run of its actor, contained by ${layer}`, async (sandbox) => {
    sandbox.write("inner/file", "");
    sandbox.config(TREE);
    const up = await sandbox.supervise("up", "-d", "--containment", layer);
    if (up.code !== 0) return assert.match(up.stderr, /containment\/not-available/);
    const client = sandbox.start(["exec", "db", "--", "sh", "-c", LEAVES]);
    await client.line(/begun/);
    await until("all of it runs", () => commandsWith(sandbox, "sleep 700").length === 5);
    assert.equal((await sandbox.supervise("restart", "db")).code, 0);
    const done = await client.done;
    assert.ok([137, 143].includes(done.code!), `${done.code} ${done.stderr}`);
    assert.deepEqual(commandsWith(sandbox, "sleep 700"), []);
    // It ends with the whole tree as well.
    const last = sandbox.start(["exec", "db", "--", "sh", "-c", LEAVES]);
    await last.line(/begun/);
    const down = await sandbox.supervise("down", "--verbose");
    assert.equal(down.code, 0, down.stdout + down.stderr);
    await last.done;
    assert.deepEqual(commandsWith(sandbox, "sleep 700"), []);
  });
}

e2e("exec: what the command leaves behind is ended when it ends, and named", async (sandbox) => {
  await withTree(sandbox, TREE, async () => {
    const done = await sandbox.supervise("exec", "db", "--", "sh", "-c", "setsid sleep 7005 & echo $$");
    assert.equal(done.code, 0);
    assert.match(done.stderr, /ended 1 process that had been left behind: .*sleep 7005/);
    assert.deepEqual(commandsWith(sandbox, "sleep 7005"), []);
  });
});

e2e("exec: the command has the terminal, and Ctrl-C is for it", async (sandbox) => {
  await withTree(sandbox, TREE, async () => {
    sandbox.write(
      "front.py",
      [
        "import os, signal",
        "print('in front:', os.tcgetpgrp(0) == os.getpgrp(), os.isatty(1), os.environ['COLOUR'])",
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])",
        "print('READY', flush=True)",
        "signal.sigwait([signal.SIGINT])",
        "print('interrupted', flush=True)",
        "os._exit(42)",
      ].join("\n"),
    );
    const command = [...SUPERVISE, "exec", "db", "--", "python3", `${sandbox.dir}/front.py`];
    const done = await sandbox.run(["python3", ON_TERMINAL, ...command]).done;
    assert.match(done.stdout, /in front: True True blue/);
    assert.equal(done.stdout.match(/interrupted/g)?.length, 1, done.stdout);
    assert.match(done.stdout, /exit 42/);
  });
}, ["python3"]);

const IN_SHELL = fileURLToPath(new URL("../harness/in_shell.py", import.meta.url));

e2e("exec: Ctrl-Z stops the command as a job of the shell, and fg goes on with it", async (sandbox) => {
  await withTree(sandbox, TREE, async () => {
    sandbox.write(
      "front.py",
      [
        // A handler could come between two sleeps, and be run behind the second.
        "import os, signal",
        "WAITED = [signal.SIGCONT, signal.SIGINT]",
        "signal.pthread_sigmask(signal.SIG_BLOCK, WAITED)",
        "print('READY', flush=True)",
        "while signal.sigwait(WAITED) == signal.SIGCONT:",
        "    print('READY again', os.tcgetpgrp(0) == os.getpgrp(), flush=True)",
        "os._exit(42)",
      ].join("\n"),
    );
    const command = [...SUPERVISE, "exec", "db", "--", "python3", `${sandbox.dir}/front.py`]
      .map((word) => `'${word}'`).join(" ");
    const turns = [
      ["", `${command}\\n`],
      ["READY", "\\x1a"],
      ["Stopped", "fg\\n"],
      ["READY again True", "\\x03"],
      ["", "echo code $?; exit 7\\n"],
    ].flat();
    const done = await sandbox.run(["python3", IN_SHELL, ...turns]).done;
    assert.match(done.stdout, /READY again True/);
    assert.match(done.stdout, /^code 42\r$/m);
    assert.match(done.stdout, /exit 7/);
  });
}, ["python3", "bash"]);
