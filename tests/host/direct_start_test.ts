import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DirectStart } from "../../lib/host/linux/direct_start/direct_start.ts";
import { MACHINE_CODE } from "../../lib/host/linux/direct_start/machine_code.ts";
import { withGroupFolder } from "../../lib/host/linux/group_placement.ts";
import { openLibc } from "../../lib/host/load_libc.ts";
import { LinuxProcesses } from "../../lib/host/linux/processes.ts";
import { ReadySet } from "../../lib/host/linux/ready_set.ts";
import { openSystemHost } from "../../lib/host/system_host.ts";
import { onChildDeath } from "../../lib/host/shared/child_deaths.ts";
import { onNextTurn } from "../../lib/host/shared/turn.ts";
import { test } from "../harness/test.ts";

// Both load what stays loaded, before the first test is watched for what it leaves open.
const libc = await openLibc();
const host = await openSystemHost();

function processesWith(direct: DirectStart, onManyStarts = () => {}): LinuxProcesses {
  return new LinuxProcesses({
    libc,
    direct,
    openSource: () => assert.fail("there is nothing to read"),
    readySet: new ReadySet({ libc, onReadable: () => () => {}, onNextTurn, now: () => 0 }),
    onChildDeath,
    onNextTurn,
    onLater: () => {},
    onLateSignal: () => {},
    openFilesLimit: 1_000,
    groupOf: (pid) => host.groups.groupOf(pid),
    shimCommand: [],
    onManyStarts,
  });
}

const usual = { stdin: null, output: "null" } as const;

/** What a program finds, as it writes it down: its limit, descriptors, signals, session, folder, words and variables. */
const LOOK = [
  "ulimit -n",
  "ls /proc/$$/fd",
  "grep -E 'Sig(Blk|Cgt)' /proc/$$/status",
  'test "$(cut -d" " -f6 /proc/$$/stat)" = $$ && echo leads',
  "pwd",
  'printf "%s," "$@"',
  "/usr/bin/env | grep MINE | LC_ALL=C sort",
].join("; ");

test("direct start: a program finds what it finds after posix_spawn", async () => {
  const folder = mkdtempSync(join(tmpdir(), "direct-"));
  try {
    const found: string[] = [];
    for (const direct of [new DirectStart(libc), new DirectStart(libc, null)]) {
      const processes = processesWith(direct);
      const child = processes.spawn({
        ...usual,
        argv: ["/bin/bash", "-c", `{ ${LOOK}; } >told 2>&1`, "name", "a b", "", "\u00fc", "cut\0off"],
        env: { MINE_A: "x=y", MINE_B: "", MINE_C: "\udcff", MINE_D: "cut\0INJECTED_MINE=1" },
        cwd: folder,
      });
      assert.deepEqual(await child.exited, { how: "exited", code: 0 });
      found.push(readFileSync(join(folder, "told"), "latin1"));
      processes.close();
    }
    assert.equal(found[0], found[1]);
    assert.match(found[0]!, /^1000\n[^]*leads\n[^]*a b,,[^]*cut,MINE_A=x=y\nMINE_B=\n/);
    assert.doesNotMatch(found[0]!, /INJECTED/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("direct start: a process that cannot become its program is reaped, and says why", () => {
  const folder = mkdtempSync(join(tmpdir(), "direct-"));
  try {
    const file = join(folder, "no-program");
    writeFileSync(file, "nothing", { mode: 0o755 });
    const direct = new DirectStart(libc);
    const before = host.processes.childrenOf(process.pid).length;
    const start = (program: string) =>
      direct.start({
        program,
        argv: [program],
        env: {},
        cwd: folder,
        handed: { 0: 0, 1: 1, 2: 2 },
        firstClosed: 3,
        openFiles: null,
        group: null,
      });
    if (MACHINE_CODE[process.arch] === undefined) return assert.equal(start(file), null);
    assert.deepEqual(start(file), { errno: 8 });
    assert.deepEqual(start(join(folder, "missing")), { errno: 2 });
    assert.equal(host.processes.childrenOf(process.pid).length, before);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("direct start: a process is born in a control group, which this one does not visit", async () => {
  const support = host.groups.support();
  if (!support.isAvailable || MACHINE_CODE[process.arch] === undefined) return;
  assert.equal(support.startsInGroup, true);
  const group = `${support.home}/direct-test.${process.pid}`;
  mkdirSync(group);
  // There is no way back from a visit here.
  const processes = new LinuxProcesses({
    libc,
    direct: new DirectStart(libc),
    openSource: () => assert.fail("there is nothing to read"),
    readySet: new ReadySet({ libc, onReadable: () => () => {}, onNextTurn, now: () => 0 }),
    onChildDeath,
    onNextTurn,
    onLater: () => {},
    onLateSignal: () => {},
    openFilesLimit: null,
    groupOf: () => null,
    shimCommand: [],
  });
  try {
    const child = processes.spawn({ ...usual, argv: ["/bin/sleep", "1000"], env: {}, cwd: "/", group });
    assert.deepEqual(host.groups.membersOf(group), [child.pid]);
    assert.equal(processes.signal(child, "SIGKILL"), "sent");
    assert.deepEqual(await child.exited, { how: "signalled", signal: "SIGKILL" });
    assert.equal(withGroupFolder(group, (folder) => new DirectStart(libc).reaches(folder)), true);
    assert.equal(withGroupFolder(group, (folder) => new DirectStart(libc, null).reaches(folder)), false);
  } finally {
    rmdirSync(group);
    processes.close();
  }
});

test("direct start: it is told once that many have been started", async () => {
  let told = 0;
  const processes = processesWith(new DirectStart(libc), () => told += 1);
  const start = () => processes.spawn({ ...usual, argv: ["/bin/true"], env: {}, cwd: "/" }).exited;
  for (let count = 0; count < 299; count++) await start();
  assert.equal(told, 0);
  for (let count = 0; count < 3; count++) await start();
  assert.equal(told, 1);
  processes.close();
});

test("direct start: the machine code is what its comments say", () => {
  if (process.arch !== "x64") return;
  const folder = mkdtempSync(join(tmpdir(), "direct-"));
  try {
    const source = new URL("../../lib/host/linux/direct_start/machine_code.ts", import.meta.url);
    const written = [...readFileSync(source, "utf8").matchAll(/^ +0x[^/]*\/\/ (.*)$/gm)].map(([, text]) =>
      text!
    );
    const file = join(folder, "code.s");
    // Jumps name a place in the function.
    const lines = written.map((line) => line.replace(/^(j\w+) 0x/, "$1 start + 0x"));
    writeFileSync(file, [".intel_syntax noprefix", "start:", ...lines, ""].join("\n"));
    try {
      execFileSync("as", ["-o", join(folder, "code.o"), file], { stdio: "ignore" });
    } catch {
      return; // There is no assembler here.
    }
    execFileSync("objcopy", ["-O", "binary", join(folder, "code.o"), join(folder, "code")]);
    assert.deepEqual([...readFileSync(join(folder, "code"))], [...MACHINE_CODE["x64"]!]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
