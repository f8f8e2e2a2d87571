/** A process whose event loop is stuck still ends with its parent. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";
import type { Signal } from "../../lib/base/signals.ts";
import { isAlive, isDead } from "../../lib/host/alive.ts";
import type { DeathMode, ExitStatus } from "../../lib/host/ports/processes.ts";
import { openSystemHost } from "../../lib/host/system_host.ts";
import { runtimeCommand } from "../harness/runtime_command.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";
import { lineOf } from "./contract/subject.ts";

const FIXTURE = new URL("./fixtures/busy_child.ts", import.meta.url).href;
const DIES_AFTER_START = new URL("./fixtures/dies_after_start.ts", import.meta.url).href;
const PARENT_OF_MORTAL = new URL("./fixtures/parent_of_mortal.ts", import.meta.url).href;

// Loads what stays loaded, before the first test is watched for what it leaves open.
(await openSystemHost()).processes.close();

test("parent death: a busy process is killed with its parent", () => assertEndsBy("kill", "SIGKILL"));

test("parent death: with grace a busy process is ended by its alarm after its parent", () =>
  assertEndsBy("grace", "SIGALRM"));

test("parent death: a program of another user gets the signal that was asked for", () =>
  assertEndOfChild([PARENT_OF_MORTAL], (said) => Number(said), "SIGUSR1"));

test("parent death: a program that was being started with privileges is started all the same", async () => {
  const { processes } = await openSystemHost();
  processes.adoptOrphans(() => {});
  const parent = processes.spawn({
    argv: runtimeCommand(DIES_AFTER_START),
    env: process.env as Record<string, string>,
    cwd: process.cwd(),
    stdin: null,
    output: "pipe",
  });
  try {
    const child = processes.find(Number(await lineOf(parent.stdout)))!;
    await until("it is started, or gone", () => {
      const row = processes.find(child.pid);
      return row === null || isDead(row) || processes.commandOf(child.pid)[0] === "sleep";
    });
    assert.deepEqual(processes.commandOf(child.pid), ["sleep", "1000"]);
    const caught = readFileSync(`/proc/${child.pid}/status`, "utf8").match(/^SigIgn:\s*(\w+)$/m)![1];
    assert.equal(BigInt(`0x${caught}`), 0n, "it ignores no signal");
    processes.signal(child, "SIGKILL");
    await until("it is gone", () => !isAlive(processes, child));
  } finally {
    parent.stdout?.close();
    parent.stderr?.close();
    processes.close();
  }
});

function assertEndsBy(mode: DeathMode, signal: Signal): Promise<void> {
  return assertEndOfChild([FIXTURE, "parent", mode], (said) => {
    const [pid, isArmed] = said.split(" ");
    assert.equal(isArmed, "true");
    return Number(pid);
  }, signal);
}

/**
 * Kills a parent, and sees how its child ends.
 *
 * @param program Module of the parent, and its arguments.
 * @param pidOf The number of the child, out of what the parent has said.
 */
async function assertEndOfChild(
  [module, ...args]: readonly [string, ...string[]],
  pidOf: (said: string) => number,
  signal: Signal,
): Promise<void> {
  const { processes } = await openSystemHost();
  const mark = `${process.pid}-${args.at(-1) ?? signal}`;
  const ends = new Map<number, ExitStatus>();
  let wake = () => {};
  processes.adoptOrphans(({ row, status }) => {
    ends.set(row.pid, status);
    wake();
  });
  const parent = processes.spawn({
    argv: [...runtimeCommand(module), ...args],
    env: { ...process.env as Record<string, string>, PARENT_DEATH_TEST: mark },
    cwd: process.cwd(),
    stdin: null,
    output: "pipe",
  });
  try {
    const pid = pidOf(await lineOf(parent.stdout));
    assert.equal(processes.signal(parent, "SIGKILL"), "sent");
    while (!ends.has(pid)) await new Promise<void>((resolve) => wake = resolve);
    assert.deepEqual(ends.get(pid), { how: "signalled", signal });
    assert.deepEqual(await parent.exited, { how: "signalled", signal: "SIGKILL" });
  } finally {
    parent.stdout?.close();
    parent.stderr?.close();
    const left = processes.table().filter((row) =>
      processes.variableOf(row.pid, "PARENT_DEATH_TEST") === mark
    );
    for (const row of left) processes.signal(row, "SIGKILL");
    processes.close();
    assert.deepEqual(left, []);
  }
}
