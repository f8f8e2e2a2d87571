/** A program that had no descriptor for a connection accepts it when it has one, and those that follow. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSystemHost } from "../../lib/host/system_host.ts";
import { runtimeCommand } from "../harness/runtime_command.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";
import { lineOf } from "./contract/subject.ts";

const LISTENS = new URL("./fixtures/listen_on.ts", import.meta.url).href;

// Loads what stays loaded, before the first test is watched for what it leaves open.
(await openSystemHost()).processes.close();

test("short of descriptors: a connection waits until there is one, and others are accepted after it", async () => {
  const { sockets, processes } = await openSystemHost();
  const folder = mkdtempSync(join(tmpdir(), "supervise-short-"));
  const address = join(folder, "socket");
  const [command, ...args] = [...runtimeCommand(LISTENS), address];
  const child = spawn(command!, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  try {
    await once(child.stdout, "data");
    limitFiles(child.pid!, 3);
    const before = workOf(child.pid!);
    const waiting = await sockets.connect(address);
    await until("it has tried", () => workOf(child.pid!) > before);
    limitFiles(child.pid!, 1_000);
    assert.equal(await lineOf(waiting), "hello");
    const next = await sockets.connect(address);
    assert.equal(await lineOf(next), "hello");
    for (const connection of [waiting, next]) connection?.close();
  } finally {
    child.kill("SIGKILL");
    await ended;
    processes.close();
    rmSync(folder, { recursive: true });
  }
});

function limitFiles(pid: number, most: number): void {
  execFileSync("prlimit", ["--pid", String(pid), `--nofile=${most}:`]);
}

/** Nanoseconds of processor time of the first thread of a process. */
function workOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]);
}
