/** What a client sees of the machine is what the whole host sees, and it loads no more than it takes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { openClientHost } from "../../lib/host/client_host.ts";
import { openSystemHost } from "../../lib/host/system_host.ts";
import { test } from "../harness/test.ts";

const LIB = fileURLToPath(new URL("../../lib/", import.meta.url));

const whole = await openSystemHost();
const client = await openClientHost();

test("client host: it tells of processes, folders and texts as the whole host does", () => {
  const { processes } = client;
  const own = processes.find(processes.ownPid)!;
  assert.equal(processes.ownPid, whole.processes.ownPid);
  assert.equal(own.startTime, whole.processes.find(own.pid)!.startTime);
  assert.deepEqual(processes.commandOf(own.pid), whole.processes.commandOf(own.pid));
  assert.ok(processes.pids().includes(own.pid));
  assert.equal(client.digest("text"), whole.digest("text"));
  const [mine, theirs] = [client.folders.hold(tmpdir())!, whole.folders.hold(tmpdir())!];
  assert.deepEqual([mine.ownerUid, mine.mode], [theirs.ownerUid, theirs.mode]);
  for (const folder of [mine, theirs]) folder.close();
});

test("client host: what asks a supervisor loads nothing that starts, reaps or contains processes", () => {
  const loaded = ["host/client_host.ts", "cli/commands/ps.ts", "cli/commands/actions.ts"].reduce(
    (found, file) => importedBy(`${LIB}${file}`, found),
    new Set<string>(),
  );
  const parts =
    /\/(spawner|reaper|control_groups|direct_start|spawn_shim|node_tcp|leftovers|launch|compile)\.ts$/;
  assert.deepEqual([...loaded].filter((file) => parts.test(file)), []);
  assert.ok(loaded.has(`${LIB}control/client.ts`));
});

/** A file with all that it imports before it runs, types aside. */
function importedBy(file: string, found: Set<string>): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const statements = readFileSync(file, "utf8").matchAll(
    /^(?:import|export)\s+(?!type\b)([^;]*?)from "(\.[^"]+)"/gm,
  );
  for (const [, names, path] of statements) {
    const isOfTypes = names!.includes("{") &&
      names!.replace(/[{}]/g, "").split(",").every((name) => /^\s*(type\s|$)/.test(name));
    if (!isOfTypes) importedBy(resolve(dirname(file), path!), found);
  }
  return found;
}
