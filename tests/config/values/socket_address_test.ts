import assert from "node:assert/strict";
import { describeSocketAddress } from "../../../lib/base/socket_address.ts";
import { test } from "../../harness/test.ts";
import { actorOf, adviceOf } from "../compiling.ts";

function withSocket(address: string): string {
  return `[actors.a]\nexec = "x"\nsockets = [${JSON.stringify(address)}]`;
}

test("socket address: TCP takes IP addresses, and localhost for the first of them", () => {
  const cases = [
    ["tcp://127.0.0.1:8080", { type: "tcp", host: "127.0.0.1", port: 8080 }],
    ["tcp://0.0.0.0:1", { type: "tcp", host: "0.0.0.0", port: 1 }],
    ["tcp://localhost:65535", { type: "tcp", host: "127.0.0.1", port: 65_535 }],
    ["tcp://[::1]:80/", { type: "tcp", host: "::1", port: 80 }],
    ["unix:///run/x.sock", { type: "unix", path: "/run/x.sock" }],
    ["unix://./run/../x.sock", { type: "unix", path: "/srv/shop/x.sock" }],
  ] as const;
  for (const [text, address] of cases) {
    assert.deepEqual(actorOf(withSocket(text), "a").sockets, [address], text);
  }
});

test("socket address: it is shown as it is written", () => {
  for (const text of ["tcp://127.0.0.1:8080", "tcp://[::1]:80", "unix:///run/x.sock"]) {
    assert.equal(describeSocketAddress(actorOf(withSocket(text), "a").sockets[0]!), text);
  }
});

test("socket address: what is none is told from what is nearly one", () => {
  const cases: readonly (readonly [string, string, string | null])[] = [
    ["8080", '"8080" is no address to listen at', 'write "tcp://127.0.0.1:8080"'],
    [":8080", '":8080" is no address to listen at', 'write "tcp://127.0.0.1:8080"'],
    ["127.0.0.1:80", '"127.0.0.1:80" is no address to listen at', 'write "tcp://127.0.0.1:80"'],
    ["/run/x.sock", '"/run/x.sock" is no address to listen at', 'write "unix:///run/x.sock"'],
    ["udp://127.0.0.1:53", '"udp://127.0.0.1:53" is no address to listen at', null],
    [
      "tcp://127.0.0.1",
      '"tcp://127.0.0.1" is no address to listen at',
      'add the port: "tcp://127.0.0.1:8080"',
    ],
    ["tcp://127.0.0.1:0", "there is no port 0", null],
    ["tcp://127.0.0.1:70000", "there is no port 70000", null],
    [
      "tcp://:80",
      "it does not say where",
      'write "tcp://127.0.0.1:80" for this machine alone, "tcp://0.0.0.0:80" for every network',
    ],
    [
      "tcp://256.0.0.1:80",
      '"256.0.0.1" is no IP address',
      'write "tcp://127.0.0.1:80" for this machine alone, "tcp://0.0.0.0:80" for every network',
    ],
    [
      "tcp://[::g]:80",
      '"tcp://[::g]:80" is no address to listen at',
      null,
    ],
    ["unix://@name", "a socket without a file is not supported", 'write "unix:///run/name"'],
    [
      `unix:///${"x".repeat(107)}`,
      "the path of a socket has room for 107 bytes, and this one takes 108",
      "choose a shorter one, such as one in /run",
    ],
  ];
  for (const [text, message, hint] of cases) {
    const advice = adviceOf(withSocket(text));
    assert.deepEqual([advice.message, advice.hint], [message, hint], text);
  }
});
