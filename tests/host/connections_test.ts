/** Connections of other processes are read from the kernel's tables. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { connectionsIn } from "../../lib/host/linux/connections.ts";
import { openSystemHost } from "../../lib/host/system_host.ts";
import { test } from "../harness/test.ts";

const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1 0 100 0 0 10 0
   1: 0100007F:1F90 0A0B0C0D:C001 01 00000000:00000000 00:00000000 00000000     0        0 101 1 0 20 4 30 10 -1
   2: 0100007F:C002 0100007F:1F90 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0
`;
const TCP6 = `  sl  local_address                         remote_address                        st
   0: 00000000000000000000000001000000:1F90 0000000000000000FFFF00000100007F:C003 08 0:0 00:0 0 0 0 102 1
`;

test("connections: those with two ends are found, with addresses as they go over the network", () => {
  assert.deepEqual(connectionsIn(TCP, "AF_INET"), [{
    family: "AF_INET",
    local: { address: new Uint8Array([127, 0, 0, 1]), port: 8080 },
    remote: { address: new Uint8Array([13, 12, 11, 10]), port: 49_153 },
    inode: "101",
  }]);
});

test("connections: addresses of version 6, those of version 4 in them", () => {
  const [found] = connectionsIn(TCP6, "AF_INET6");
  assert.deepEqual([...found!.local.address], [...Array(15).fill(0), 1]);
  assert.deepEqual([...found!.remote.address], [...Array(10).fill(0), 255, 255, 127, 0, 0, 1]);
  assert.deepEqual([found!.remote.port, found!.inode], [49_155, "102"]);
});

const { connections, processes } = await openSystemHost();
processes.close();

/** Has a connection with itself, which a child of it has open, too. */
const SHARES = `import os, signal, socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
other, _ = server.accept()
child = os.fork()
if child == 0: signal.pause()
print(child, flush=True)
signal.pause()
`;

test("connections: those of very processes, which nobody beside them has open", async () => {
  const python = spawn("python3", ["-c", SHARES], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(python.stdout!, "data");
  const [parent, child] = [python.pid!, Number(String(line))].map((pid) => processes.find(pid)!);
  try {
    assert.equal(connections.countOf([parent!, child!]), 2);
    assert.equal(connections.countOf([parent!]), 0);
    assert.equal(connections.countOf([child!]), 0);
    const later = { ...parent!, startTime: parent!.startTime + 1 };
    assert.equal(connections.countOf([later, { ...child!, startTime: 0 }]), 0);
  } finally {
    for (const { pid } of [child!, parent!]) process.kill(pid, "SIGKILL");
    await once(python, "close");
  }
});
