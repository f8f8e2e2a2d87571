import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { letGoOfOwnCode, ownCode } from "../../lib/host/linux/own_code.ts";
import { openLibc } from "../../lib/host/load_libc.ts";
import { test } from "../harness/test.ts";

// It stays loaded.
const libc = await openLibc();

const MAPS = `00200000-01a39000 r--p 00000000 fe:00 4242                       /opt/a program
01a40000-06849000 r-xp 01840000 fe:00 4242                       /opt/a program
0684a000-0685f000 r--p 06649000 fe:00 4242                       /opt/a program
06867000-07108000 rw-p 06666000 fe:00 4242                       /opt/a program
7f0000000000-7f0000001000 r-xp 00000000 fe:00 4243               /usr/lib/libc.so.6
7f0000002000-7f0000003000 rwxp 00000000 00:00 0
7ffe69004000-7ffe69025000 rw-p 00000000 00:00 0                  [stack]
`;

/** The memory of this process that is of files, in KiB. */
function ofFiles(): number {
  return Number(/^RssFile:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))![1]);
}

test("own code: it is the program's code and what its file begins with, and nothing that was ever written to", () => {
  assert.deepEqual(ownCode(MAPS, "/opt/a program"), [
    { start: 0x20_0000, bytes: 0x183_9000 },
    { start: 0x1a4_0000, bytes: 0x4e0_9000 },
  ]);
  assert.deepEqual(ownCode(MAPS, "/opt/another"), []);
});

test("own code: memory that is given back is taken no more, and the program goes on", () => {
  const before = ofFiles();
  letGoOfOwnCode(libc);
  const after = ofFiles();
  assert.ok(after < before - 4_096, `${before} KiB before, ${after} after`);
});
