import assert from "node:assert/strict";
import { finish, guarantees, lineOf, type OpenSubject, start } from "./subject.ts";

/** What every implementation of the port to locks guarantees. */
export function locksContract(name: string, open: OpenSubject): void {
  const guarantee = guarantees(`${name} locks`, open);

  guarantee("one is held once, and free again when it is released", ({ host, folder }) => {
    const { locks, files } = host;
    const path = `${folder}/lock`;
    assert.equal(locks.isHeld(path), false);
    const held = locks.take(path)!;
    assert.deepEqual([locks.isHeld(path), locks.take(path)], [true, null]);
    assert.equal(files.inspectFolder(path)?.mode, 0o1600);
    held.release();
    assert.equal(locks.isHeld(path), false);
    locks.take(path)!.release();
    assert.throws(() => locks.take(`${folder}/no/lock`), { code: "ENOENT" });
  });

  guarantee("a link is no lock", ({ host, folder, link, writeFile }) => {
    writeFile(`${folder}/file`, "");
    link(`${folder}/lock`, `${folder}/file`);
    assert.throws(() => host.locks.take(`${folder}/lock`), { code: "ELOOP" });
    assert.equal(host.locks.isHeld(`${folder}/lock`), false);
  });

  guarantee("who holds it is told by the kernel, and a crash lets go of it", async (subject) => {
    const { host: { locks, processes }, folder } = subject;
    const path = `${folder}/lock`;
    const child = start(subject, subject.programs.holdLock(path));
    assert.equal(await lineOf(child.stdout), "up");
    assert.deepEqual([locks.take(path), locks.isHeld(path)], [null, true]);
    assert.deepEqual([child.pid, processes.ownPid].map((pid) => locks.isHeldBy(pid, path)), [true, false]);
    await finish(subject, child);
    assert.equal(locks.isHeld(path), false);
    locks.take(path)!.release();
  });

  guarantee(
    "a file that was removed or replaced is held by nobody, and its holder is found",
    async (subject) => {
      const { host: { locks, files }, folder } = subject;
      const path = `${folder}/lock`;
      const child = start(subject, subject.programs.holdLock(path));
      assert.equal(await lineOf(child.stdout), "up");
      files.remove(path);
      assert.equal(locks.isHeld(path), false);
      const held = locks.take(path)!;
      assert.equal(held.isInPlace(), true);
      assert.equal(held.isOnlyOne(), false);
      assert.equal(locks.isHeldBy(child.pid, path), true);
      assert.equal(locks.isHeldBy(child.pid, `${folder}/other`), false);
      files.replace(path, "another");
      assert.equal(held.isInPlace(), false);
      held.release();
      await finish(subject, child);
      assert.equal(locks.isHeldBy(child.pid, path), false);
    },
  );

  guarantee("what is started by its holder does not hold it", async (subject) => {
    const { host: { locks }, folder } = subject;
    const path = `${folder}/lock`;
    const held = locks.take(path)!;
    const child = start(subject, subject.programs.stay);
    assert.equal(await lineOf(child.stdout), "up");
    assert.equal(locks.isHeldBy(child.pid, path), false);
    held.release();
    assert.equal(locks.isHeld(path), false);
    await finish(subject, child);
  });
}
