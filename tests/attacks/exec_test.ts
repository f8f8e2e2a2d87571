/** Who may run a command beside an actor: the tree's own user, and nobody who can reach its socket beside. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { chmodSync } from "node:fs";
import { dirname } from "node:path";
import { encodeFrame } from "../../lib/wire/frames.ts";
import { SUPERVISE, UNDER_TEST } from "../harness/supervise.ts";
import { attack } from "./attack.ts";

const TREE = `
  [actors.db]
  exec = "sleep 600"
  daemon = true
  env = { TOKEN = "hush-hush-123" }
`;

/** Asks for a place at a socket, and prints all that it is answered. */
const ASK = `
import socket, sys
one = socket.socket(socket.AF_UNIX)
try:
    one.connect(sys.argv[1])
    one.sendall(bytes.fromhex(sys.argv[2]))
    while True:
        part = one.recv(65536)
        if not part: break
        print("answered", part)
except OSError as error:
    print("refused", error)
print("over")
`;

const FRAMES = Buffer.concat([
  encodeFrame({ id: 1, op: "hello", protocol: 1 }),
  encodeFrame({ id: 2, op: "exec", path: "db", command: ["env"] }),
]).toString("hex");

attack(
  "exec: a stranger gets no place beside an actor, also where the socket's folder is open",
  async (sandbox, users) => {
    sandbox.config(TREE);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const [socket] = (await sandbox.supervise("exec", "db", "--", "printenv", "SUPERVISE_SOCKET")).stdout
      .split("\n");
    const ask = async () => {
      const done = await users.stranger.run(["/usr/bin/python3", "-c", ASK, socket!, FRAMES]).done;
      return done.stdout + done.stderr;
    };
    assert.match(await ask(), /^refused.*\nover\n$/);
    const folders = [dirname(dirname(socket!)), dirname(socket!)];
    for (const folder of folders) chmodSync(folder, 0o711);
    chmodSync(socket!, 0o777);
    try {
      assert.doesNotMatch(await ask(), /answered/);
    } finally {
      chmodSync(socket!, 0o600);
      for (const folder of folders) chmodSync(folder, 0o700);
    }
    const { stdout } = await sandbox.supervise("events", "--json");
    assert.equal(stdout.match(/"verb":"exec"/g)!.length, 1, "only the owner was heard");
    if (UNDER_TEST === "binary") {
      chmodSync(sandbox.dir, 0o755);
      const done = await users.stranger.run([...SUPERVISE, "exec", "db", "--", "env"], {
        XDG_STATE_HOME: "/nonexistent",
      }).done;
      assert.equal(done.code, 3, done.stderr);
      assert.doesNotMatch(done.stdout, /hush-hush-123/);
    }
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
  ["/usr/bin/python3"],
);
