import assert from "node:assert/strict";
import { tcpAddressBytes, unixAddressBytes } from "../../lib/host/linux/address_bytes.ts";
import { test } from "../harness/test.ts";

/** What stands behind the family, which is in the machine's own order. */
function hex(bytes: Uint8Array): string {
  return [...bytes.subarray(2)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

test("address bytes: IPv4 has port and address in the order of the network", () => {
  const bytes = tcpAddressBytes("127.0.0.1", 8_080);
  assert.equal(bytes.length, 16);
  assert.equal(hex(bytes), "1f907f0000010000000000000000");
});

test("address bytes: IPv6 is spelled out", () => {
  const cases = [
    ["::", "0".repeat(32)],
    ["::1", `${"0".repeat(31)}1`],
    ["fe80::1:2", "fe80000000000000" + "0000000000010002"],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ["::ffff:1.2.3.4", "00000000000000000000ffff01020304"],
  ] as const;
  for (const [host, address] of cases) {
    const bytes = tcpAddressBytes(host, 80);
    assert.equal(bytes.length, 28);
    assert.equal(hex(bytes), `005000000000${address}00000000`, host);
  }
});

test("address bytes: a path ends with a zero, a name in the kernel with itself", () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  assert.equal(hex(unixAddressBytes(encode("/x"))), "2f7800");
  assert.equal(hex(unixAddressBytes(encode("\0x"))), "0078");
});
