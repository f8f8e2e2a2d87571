/** Whom a command believes: who listens at a socket, who owns the folders above its logs, what a command line says. */
import assert from "node:assert/strict";
import { connectControl } from "../../lib/control/client.ts";
import { whyNotTrusted as whyPeer } from "../../lib/daemon/connect_supervisor.ts";
import { askGuardian } from "../../lib/daemon/guardian/guardian_door.ts";
import { runsTree } from "../../lib/daemon/holder.ts";
import { namesFor, runFolderOf } from "../../lib/daemon/run_folder.ts";
import { requireOwnState, whyNotTrusted } from "../../lib/daemon/state_folder.ts";
import { treeIdOf } from "../../lib/daemon/tree_id.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import { knowsAll, parseUidMap } from "../../lib/host/linux/user_ids.ts";
import type { FolderInfo } from "../../lib/host/ports/files.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { test } from "../harness/test.ts";

const FOLDER: FolderInfo = { isFolder: true, isLink: false, ownerUid: 1_000, mode: 0o755 };
const LINK: FolderInfo = { isFolder: false, isLink: true, ownerUid: 1_000, mode: 0o777 };

test("trust: who listens must be of the tree's user, and the process that is known", () => {
  const meant = { pid: 7, startTime: 1 };
  assert.equal(whyPeer(1_000, meant, { pid: 7, uid: 1_000 }), null);
  assert.equal(whyPeer(1_000, null, { pid: 8, uid: 1_000 }), null);
  assert.equal(whyPeer(1_000, meant, { pid: 0, uid: 1_000 }), null);
  assert.match(whyPeer(1_000, null, { pid: 8, uid: 1_001 })!, /process 8 of user 1001/);
  assert.match(whyPeer(1_000, null, { pid: 8, uid: 0 })!, /of user 0/);
  assert.match(whyPeer(1_000, meant, { pid: 8, uid: 1_000 })!, /process 8 listens there, and not 7/);
  assert.match(whyPeer(1_000, meant, null)!, /does not tell/);
});

test("trust: nothing is said to whoever listens instead of a supervisor or a guardian", async () => {
  await runVirtual(async (clock) => {
    const { host } = new FakeMachine(clock);
    const heard: (Uint8Array | null)[] = [];
    const listener = await fromPromise(host.sockets.listen("/x", async (connection) => {
      heard.push(await connection.read());
    }));
    const code = "control/not-trusted";
    await fromPromise(assert.rejects(connectControl(host, "/x", () => "no"), { code }));
    const door = { path: "/x", uid: 5, guardian: { pid: 1, startTime: 0 } };
    await fromPromise(assert.rejects(askGuardian(host, door, "end", { graceMs: 0 }), { code }));
    listener.close();
    assert.deepEqual(heard, [null, null]);
  });
});

test("trust: above the logs there are folders and links of the user and of root alone", () => {
  const cases: readonly (readonly [Partial<FolderInfo>, FolderInfo, RegExp | null])[] = [
    [{}, FOLDER, null],
    [{ ownerUid: 0 }, FOLDER, null],
    // Root outside of a user namespace is not known in it.
    [{ ownerUid: null }, FOLDER, null],
    [{ ownerUid: 1_001 }, FOLDER, /belongs to user 1001/],
    [{ mode: 0o775 }, FOLDER, null],
    [{ mode: 0o1777, ownerUid: 0 }, FOLDER, null],
    [{ mode: 0o777 }, FOLDER, /by everybody/],
    [{}, LINK, null],
    [{ ownerUid: 0 }, LINK, null],
    [{ ownerUid: 1_001 }, LINK, /belongs to user 1001/],
    [{ isFolder: false }, FOLDER, null],
    [{ isFolder: false, ownerUid: 1_001 }, FOLDER, /belongs to user 1001/],
  ];
  for (const [change, like, why] of cases) {
    const found = whyNotTrusted({ ...like, ...change }, 1_000);
    if (why === null) assert.equal(found, null, JSON.stringify(change));
    else assert.match(found!, why);
  }
});

test("trust: the folders of the logs themselves are no links, and nobody else can write to them", async () => {
  await runVirtual((clock) => {
    const machine = new FakeMachine(clock);
    const folder = "/home/me/.local/state/supervise/shop-1";
    const check = () => requireOwnState(machine.host, 1_000, folder);
    check();
    machine.disk.makeFolder(folder, 0o700);
    check();
    machine.disk.makeFolder("/elsewhere", 0o700);
    machine.disk.link(`${folder}/logs`, "/elsewhere");
    assert.throws(check, { code: "state/not-ours", message: /it is a link/ });
    machine.disk.remove(`${folder}/logs`);
    machine.disk.put(folder, { kind: "folder", mode: 0o770 });
    assert.throws(check, { code: "state/not-ours", message: /can be changed by others/ });
  });
});

test("trust: where there is no folder of sockets the paths in it lead nowhere, until it is made", async () => {
  await runVirtual((clock) => {
    const { disk, host } = new FakeMachine(clock);
    const tree = treeIdOf(host, 1_000, "/srv/supervise.toml");
    disk.makeFolder("/tmp", 0o1777);
    assert.match(tree.socket, /^\/proc\/self\/fd\/none\//);
    assert.equal(tree.folder, `/tmp/supervise-1000/${tree.id}`);
    disk.makeFolder("/tmp/supervise-1000", 0o750);
    assert.throws(() => tree.socket, { code: "state/not-private" });
    disk.remove("/tmp/supervise-1000");
    disk.makeFolder("/tmp/supervise-1000", 0o700);
    const { path } = runFolderOf(host, 1_000);
    assert.equal(tree.socket, `${path}/${tree.id}/control.sock`);
    host.files.rename("/tmp/supervise-1000", "/tmp/aside");
    disk.makeFolder("/tmp/supervise-1000", 0o700);
    assert.equal(runFolderOf(host, 1_000).path, path);
    host.files.replace(`${path}/record`, "ours");
    assert.equal(host.files.readOwn("/tmp/aside/record"), "ours");
  });
});

test("trust: root looks in /run first, everybody else in /tmp alone", () => {
  assert.deepEqual(namesFor(0), ["/run/supervise", "/tmp/supervise-0"]);
  assert.deepEqual(namesFor(1_000), ["/tmp/supervise-1000"]);
});

test("trust: a command line is one of supervise for a file by its verb and what follows it", () => {
  const options = JSON.stringify({ file: "/a" });
  assert.equal(runsTree(["supervise", "__supervisor", options], "__supervisor", "/a"), true);
  assert.equal(runsTree(["bun", "cli.ts", "__supervisor", options], "__supervisor", "/a"), true);
  for (const command of [[], ["__supervisor"], ["__supervisor", "{"], ["__supervisor", "null"], [options]]) {
    assert.equal(runsTree(command, "__supervisor", "/a"), false);
  }
  assert.equal(runsTree(["supervise", "__supervisor", options], "__supervisor", "/b"), false);
  assert.equal(runsTree(["supervise", "__supervisor", options], "__guardian", "/a"), false);
});

test("trust: a user namespace knows all users, or those of its map", () => {
  assert.equal(knowsAll(parseUidMap("         0          0 4294967295\n")), true);
  assert.equal(knowsAll(parseUidMap("         0       1000          1\n")), false);
  assert.equal(knowsAll(parseUidMap("")), false);
  assert.equal(knowsAll(parseUidMap(null)), true);
  assert.equal(knowsAll(parseUidMap("0 1000 1\n1 100000 65536\n")), false);
});
