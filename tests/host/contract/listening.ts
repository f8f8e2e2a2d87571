import assert from "node:assert/strict";
import { ListenError, type Listening } from "../../../lib/host/ports/listening.ts";
import { finish, guarantees, lineOf, type OpenSubject, start, textOf } from "./subject.ts";

/** What every implementation of the port to sockets that listen guarantees. */
export function listeningContract(name: string, open: OpenSubject): void {
  const guarantee = guarantees(`${name} listening`, open);

  guarantee("a port takes connections that nobody accepts yet, until it is let go of", async (subject) => {
    const { listening, network } = subject.host;
    const port = await subject.freePort();
    const socket = listening.open({ type: "tcp", host: "127.0.0.1", port });
    assert.equal(await network.connect("127.0.0.1", port).result, null);
    assert.equal(await network.connect("127.0.0.1", port).result, null);
    socket.close();
    socket.close();
    assert.equal(await network.connect("127.0.0.1", port).result, "connection refused");
    listening.open({ type: "tcp", host: "127.0.0.1", port }).close();
  });

  guarantee("who has a port is named", async (subject) => {
    const { listening, processes } = subject.host;
    const address = { type: "tcp", host: "127.0.0.1", port: await subject.freePort() } as const;
    const socket = listening.open(address);
    const error = refusal(() => listening.open(address));
    assert.match(error.message, new RegExp(`^Cannot listen at tcp://127\\.0\\.0\\.1:${address.port}: `));
    assert.match(error.message, new RegExp(`process ${processes.ownPid}\\b.* listens there$`));
    socket.close();
  });

  guarantee("a check tells who has an address, and leaves one that is free as it is", async (subject) => {
    const { listening, network, files } = subject.host;
    const path = `${subject.folder}/x.sock`;
    const port = await subject.freePort();
    for (const address of [{ type: "tcp", host: "127.0.0.1", port }, { type: "unix", path }] as const) {
      listening.check(address);
      listening.check(address);
      const socket = listening.open(address);
      const error = refusal(() => listening.open(address));
      assert.equal(refusal(() => listening.check(address)).message, error.message);
      socket.close();
      listening.check(address);
    }
    assert.equal(files.exists(path), false);
    assert.equal(await network.connect("127.0.0.1", port).result, "connection refused");
  });

  guarantee("a socket has a file, which goes when it is let go of", (subject) => {
    const { listening, files } = subject.host;
    const path = `${subject.folder}/x.sock`;
    const socket = listening.open({ type: "unix", path });
    assert.equal(files.exists(path), true);
    socket.close();
    assert.equal(files.exists(path), false);
  });

  guarantee("a file in its place that is no socket stays", (subject) => {
    const { listening, files } = subject.host;
    const path = `${subject.folder}/x.sock`;
    subject.writeFile(path, "text");
    const error = refusal(() => listening.open({ type: "unix", path }));
    assert.equal(
      error.message,
      `Cannot listen at unix://${path}: there is a file, and it is no socket`,
    );
    assert.equal(files.exists(path), true);
  });

  guarantee("a socket that somebody listens at stays theirs, until they have died", async (subject) => {
    const { listening, sockets } = subject.host;
    const path = `${subject.folder}/x.sock`;
    const child = start(subject, subject.programs.listenOn(path));
    await lineOf(child.stdout);
    const error = refusal(() => listening.open({ type: "unix", path }));
    assert.match(error.message, new RegExp(`: (process ${child.pid}\\b.*|another process) listens there$`));
    const connection = await sockets.connect(path);
    assert.ok(connection !== null);
    connection.close();
    await finish(subject, child);
    const socket = listening.open({ type: "unix", path });
    socket.close();
  });

  guarantee(
    "who is handed sockets finds out how many, their name, and that they are meant for it",
    async (subject) => {
      const { listening, processes } = subject.host;
      const [first, second] = [
        openFile(listening, `${subject.folder}/a`),
        openFile(listening, `${subject.folder}/b`),
      ];
      const child = processes.spawn({
        argv: subject.programs.tellEnvironment,
        env: { ...subject.env, LISTEN_FDS: "9" },
        cwd: subject.folder,
        stdin: null,
        output: "pipe",
        listening: { descriptors: [first.descriptor, second.descriptor], name: "web" },
      });
      const lines = (await textOf(child.stdout)).split("\n").filter((line) => line.startsWith("LISTEN_"))
        .sort();
      assert.deepEqual(lines, ["LISTEN_FDNAMES=web:web", "LISTEN_FDS=2", `LISTEN_PID=${child.pid}`]);
      assert.equal(await textOf(child.stderr), "");
      await child.exited;
      first.close();
      second.close();
    },
  );

  guarantee("a socket that another process listens with can be shared, and is no other", async (subject) => {
    const { listening, network } = subject.host;
    const address = { type: "tcp", host: "127.0.0.1", port: await subject.freePort() } as const;
    const file = { type: "unix", path: `${subject.folder}/x.sock` } as const;
    const sockets = [listening.open(address), listening.open(file)];
    const handed = { descriptors: sockets.map(({ descriptor }) => descriptor), name: "web" };
    const child = start(subject, subject.programs.stay, { listening: handed });
    await lineOf(child.stdout);
    assert.equal(listening.share(child, 3, file), null);
    assert.equal(listening.share(child, 1, address), null);
    assert.equal(listening.share(child, 9, address), null);
    assert.equal(listening.share({ ...child, startTime: child.startTime + 1 }, 3, address), null);
    const shared = listening.share(child, 3, address)!;
    const sharedFile = listening.share(child, 4, file)!;
    for (const socket of sockets) socket.close();
    await finish(subject, child);
    assert.equal(await network.connect("127.0.0.1", address.port).result, null);
    shared.close();
    assert.equal(await network.connect("127.0.0.1", address.port).result, "connection refused");
    sharedFile.close();
  });

  guarantee("what it listens at lasts as long as somebody has it who was handed it", async (subject) => {
    const { listening, network } = subject.host;
    const port = await subject.freePort();
    const socket = listening.open({ type: "tcp", host: "127.0.0.1", port });
    const handed = { descriptors: [socket.descriptor], name: "web" };
    const child = start(subject, subject.programs.stay, { listening: handed });
    await lineOf(child.stdout);
    socket.close();
    assert.equal(await network.connect("127.0.0.1", port).result, null);
    await finish(subject, child);
    assert.equal(await network.connect("127.0.0.1", port).result, "connection refused");
  });
}

function openFile(listening: Listening, path: string) {
  return listening.open({ type: "unix", path });
}

function refusal(open: () => unknown): ListenError {
  try {
    open();
  } catch (error) {
    assert.ok(error instanceof ListenError);
    return error;
  }
  throw new assert.AssertionError({ message: "it was opened" });
}
