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

// Only the binary can be run by another user than root. The folder of root's sockets is that of other tests, too, and stays shut.
if (UNDER_TEST === "binary") {
  attack(
    "exec: a stranger gets no place beside an actor, also where the socket's folder is open",
    async (sandbox, { victim, stranger }) => {
      sandbox.config(TREE);
      chmodSync(sandbox.dir, 0o755);
      victim.own(sandbox.dir);
      const supervise = async (...words: readonly string[]) => {
        const { code, stdout, stderr } = await victim.run([...SUPERVISE, ...words]).done;
        assert.equal(code, 0, stderr);
        return stdout;
      };
      await supervise("up", "-d");
      const [socket] = (await supervise("exec", "db", "--", "printenv", "SUPERVISE_SOCKET")).split("\n");
      const ask = async () => {
        const done = await stranger.run(["/usr/bin/python3", "-c", ASK, socket!, FRAMES]).done;
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
      const entries = await supervise("events", "--json");
      assert.equal(entries.match(/"verb":"exec"/g)!.length, 1, "only the owner was heard");
      const done = await stranger.run([...SUPERVISE, "exec", "db", "--", "env"], {
        XDG_STATE_HOME: "/nonexistent",
      }).done;
      assert.equal(done.code, 3, done.stderr);
      assert.doesNotMatch(done.stdout, /hush-hush-123/);
      await supervise("down");
    },
    ["/usr/bin/python3"],
  );
}
