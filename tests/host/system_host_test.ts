/** The real host keeps the contract, on whichever runtime runs this. */
import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Host } from "../../lib/host/ports/host.ts";
import type { ProcessRow } from "../../lib/host/ports/processes.ts";
import { openSystemHost } from "../../lib/host/system_host.ts";
import { runtimeCommand } from "../harness/runtime_command.ts";
import { freePort } from "../harness/ports.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";
import { contract } from "./contract.ts";
import { limitLacksOf } from "./contract/group_limits.ts";
import type { Programs, Served, Subject } from "./contract/subject.ts";

// Loads what stays loaded, before the first test is watched for what it leaves open.
const first = await openSystemHost();
const lacks = limitLacksOf(first);
first.processes.close();

contract("system host", openReal, lacks);

test("system host threads: one whose program cannot be had has failed", async () => {
  const host = await openSystemHost({ threadEntry: new URL("./fixtures/missing.ts", import.meta.url).href });
  const { connection, ended } = host.threads.start();
  assert.equal(await connection.read(), null);
  const end = await ended;
  assert.ok(end.how === "failed" && end.error.includes("missing.ts"));
  host.processes.close();
});

test("system host descriptors: no pipe is opened that others may have put there", async () => {
  const host = await openSystemHost();
  const folder = mkdtempSync(join(tmpdir(), "supervise-host-"));
  try {
    host.descriptors.makeNamedPipe(`${folder}/pipe`);
    symlinkSync("pipe", `${folder}/link`);
    const open = (name: string) => {
      const descriptor = host.descriptors.openNamedPipe(`${folder}/${name}`);
      if (descriptor !== null) host.descriptors.close(descriptor);
      return descriptor !== null;
    };
    assert.deepEqual([open("pipe"), open("link")], [true, false]);
    chmodSync(folder, 0o777);
    assert.equal(open("pipe"), false);
  } finally {
    rmSync(folder, { recursive: true });
    host.processes.close();
  }
});

// With two for each pipe a tree of thousands meets the limit. On Deno a pipe wakes up who waits for all of them.
test("system host processes: a stream costs one descriptor, and none after it is closed", async () => {
  const host = await openSystemHost();
  const pipes = () =>
    readdirSync("/proc/self/fd").map(targetOf).filter((to) => to.startsWith("pipe:")).length;
  const how = { env: {}, cwd: "/", stdin: null, output: "pipe" } as const;
  const start = () => host.processes.spawn({ argv: ["/bin/sleep", "1000"], ...how });
  const end = async (child: ReturnType<typeof start>) => {
    child.stdout?.close();
    child.stderr?.close();
    host.processes.signal(child, "SIGKILL");
    await child.exited;
  };
  const before = pipes();
  try {
    const children = [start()];
    const meanwhile = pipes();
    children.push(start());
    const more = pipes();
    for (const child of children) await end(child);
    // The runtime closes what it waits for in its own time.
    await until("all pipes are closed", () => pipes() === before);
    assert.equal(more - meanwhile, 2);
  } finally {
    host.processes.close();
  }
});

function targetOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return "";
  }
}

async function openReal(): Promise<Subject> {
  const host = await openSystemHost({ threadEntry: new URL("./fixtures/thread.ts", import.meta.url).href });
  const around = realpathSync(mkdtempSync(join(tmpdir(), "supervise-host-")));
  const folder = join(around, "own");
  mkdirSync(folder);
  const never = join(around, "never");
  host.descriptors.makeNamedPipe(never);
  return {
    host,
    folder,
    env: { PATH: "/usr/bin:/bin", CONTRACT_FOLDER: folder },
    programs: programs(never),
    becomeRoot: () => assert.equal(process.getuid!(), 0, "these tests need root"),
    writeFile: (path, text, mode = 0o644) => writeFileSync(path, text, { mode }),
    link: (path, target) => symlinkSync(target, path),
    fullFile: () => Promise.resolve("/dev/full"),
    serve,
    freePort,
    // deno-lint-ignore require-await -- What it throws must be a rejection.
    async close() {
      host.processes.close();
      const left = leftOf(host, folder);
      for (const row of left) host.processes.signal(row, "SIGKILL");
      rmSync(around, { recursive: true });
      assert.deepEqual(left, []);
    },
  };
}

/** Processes that carry the folder of a test in their environment, and our own zombies. */
function leftOf({ processes }: Host, folder: string): readonly ProcessRow[] {
  return processes.table()
    .filter(({ pid, parent, state }) =>
      processes.variableOf(pid, "CONTRACT_FOLDER") === folder ||
      (parent === processes.ownPid && state === "Z")
    );
}

function serve(status: number | "silence"): Promise<Served> {
  const server = createServer((_request, response) => {
    if (status === "silence") return;
    response.writeHead(status, { connection: "close" });
    response.end();
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve({ port: (server.address() as AddressInfo).port, close }));
  });
}

/** Sends its arguments, and then an end of a pipe that the reader closes when it has come so far. */
const NOTIFY = `
import array, os, select, socket, sys
to = os.environ["NOTIFY_SOCKET"].replace("@", "\\0", 1)
sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for text in sys.argv[1:]: sender.sendto(text.encode(), to)
here, there = os.pipe()
rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [there]))
sender.sendmsg([b"BARRIER=1"], [rights], 0, to)
os.close(there)
select.select([here], [], [])
print("heard")
`;

/** `never` is a named pipe to which nobody writes. */
function programs(never: string): Programs {
  const shell = (script: string, ...args: readonly string[]) => ["/bin/sh", "-c", script, "sh", ...args];
  const listening = runtimeCommand(new URL("./fixtures/listen_on.ts", import.meta.url).href);
  const locking = runtimeCommand(new URL("./fixtures/hold_lock.ts", import.meta.url).href);
  // Nothing is started or replaced, so that what is read of it stays true, and whoever kills it leaves no child, however early.
  const stay = (before = "") => shell(`${before}echo up; read line <>"$1"`, never);
  return {
    exitWith: (code) => shell(`exit ${code}`),
    endItself: shell("kill -TERM $$"),
    say: (out, err) => shell('printf %s "$1"; printf %s "$2" >&2', out, err),
    tellEnvironment: ["/usr/bin/env"],
    tellFolder: ["/bin/pwd", "-P"],
    tellStanding: shell("id -u; id -g; id -G; umask; nice"),
    copyInput: ["/bin/cat"],
    copyDescriptor: (from, to) => shell(`exec cat /dev/fd/${from} >/dev/fd/${to}`),
    talkForever: shell('while :; do echo "and on"; done'),
    stay: stay(),
    stayStubbornly: stay('trap "" TERM; '),
    // A signal that comes just before the shell would begin to read interrupts nothing: it reads again and again.
    stayPolitely: [
      "/bin/bash",
      "-c",
      'trap "echo bye; exit 7" TERM; echo up; while :; do read -t 0.1 line <>"$1"; done',
      "bash",
      never,
    ],
    staySilently: shell("exec >&- 2>&-; exec sleep 1000"),
    stayWithChild: shell("sleep 1000 & echo $!; exec sleep 1000"),
    haveChild: shell("(exit 0) & wait"),
    hoard: shell("ulimit -v 1048576; x=more; while :; do x=$x$x; done"),
    leaveBehind: shell('(setsid sh -c "echo \\$\\$; exec sleep 1000 >/dev/null 2>&1" &)'),
    listenOn: (address) => [...listening, address],
    hangUpOn: (address) => [...listening, address, "hang-up"],
    holdLock: (path) => [...locking, path],
    notify: (...texts) => ["python3", "-c", NOTIFY, ...texts],
    leaveToExit: (code) => shell(`(sh -c "exit ${code}" &)`),
  };
}
