/** What is read of the files of control groups and written to them, in a folder that looks like a group. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLibc } from "../../lib/host/load_libc.ts";
import { isHandedOver, isMarked } from "../../lib/host/linux/delegation.ts";
import { isTakenByVersion1, lackOfController } from "../../lib/host/linux/group_controllers.ts";
import { countsIn, writeLimit } from "../../lib/host/linux/group_limits.ts";
import { GroupError } from "../../lib/host/ports/control_groups.ts";
import { skip, test } from "../harness/test.ts";

/** Runs `body` with a folder that has these files. */
function inFolder(files: Readonly<Record<string, string>>, body: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "supervise-group-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("group files: a limit is written as the kernel reads it, and to no file that is not there", () => {
  const cases = [
    [{ on: "memory", bytes: 67_108_864 }, "memory.max", "67108864"],
    [{ on: "cpu", percent: 50 }, "cpu.max", "50000 100000"],
    [{ on: "cpu", percent: 12.5 }, "cpu.max", "12500 100000"],
    [{ on: "cpu", percent: 250 }, "cpu.max", "250000 100000"],
    [{ on: "pids", count: 7 }, "pids.max", "7"],
  ] as const;
  for (const [limit, name, text] of cases) {
    inFolder({ [name]: "" }, (folder) => {
      writeLimit(folder, limit);
      assert.equal(readFileSync(join(folder, name), "utf8"), text);
    });
  }
  inFolder({}, (folder) => {
    assert.throws(
      () => writeLimit(folder, { on: "pids", count: 7 }),
      (error) => error instanceof GroupError && /pids\.max cannot be written \(ENOENT\)$/.test(error.message),
    );
  });
});

test("group files: the counts of the kernel are found among the others, and are zeros without controllers", () => {
  const files = {
    "memory.events": "low 0\nhigh 0\nmax 70\noom 2\noom_kill 1\noom_group_kill 0\n",
    "pids.events": "max 5\n",
  };
  inFolder(
    files,
    (folder) => assert.deepEqual(countsIn(folder), { oomKills: 1, memoryReached: 2, forksRefused: 5 }),
  );
  inFolder(
    {},
    (folder) => assert.deepEqual(countsIn(folder), { oomKills: 0, memoryReached: 0, forksRefused: 0 }),
  );
});

test("group files: a controller of version 1 is known by the groups of a process", () => {
  const text = "9:name=systemd:/\n4:memory:/x\n3:cpu,cpuacct:/\n0::/\n";
  const taken = ["memory", "cpu", "cpuacct", "pids", "systemd"].map((name) => isTakenByVersion1(text, name));
  assert.deepEqual(taken, [true, true, true, false, false]);
  assert.equal(isTakenByVersion1("0::/memory\n", "memory"), false);
});

test("group files: the lack of a controller says what to do, in a container something else", () => {
  inFolder({ "cgroup.controllers": "none such\n" }, (folder) => {
    assert.equal(lackOfController(folder, "such"), null);
    assert.match(lackOfController(folder, "some")!.hint, /cgroup_enable=some/);
  });
  inFolder({ "cgroup.controllers": "", "cgroup.type": "domain" }, (folder) => {
    assert.match(lackOfController(folder, "some")!.why, /container/);
  });
});

test("group files: what is in a unit of systemd is that of its nearest unit, if it was handed over", () => {
  const marked = new Set(["/cg/user.slice/user@7.service", "/cg/system.slice/web.service"]);
  const cases: readonly (readonly [string, boolean])[] = [
    ["/cg/system.slice/web.service", true],
    ["/cg/system.slice/web.service/inner/most", true],
    ["/cg/system.slice/db.service", false],
    ["/cg/system.slice/db.service/inner", false],
    ["/cg/user.slice/user@7.service/app.slice/x.scope", false],
    ["/cg/user.slice", false],
    ["/cg/made/by.hand", true],
    ["/cg", true],
  ];
  for (const [group, expected] of cases) {
    assert.equal(isHandedOver(group, (one) => marked.has(one)), expected, group);
  }
});

/** Marks a folder as systemd does; false where the disk keeps no marks. */
function mark(folder: string, value: string): boolean {
  const script = "import os, sys; os.setxattr(sys.argv[1], 'user.delegate', sys.argv[2].encode())";
  return spawnSync("python3", ["-c", script, folder, value]).status === 0;
}

const libc = await openLibc();
let keepsMarks = false;
inFolder({}, (folder) => keepsMarks = mark(folder, "1"));
const MARK_TEST = "group files: what is handed over is known by its mark, and by nothing else";

if (!keepsMarks) skip(MARK_TEST, "no marks can be set here");
else {
  test(MARK_TEST, () => {
    inFolder({}, (folder) => {
      const found = [isMarked(libc, folder), isMarked(libc, join(folder, "missing"))];
      for (const value of ["1", "0", "11"]) {
        assert.ok(mark(folder, value));
        found.push(isMarked(libc, folder));
      }
      assert.deepEqual(found, [false, false, true, false, false]);
    });
  });
}
