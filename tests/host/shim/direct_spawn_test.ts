/** Who asks for no privileges pays for no shim. */
import assert from "node:assert/strict";
import * as bun from "../../../lib/host/bun/ffi.ts";
import * as deno from "../../../lib/host/deno/ffi.ts";
import { DirectStart } from "../../../lib/host/linux/direct_start/direct_start.ts";
import { loadLibc } from "../../../lib/host/linux/libc.ts";
import { LinuxProcesses } from "../../../lib/host/linux/processes.ts";
import { SpawnError } from "../../../lib/host/ports/processes.ts";
import { onChildDeath } from "../../../lib/host/shared/child_deaths.ts";
import { isDeno } from "../../../lib/host/shared/runtime.ts";
import { onNextTurn } from "../../../lib/host/shared/turn.ts";
import { test } from "../../harness/test.ts";

// Loads what stays loaded, before the first test is watched for what it leaves open.
const libc = loadLibc(await (isDeno ? deno : bun).loadFfi());

test("shim: a process without privileges is started without one", async () => {
  const processes = new LinuxProcesses({
    libc,
    direct: new DirectStart(libc),
    openSource: () => assert.fail("there is nothing to read"),
    onChildDeath,
    onNextTurn,
    onLater: () => {},
    onLateSignal: () => {},
    openFilesLimit: null,
    groupOf: () => null,
    shimCommand: ["/no/such/shim"],
  });
  const usual = { env: {}, cwd: "/", stdin: null, output: "null" } as const;
  for (const more of [{}, { privileges: null }]) {
    const child = processes.spawn({ ...usual, ...more, argv: ["/bin/sh", "-c", "exit 3"] });
    assert.equal(await child.started, null);
    assert.deepEqual(await child.exited, { how: "exited", code: 3 });
  }
  const privileges = {
    account: null,
    umask: 0o22,
    nice: null,
    limits: {},
    noNewPrivs: false,
    oomScoreAdj: null,
    deathSignal: null,
  };
  assert.throws(
    () => processes.spawn({ ...usual, privileges, argv: ["/bin/true"] }),
    (error) => error instanceof SpawnError && error.message.includes("/no/such/shim"),
  );
  processes.close();
});
