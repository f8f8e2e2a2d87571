import assert from "node:assert/strict";
import { findGroupMount, folderOfGroup, groupPathIn } from "../../lib/host/linux/group_mount.ts";
import { test } from "../harness/test.ts";

const PURE = "31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
const HYBRID = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n" +
  "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n" +
  "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

test("group mount: it is found alone, beside version 1, and with its blanks", () => {
  assert.deepEqual(findGroupMount(PURE), { folder: "/sys/fs/cgroup", root: "/" });
  assert.deepEqual(findGroupMount(HYBRID), { folder: "/sys/fs/cgroup/unified", root: "/" });
  const odd = "41 31 0:38 /a\\040b /mnt/two\\040words rw - cgroup2 none rw\n";
  assert.deepEqual(findGroupMount(odd), { folder: "/mnt/two words", root: "/a b" });
  assert.equal(findGroupMount(HYBRID.split("\n").slice(0, 2).join("\n")), null);
  assert.equal(findGroupMount(""), null);
});

test("group mount: the group of version 2 is told from the others, also one that is being removed", () => {
  assert.equal(groupPathIn("9:name=systemd:/\n4:memory:/x\n0::/user.slice/a:b\n"), "/user.slice/a:b");
  assert.equal(groupPathIn("0::/gone (deleted)\n"), "/gone");
  assert.equal(groupPathIn("4:memory:/x\n"), null);
});

test("group mount: a group has a folder if the mount shows it", () => {
  const all = { folder: "/sys/fs/cgroup", root: "/" };
  assert.equal(folderOfGroup(all, "/"), "/sys/fs/cgroup");
  assert.equal(folderOfGroup(all, "/a/b"), "/sys/fs/cgroup/a/b");
  const part = { folder: "/mnt", root: "/a" };
  assert.equal(folderOfGroup(part, "/a"), "/mnt");
  assert.equal(folderOfGroup(part, "/a/b"), "/mnt/b");
  assert.equal(folderOfGroup(part, "/ab"), null);
  assert.equal(folderOfGroup(all, "/../outside"), null);
});
