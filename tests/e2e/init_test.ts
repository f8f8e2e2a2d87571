/** The init of a container: as process 1 in process numbers of its own, and as the parent of orphans elsewhere. */
import assert from "node:assert/strict";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { CONTAINER_NEEDS, process1Of, signalProcess1, startAsProcess1 } from "../harness/container.ts";
import { e2e, type Sandbox, SUPERVISE, UNDER_TEST } from "../harness/supervise.ts";

const ON_TERMINAL = fileURLToPath(new URL("../harness/on_terminal.py", import.meta.url));

/** Three orphans hold a pipe open; when it ends they have died, and then no zombie may stay. */
const ORPHANS = `
  mkfifo held
  for n in 1 2 3; do (setsid sleep 1000 9> held &); done
  exec 8< held
  until [ "$(ps -eo ppid=,args= | grep -c "^ *$1 sleep 1000")" = 3 ]; do :; done
  kill $(ps -eo ppid=,pid=,args= | awk -v parent=$1 '$1 == parent && $3 == "sleep" { print $2 }')
  cat <&8
  while ps -eo ppid=,stat= | grep -q "^ *$1 Z"; do :; done
  echo REAPED
  exit 7
`;

const FORWARDED = [
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGTSTP",
  "SIGURG",
  "SIGWINCH",
  "SIGIO",
] as const;

/** What Deno says when SIGUSR1 opens its inspector, which it does once it is up for half a second. */
const WORDS_AT_SIGUSR1 = /^(Debugger listening on|Visit chrome:\/\/inspect|Failed to start inspector).*\n/gm;

async function init(sandbox: Sandbox, ...args: readonly string[]) {
  return await startAsProcess1(sandbox, ["init", "--pid1", ...args]).done;
}

e2e(
  "init: process 1 reaps orphans while its command runs, and ends with its exit code",
  async (sandbox) => {
    const done = await init(sandbox, "--", "sh", "-c", ORPHANS, "sh", "1");
    assert.deepEqual([done.stdout, done.stderr, done.code], ["REAPED\n", "", 7]);
  },
  CONTAINER_NEEDS,
);

e2e("init: it reaps orphans also where it is not process 1", async (sandbox) => {
  const script = `set -- $PPID\n${ORPHANS}`;
  const done = await sandbox.supervise("init", "--pid1", "--", "sh", "-c", script);
  assert.deepEqual([done.stdout, done.stderr, done.code], ["REAPED\n", "", 7]);
}, ["ps"]);

e2e(
  "init: process 1 passes on every signal that it can",
  async (sandbox) => {
    const traps = FORWARDED.map((signal) => `trap 'echo got ${signal}.' ${signal.slice(3)}`).join("\n");
    const script = `
      ${traps}
      trap 'exit 21' TERM
      sleep 1000 &
      echo READY
      while :; do wait; done
    `;
    const running = startAsProcess1(sandbox, ["init", "--pid1", "--", "bash", "-c", script]);
    await running.line(/READY/);
    for (const signal of FORWARDED) {
      await signalProcess1(running, signal);
      await running.line(new RegExp(`got ${signal}\\.`));
    }
    await signalProcess1(running, "SIGTERM");
    const done = await running.done;
    assert.equal(done.code, 21, done.stderr);
    assert.match(
      UNDER_TEST === "deno" ? done.stderr.replace(WORDS_AT_SIGUSR1, "") : done.stderr,
      /^supervise: ended 1 process that had been left behind: \d+ .*; 0 left\n$/,
    );
  },
  [...CONTAINER_NEEDS, "bash"],
);

e2e(
  "init: with --group signals reach what the command waits for, too",
  async (sandbox) => {
    const inner = "trap 'echo inner; exit 0' USR1; echo READY; while :; do sleep 0.01; done";
    sandbox.write("inner.sh", inner);
    const script = "trap 'echo outer' USR1; sh inner.sh; exit 5";
    const running = startAsProcess1(sandbox, ["init", "--pid1", "-g", "--", "sh", "-c", script]);
    await running.line(/READY/);
    await signalProcess1(running, "SIGUSR1");
    const done = await running.done;
    assert.deepEqual([done.stdout, done.code], ["READY\ninner\nouter\n", 5]);
  },
  CONTAINER_NEEDS,
);

e2e(
  "init: exit codes are those of a shell",
  async (sandbox) => {
    assert.equal((await init(sandbox, "--", "true")).code, 0);
    assert.equal((await init(sandbox, "--", "sh", "-c", "kill -KILL $$")).code, 137);
    const missing = await init(sandbox, "--", "no-such-program");
    assert.equal(missing.code, 127);
    assert.match(missing.stderr, /init\/command-not-found.*"no-such-program" is in no folder of PATH/);
    sandbox.write("notes.txt", "text");
    const refused = await init(sandbox, "--", "./notes.txt");
    assert.equal(refused.code, 126);
    assert.match(refused.stderr, /init\/not-startable.*"\.\/notes\.txt" is not executable/);
    assert.equal((await init(sandbox)).code, 2);
    assert.equal((await sandbox.supervise("init", "--", "true")).code, 2);
  },
  CONTAINER_NEEDS,
);

e2e(
  "init: what ignores SIGTERM is killed when the grace is over, and all of it is named",
  async (sandbox) => {
    const stubborn = `trap "" TERM; sleep 1000 & echo UP; wait`;
    const script = `mkfifo up; (setsid sh -c '${stubborn}' > up &); read x < up; exit 3`;
    const done = await init(sandbox, "--grace", "50ms", "--", "sh", "-c", script);
    assert.equal(done.code, 3);
    assert.match(
      done.stderr,
      /^supervise: ended 2 processes that had been left behind: \d+ sh -c .* \(killed\), \d+ .* \(killed\); 0 left\n$/,
    );
  },
  CONTAINER_NEEDS,
);

e2e(
  "init: a signal while the rest is being ended cuts the grace",
  async (sandbox) => {
    const slow = `trap "echo ASKED >&2" TERM; echo UP; while :; do sleep 0.01; done`;
    const script = `mkfifo up; (setsid sh -c '${slow}' > up &); read x < up`;
    const running = startAsProcess1(sandbox, [
      "init",
      "--pid1",
      "--grace",
      "1h",
      "--",
      "sh",
      "-c",
      script,
    ]);
    await running.line(/ASKED/);
    await signalProcess1(running, "SIGTERM");
    const done = await running.done;
    assert.equal(done.code, 0);
    assert.match(done.stderr, /\(killed\).*; 0 left/);
  },
  CONTAINER_NEEDS,
);

e2e(
  "init: its command has the terminal, and gets Ctrl-C once",
  async (sandbox) => {
    sandbox.write(
      "front.py",
      `
import os, signal
# They wait until they are asked for.
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGUSR2])
print(f"in front: {os.tcgetpgrp(0) == os.getpgrp() == os.getpid()}")
print("READY", flush=True)
signal.sigwait([signal.SIGINT])
print("interrupted")
# What is passed on comes after whatever init has heard before.
os.kill(os.getppid(), signal.SIGUSR2)
signal.sigwait([signal.SIGUSR2])
if signal.SIGINT in signal.sigpending():
    print("interrupted")
raise SystemExit(42)
`,
    );
    sandbox.write("back.py", `import os; print("given back:", os.tcgetpgrp(0) == os.getpgrp())`);
    const command = [...SUPERVISE, "init", "--pid1", "--", "python3", "front.py"].join(" ");
    const after = 'code=$?; python3 back.py; exit "$code"';
    const done = await sandbox.run(["python3", ON_TERMINAL, "sh", "-c", `${command}; ${after}`]).done;
    assert.match(done.stdout, /in front: True/);
    assert.equal(done.stdout.match(/interrupted/g)?.length, 1, done.stdout);
    assert.match(done.stdout, /given back: True/);
    assert.match(done.stdout, /exit 42/);
  },
  ["python3"],
);

e2e(
  "init: where /proc is that of others, it says so",
  async (sandbox) => {
    const done = await sandbox.run([
      "unshare",
      "--pid",
      "--fork",
      ...SUPERVISE,
      "init",
      "--pid1",
      "--",
      "true",
    ])
      .done;
    assert.equal(done.code, 1);
    assert.match(done.stderr, /host\/no-proc/);
  },
  CONTAINER_NEEDS,
);

e2e(
  "init: nothing of it is left when process 1 itself is killed",
  async (sandbox) => {
    const running = startAsProcess1(sandbox, [
      "init",
      "--pid1",
      "--",
      "sh",
      "-c",
      "(setsid sleep 1000 &); echo READY; sleep 1000",
    ]);
    await running.line(/READY/);
    process.kill(await process1Of(running), "SIGKILL");
    await running.done;
  },
  CONTAINER_NEEDS,
);
