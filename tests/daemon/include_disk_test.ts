/** What `include` finds on a disk, and what is said of what is no file. */
import assert from "node:assert/strict";
import { includeDisk } from "../../lib/daemon/include_disk.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { test } from "../harness/test.ts";

const MOST_BYTES = 100;

function diskWith(prepare: (machine: FakeMachine) => void) {
  const machine = new FakeMachine(new VirtualClock());
  prepare(machine);
  return includeDisk(machine.host, MOST_BYTES);
}

test("disk of include: a file has its real path and its text", () => {
  const disk = diskWith(({ disk }) => {
    disk.write("/conf/real/a.toml", "x");
    disk.link("/conf/b.toml", "real/a.toml");
  });
  assert.deepEqual(disk.read("/conf/b.toml"), { file: "/conf/real/a.toml", text: "x", problem: null });
});

test("disk of include: what is no file that can be read is told by what it is, and waited for never", () => {
  const disk = diskWith(({ disk }) => {
    disk.makeFolder("/conf/sub", 0o755);
    disk.makePipe("/conf/pipe");
    disk.put("/conf/socket", { kind: "socket", mode: 0o600 });
    disk.link("/conf/dangling", "nowhere");
    disk.link("/conf/loop", "loop");
    disk.write("/conf/long", "x".repeat(MOST_BYTES + 1));
    disk.write("/conf/secret", "x");
    disk.deny("/conf/secret", "reading");
  });
  const cases: [string, string][] = [
    ["sub", "it is a folder"],
    ["pipe", "it is a pipe, and a pipe can be read only once"],
    ["socket", "it is a socket"],
    ["dangling", "it is a link that leads nowhere"],
    ["loop", "it is a link that leads nowhere"],
    ["none", "there is no such file"],
    ["long", "it is too large, or has no end (EFBIG)"],
    ["secret", "permission denied (EACCES)"],
  ];
  for (const [name, why] of cases) assert.deepEqual(disk.read(`/conf/${name}`), { why }, name);
});

test("disk of include: text in another encoding is a problem of its file", () => {
  const disk = diskWith(({ disk }) => disk.write("/conf/a.toml", "a\0b\0c\0"));
  const source = disk.read("/conf/a.toml");
  assert.ok("problem" in source);
  assert.deepEqual([source.problem?.name, source.problem?.file], ["config/bad-encoding", "/conf/a.toml"]);
});

test("disk of include: a folder tells files, folders and links apart, or why it cannot be read", () => {
  const disk = diskWith(({ disk }) => {
    disk.write("/conf/a.toml", "");
    disk.write("/conf/sub/b.toml", "");
    disk.link("/conf/to-file", "a.toml");
    disk.link("/conf/to-folder", "sub");
    disk.makeFolder("/closed", 0o755);
    disk.deny("/closed", "reading");
  });
  assert.deepEqual(disk.list("/conf"), [
    { name: "a.toml", isFolder: false, isLink: false },
    { name: "sub", isFolder: true, isLink: false },
    { name: "to-file", isFolder: false, isLink: true },
    { name: "to-folder", isFolder: true, isLink: true },
  ]);
  assert.deepEqual(disk.list("/nowhere"), []);
  assert.deepEqual(disk.list("/closed"), { why: "permission denied (EACCES)" });
});
