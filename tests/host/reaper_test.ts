/** Who is reaped when: a kernel in memory, of which only the waiting is asked for. */
import assert from "node:assert/strict";
import { type Libc, LINUX } from "../../lib/host/linux/libc.ts";
import { Reaper } from "../../lib/host/linux/reaper.ts";
import type { ProcessRow } from "../../lib/host/ports/processes.ts";
import { test } from "../harness/test.ts";

/** The dead children of a process, in the order in which it got them. */
class Dead {
  readonly pids = new Set<number>();

  /** The calls that wait, as the C library has them; all have exited with 3. */
  get libc(): Libc {
    const call = {
      waitid: (which: number, pid: number, info: Uint8Array) => {
        const found = which === LINUX.P_ALL ? [...this.pids][0] : this.pids.has(pid) ? pid : undefined;
        new DataView(info.buffer).setInt32(16, found ?? 0, true);
        return 0;
      },
      waitpid: (pid: number, status: Uint8Array) => {
        new DataView(status.buffer).setInt32(0, 3 << 8, true);
        return this.pids.delete(pid) ? pid : 0;
      },
    };
    return { call } as unknown as Libc;
  }
}

/** An exclusive reaper, and the orphans that it has told of. */
function exclusive(dead: Dead) {
  const orphans: number[] = [];
  const reaper = new Reaper(dead.libc, (pid) => ({ pid }) as ProcessRow, () => null);
  reaper.takeAll(({ row }) => orphans.push(row.pid));
  return { reaper, orphans };
}

const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

test("reaper: all that have died are reaped in one turn", async () => {
  const dead = new Dead();
  const { reaper, orphans } = exclusive(dead);
  const child = reaper.exitOf(7);
  for (const pid of [...range(100, 99), 7, ...range(300, 99)]) dead.pids.add(pid);
  assert.equal(reaper.reap(), true);
  assert.deepEqual(orphans, [...range(100, 99), ...range(300, 99)]);
  assert.deepEqual(await child, { how: "exited", code: 3 });
  assert.equal(reaper.reap(), true);
});

test("reaper: a storm leaves others their turn, and who is waited for does not stand in line behind it", async () => {
  const dead = new Dead();
  const { reaper, orphans } = exclusive(dead);
  const child = reaper.exitOf(7);
  for (const pid of [...range(100, 2_000), 7]) dead.pids.add(pid);
  assert.equal(reaper.reap(), false);
  assert.ok(orphans.length > 0 && orphans.length < 2_000, `${orphans.length} at once`);
  assert.deepEqual(await child, { how: "exited", code: 3 });
  while (!reaper.reap());
  assert.deepEqual(orphans, range(100, 2_000));
});

test("reaper: what cannot be looked up stays a zombie, and is told of when it can be", () => {
  const dead = new Dead();
  let isShort = true;
  const orphans: number[] = [];
  const find = (pid: number) => {
    if (isShort) throw Object.assign(new Error("EMFILE"), { code: "EMFILE" });
    return { pid } as ProcessRow;
  };
  const reaper = new Reaper(dead.libc, find, () => null);
  reaper.takeAll(({ row }) => orphans.push(row.pid));
  dead.pids.add(100);
  assert.throws(() => reaper.reap(), { code: "EMFILE" });
  assert.deepEqual([...dead.pids], [100]);
  isShort = false;
  assert.equal(reaper.reap(), true);
  assert.deepEqual(orphans, [100]);
});
