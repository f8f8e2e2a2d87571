/** How a supervisor sees to it that it can be found, and how little it does for that. */
import assert from "node:assert/strict";
import { ensureRunFolder, makeFolder } from "../../lib/daemon/run_folder.ts";
import { watchPlace } from "../../lib/daemon/place_watch.ts";
import type { SupervisorParts } from "../../lib/daemon/stand_up.ts";
import { treeIdOf } from "../../lib/daemon/tree_id.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";

const UID = 1_000;
const HOUR_MS = 3_600_000;

interface Watched {
  readonly host: Host;
  readonly id: ReturnType<typeof treeIdOf>;
  /** What was told. */
  readonly told: string[];
  /** How often its socket was looked for. */
  looks(): number;
  /** How often it has told that nothing was told for a minute. */
  quiet(): number;
}

/** Runs `body` beside a watch. @param isTold Whether the kernel tells of changes. */
async function watching(isTold: boolean, body: (watched: Watched) => Promise<void>): Promise<void> {
  await runVirtual(async (clock) => {
    const { host: machine } = new FakeMachine(clock);
    let looks = 0;
    let quiet = 0;
    const files = new Proxy(machine.files, {
      get(target, name) {
        if (name === "inspect") looks += 1;
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    const folders = isTold ? machine.folders : { ...machine.folders, watch: () => null };
    const host: Host = { ...machine, files, folders };
    ensureRunFolder(host, UID);
    const id = treeIdOf(host, UID, "/tree/supervise.toml");
    makeFolder(host, id.runFolder, "");
    const server = { listen: (_name: string, path: string) => host.sockets.listen(path, () => {}) };
    await server.listen("", id.socket);
    const standing = { host, id, lock: host.locks.take(id.lock)!, server } as unknown as SupervisorParts;
    const told: string[] = [];
    await openNursery(async (nursery) => {
      nursery.startSoon(() =>
        watchPlace(standing, {
          onRemade: () => told.push("remade"),
          onFailure: (why) => told.push(why),
          onQuiet: () => quiet += 1,
        })
      );
      await sleep(5_000);
      await body({ host, id, told, looks: () => looks, quiet: () => quiet });
      nursery.cancelScope.cancel();
    });
  });
}

test("place watch: while nothing happens it looks once a minute", async () => {
  await watching(true, async ({ told, looks, quiet }) => {
    const before = looks();
    await sleep(HOUR_MS);
    assert.ok(looks() - before <= 60, `${looks() - before} looks`);
    assert.equal(quiet(), 60);
    assert.deepEqual(told, []);
  });
});

for (const isTold of [true, false]) {
  const how = isTold ? "told of changes" : "told of none";
  for (const what of ["lock", "socket", "runFolder"] as const) {
    test(`place watch: ${how}, it makes what was removed again within a second: ${what}`, async () => {
      await watching(isTold, async ({ host, id, told }) => {
        for (let round = 1; round <= 3; round++) {
          host.files.remove(id[what]);
          await sleep(1_001);
          assert.equal(host.files.inspect(id.socket)?.kind, "socket");
          assert.equal(host.locks.isHeld(id.lock), true);
          assert.equal(told.length, round);
          await sleep(round * 777);
        }
        assert.deepEqual(new Set(told), new Set(["remade"]));
      });
    });
  }
}
