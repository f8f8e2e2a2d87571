/** However a shim ends, nothing of it stays with whoever has started it. */
import assert from "node:assert/strict";
import { readdirSync, readlinkSync } from "node:fs";
import type { SpawnSpec } from "../../../lib/host/ports/processes.ts";
import { openSystemHost } from "../../../lib/host/system_host.ts";
import { test } from "../../harness/test.ts";
import { until } from "../../harness/until.ts";

const SPEC: SpawnSpec = {
  argv: ["true"],
  env: { PATH: "/usr/bin:/bin" },
  cwd: "/",
  stdin: null,
  output: "null",
  privileges: {
    account: null,
    umask: 0o77,
    nice: null,
    limits: {},
    noNewPrivs: false,
    oomScoreAdj: null,
    deathSignal: null,
  },
};

// Loads what stays loaded, before the first test is watched for what it leaves open.
(await openSystemHost()).processes.close();

test("shim: programs that start, that are not found, and shims that are killed leave no descriptor open", async () => {
  const { processes } = await openSystemHost();
  const round = () =>
    Promise.all([["true"], ["no-such-program"], ["sleep", "1000"]].map(async (argv) => {
      const child = processes.spawn({ ...SPEC, argv });
      if (argv[0] === "sleep") processes.signal(child, "SIGKILL");
      await child.started;
      await child.exited;
    }));
  await round();
  const before = openPipes();
  for (let times = 0; times < 3; times++) await round();
  // A pipe is at its end a turn before it is closed.
  const areClosed = () => openPipes().every((pipe) => before.includes(pipe));
  await until("all pipes of shims are closed", areClosed);
  assert.throws(() => processes.spawn({ ...SPEC, stdin: "/no/such/file" }), /No such file/);
  await until("all pipes of shims are closed", areClosed);
  processes.close();
});

/** Pipes and files in memory that this process has open. */
function openPipes(): readonly string[] {
  return readdirSync("/proc/self/fd").flatMap((number) => {
    try {
      return [readlinkSync(`/proc/self/fd/${number}`)];
    } catch {
      // That of the list itself.
      return [];
    }
  }).filter((target) => /^(?:pipe:|\/memfd:)/.test(target));
}
