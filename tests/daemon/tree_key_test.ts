/** The key of a tree's marks: where it is kept, and what is not taken for one. */
import assert from "node:assert/strict";
import { ensureMarks, marksOf } from "../../lib/daemon/tree_key.ts";
import type { TreeId } from "../../lib/daemon/tree_id.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { test } from "../harness/test.ts";

const TREE = {
  uid: 1_000,
  record: "/run/0/tree.json",
  key: "/run/0/marks.key",
  stateFolder: "/state/0",
} as TreeId;
const COPY = "/state/0/marks.key";
const SAID = { instance: "0.1", run: 1 };

function machine() {
  const { host, disk } = new FakeMachine(new VirtualClock());
  for (const folder of ["/run/0", "/state/0"]) disk.makeFolder(folder, 0o700);
  return { host, disk };
}

const markOf = (host: Host, tree = TREE) => marksOf(host, tree)?.of(SAID) ?? null;

test("keys: one is drawn once, and both of its files hold it", () => {
  const { host } = machine();
  assert.equal(marksOf(host, TREE), null);
  const mark = ensureMarks(host, TREE).of(SAID);
  assert.equal(ensureMarks(host, TREE).of(SAID), mark);
  for (const path of [TREE.key, COPY]) {
    assert.equal(host.files.inspectFolder(path)!.mode & 0o077, 0);
    host.files.remove(path);
    assert.equal(markOf(host), mark, `without ${path}`);
    assert.equal(ensureMarks(host, TREE).of(SAID), mark);
  }
  assert.equal(markOf(host, { ...TREE, stateFolder: null }), mark);
});

test("keys: what others could have read or written, or what is no key, counts as none", () => {
  const { host, disk } = machine();
  const key = "0123456789abcdef".repeat(2);
  const none = { ...TREE, stateFolder: null };
  disk.write(TREE.key, key, 0o600);
  assert.notEqual(markOf(host, none), null);
  assert.equal(markOf(host, { ...none, uid: 7 }), null);
  for (const mode of [0o640, 0o602, 0o644]) {
    host.files.remove(TREE.key);
    disk.write(TREE.key, key, mode);
    assert.equal(markOf(host, none), null, mode.toString(8));
  }
  for (const text of ["", "x", key.slice(1), `${key}0`, key.toUpperCase(), `${key} ${key}`]) {
    host.files.remove(TREE.key);
    disk.write(TREE.key, text, 0o600);
    assert.equal(markOf(host, none), null, text);
  }
});
