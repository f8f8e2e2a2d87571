/** Commands whose reader goes away before they are done. */
import assert from "node:assert/strict";
import { e2e, type Sandbox, SUPERVISE } from "../harness/supervise.ts";

const CHATTY = `
  [actors.a]
  shell = "echo one; echo two; exec sleep 1000"
  daemon = true
  ready.log = "two"
`;

/** Runs a pipeline whose first program is supervise; what that has ended with is printed on stderr. */
async function piped(sandbox: Sandbox, command: string, reader: string) {
  return await sandbox.run([
    "bash",
    "-c",
    `{ "$@" ${command}; echo "code $?" >&2; } | ${reader}`,
    "bash",
    ...SUPERVISE,
  ]).done;
}

e2e(
  "readers: whoever follows ends when its reader has gone, also when nothing more is said",
  async (sandbox) => {
    sandbox.write(
      "clock.ts",
      `import { sleepForever } from "supervise"; export async function* ticks() { yield 1; await sleepForever(); }`,
    );
    sandbox.config(`${CHATTY}\n[actors.clock]\nmodule = "clock.ts"\ndaemon = true\nstop.grace = "100ms"`);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    for (
      const command of [
        "logs -f",
        "logs -f --json",
        "logs -f a",
        "events -f",
        "events -f --json",
        "ps --watch",
        "call --stream clock ticks",
      ]
    ) {
      const { stdout, stderr } = await piped(sandbox, command, "head -n 1");
      assert.equal(stdout.split("\n").length, 2, command);
      assert.equal(stderr, "code 0\n", command);
    }
    // Nothing is read at all.
    assert.equal((await piped(sandbox, "logs -f", "true")).stderr, "code 0\n");
    assert.equal((await sandbox.json("down")).left, 0);
  },
);

e2e("readers: a long log is not read to its end for nobody", async (sandbox) => {
  sandbox.config(`actors.a.shell = "seq 300000"`);
  assert.equal((await sandbox.supervise("up", "--quiet")).code, 0);
  const { stdout, stderr } = await piped(sandbox, "logs", "head -n 1");
  assert.match(stdout, / a +\| 1\n$/);
  assert.equal(stderr, "code 0\n");
});

e2e("readers: `up` in the foreground takes its tree down when nobody reads it any more", async (sandbox) => {
  sandbox.config(CHATTY);
  const { stdout, stderr } = await piped(sandbox, "up", "head -n 1");
  assert.match(stdout, /^a +\| one\n$/);
  assert.match(stderr, /0 left\ncode 141\n$/);
});

e2e("readers: a command that has something to do does it for nobody, too", async (sandbox) => {
  sandbox.config(CHATTY);
  for (const command of ["up -d", "restart a", "stop a", "down"]) {
    assert.match((await piped(sandbox, command, "true")).stderr, /code 0\n$/, command);
  }
});

e2e("readers: a pipe that does not block gets all, too, however slowly it is read", async (sandbox) => {
  sandbox.config(`[actors.a]\nexec = "true"\nreplicas = 400`);
  const expected = await sandbox.supervise("plan", "--json");
  // The reader begins when the pipe, which holds 64 KiB, has been full for some looks at it.
  const { stdout } = await sandbox.run(["python3", "-c", SLOW_READER, ...SUPERVISE, "plan", "--json"]).done;
  assert.ok(stdout === expected.stdout, `${stdout.length} of ${expected.stdout.length} characters`);
});

const SLOW_READER = `
import fcntl, os, struct, subprocess, sys, termios
reader, writer = os.pipe()
os.set_blocking(writer, False)
child = subprocess.Popen(sys.argv[1:], stdout=writer)
os.close(writer)
held = lambda: struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, b"1234"))[0]
while held() < 65536: os.sched_yield()
sys.stdout.flush()
while data := os.read(reader, 4096): os.write(1, data)
sys.exit(child.wait())
`;
