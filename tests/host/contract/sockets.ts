import assert from "node:assert/strict";
import type { Connection } from "../../../lib/host/ports/sockets.ts";
import { connectionsContract } from "./connections.ts";
import { finish, guarantees, lineOf, type OpenSubject, start, type Subject, textOf } from "./subject.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** What every implementation of the port to sockets guarantees. */
export function socketsContract(name: string, open: OpenSubject): void {
  const guarantee = guarantees(`${name} sockets`, open);

  guarantee("only the owner may connect, and both sides know each other", async (subject) => {
    const { here, there, path, close } = await connected(subject);
    const { ownPid } = subject.host.processes;
    assert.equal(subject.host.files.inspectFolder(path)?.mode, 0o600);
    assert.deepEqual([here.peer?.pid, there.peer?.pid], [ownPid, ownPid]);
    assert.equal(here.peer?.uid, subject.host.files.inspectFolder(subject.folder)?.ownerUid);
    close();
  });

  connectionsContract(guarantee, (subject) => connected(subject));

  guarantee(
    "where nobody listens there is no connection, and a closed listener takes its file along",
    async (subject) => {
      const { sockets, files } = subject.host;
      const path = `${subject.folder}/control.sock`;
      assert.equal(await sockets.connect(path), null);
      const { here, close } = await connected(subject, path);
      close();
      assert.equal(await here.read(), null);
      assert.equal(files.exists(path), false);
      assert.equal(await sockets.connect(path), null);
    },
  );

  guarantee(
    "a file that is in the way of a listener is replaced, and a missing folder is an error",
    async (subject) => {
      const path = `${subject.folder}/control.sock`;
      subject.host.files.replace(path, "left by a crash");
      const { close } = await connected(subject, path);
      close();
      await assert.rejects(subject.host.sockets.listen(`${subject.folder}/no/control.sock`, () => {}));
    },
  );

  guarantee(
    "a name in the kernel is listened on without a file, and both sides know each other",
    async (subject) => {
      const { sockets, files, processes } = subject.host;
      const name = nameOf(subject);
      assert.equal(await sockets.connect(name), null);
      const { here, there, close } = await connected(subject, name);
      assert.equal(files.exists(name), false);
      assert.deepEqual([here.peer?.pid, there.peer?.pid], [processes.ownPid, processes.ownPid]);
      const { ownerUid } = files.inspectFolder(subject.folder)!;
      assert.deepEqual([here.peer?.uid, there.peer?.uid], [ownerUid, ownerUid]);
      assert.equal(await here.write(bytesOf("question")), true);
      assert.equal(new TextDecoder().decode((await there.read())!), "question");
      close();
      assert.equal(await sockets.connect(name), null);
    },
  );

  guarantee(
    "a name in the kernel has one listener at a time, and is free when that closes",
    async (subject) => {
      const { sockets } = subject.host;
      const name = nameOf(subject);
      const listener = await sockets.listen(name, () => {});
      await assert.rejects(sockets.listen(name, () => {}), { code: "EADDRINUSE" });
      listener.close();
      (await sockets.listen(name, () => {})).close();
      assert.equal(await sockets.connect(name), null);
    },
  );

  guarantee(
    "who is hung up on at once is connected nevertheless, and reads what was said",
    (subject) =>
      onHungUp(subject, async (connection) => {
        assert.equal(await textOf(connection), "hello\n");
        connection.close();
      }),
  );

  guarantee(
    "what was said before the other side went away is read, though something is written to it",
    (subject) =>
      onHungUp(subject, async (connection) => {
        // Until it is known here that nobody reads, with nothing read on the way.
        while (await connection.write(bytesOf("too late")));
        assert.equal(await textOf(connection), "hello\n");
      }),
  );

  guarantee("a listener is made by a name in a folder that is held, and found by both", async (subject) => {
    const { sockets, folders, files } = subject.host;
    files.makeFolder(`${subject.folder}/held`);
    const held = folders.hold(`${subject.folder}/held`)!;
    const reached = `${held.path}/control.sock`;
    files.replace(reached, "left by a crash");
    const listener = await sockets.listen(
      `${subject.folder}/held/control.sock`,
      (one) => one.close(),
      reached,
    );
    for (const address of [reached, `${subject.folder}/held/control.sock`]) {
      const connection = await sockets.connect(address);
      assert.equal(connection?.peer?.pid, subject.host.processes.ownPid);
      connection?.close();
    }
    assert.equal(files.inspectFolder(reached)?.mode, 0o600);
    listener.close();
    held.close();
  });

  guarantee(
    "what a process has is gone when it is killed, and what it has said still arrives",
    async (subject) => {
      const { sockets } = subject.host;
      const name = nameOf(subject);
      const child = start(subject, subject.programs.listenOn(name));
      assert.equal(await lineOf(child.stdout), "up");
      const connection = (await sockets.connect(name))!;
      assert.equal(connection.peer?.pid, child.pid);
      assert.equal(await lineOf(connection), "hello");
      await finish(subject, child);
      assert.equal(await connection.read(), null);
      assert.equal(await connection.write(bytesOf("too late")), false);
      assert.equal(await sockets.connect(name), null);
    },
  );
}

/** Connects, again and again, to a process that says something and hangs up. */
async function onHungUp(subject: Subject, body: (connection: Connection) => Promise<void>): Promise<void> {
  const name = nameOf(subject);
  const child = start(subject, subject.programs.hangUpOn(name));
  assert.equal(await lineOf(child.stdout), "up");
  for (let i = 0; i < 50; i++) {
    const connection = await subject.host.sockets.connect(name);
    assert.ok(connection !== null);
    await body(connection);
  }
  await finish(subject, child);
}

/** An address in the kernel that no other test uses. */
function nameOf({ folder }: Subject): string {
  return `@supervise-contract-${folder}`;
}

/** A listener and both sides of a connection to it. */
async function connected({ host, folder }: Subject, path = `${folder}/control.sock`) {
  let accept: (connection: Connection) => void = () => {};
  const accepted = new Promise<Connection>((resolve) => accept = resolve);
  const listener = await host.sockets.listen(path, accept);
  const here = (await host.sockets.connect(path))!;
  const there = await accepted;
  const close = () => {
    here.close();
    there.close();
    listener.close();
  };
  return { here, there, path, close };
}
