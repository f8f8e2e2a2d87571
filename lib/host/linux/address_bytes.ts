/** Addresses of sockets as the kernel reads them. */
import { LINUX } from "./libc.ts";

const UNIX_FAMILY_BYTES = 2;
const IPV4_BYTES = 16;
const IPV6_BYTES = 28;

/** A struct sockaddr_un. A path that begins with a zero is a name in the kernel. */
export function unixAddressBytes(path: Uint8Array): Uint8Array {
  // The length of a name is told by that of the address, the end of a path by its zero as well.
  const bytes = new Uint8Array(UNIX_FAMILY_BYTES + path.length + (path[0] === 0 ? 0 : 1));
  setFamily(bytes, LINUX.AF_UNIX);
  bytes.set(path, UNIX_FAMILY_BYTES);
  return bytes;
}

/** A struct sockaddr_in or sockaddr_in6; `host` is an IP address. */
export function tcpAddressBytes(host: string, port: number): Uint8Array {
  const isIpv6 = host.includes(":");
  const bytes = new Uint8Array(isIpv6 ? IPV6_BYTES : IPV4_BYTES);
  setFamily(bytes, isIpv6 ? LINUX.AF_INET6 : LINUX.AF_INET);
  new DataView(bytes.buffer).setUint16(2, port);
  // Behind the port an IPv6 address has 4 bytes of its flow.
  if (isIpv6) bytes.set(ipv6Bytes(host), 8);
  else bytes.set(host.split(".").map(Number), 4);
  return bytes;
}

function ipv6Bytes(host: string): Uint8Array {
  // A URL has it in one form: hexadecimal groups, zeros left out at one place at most.
  const canonical = new URL(`http://[${host}]`).hostname.slice(1, -1);
  const [head, tail] = canonical.split("::").map((half) => half === "" ? [] : half.split(":"));
  const groups = tail === undefined
    ? head!
    : [...head!, ...Array<string>(8 - head!.length - tail.length).fill("0"), ...tail];
  const bytes = new DataView(new ArrayBuffer(16));
  groups.forEach((group, index) => bytes.setUint16(2 * index, parseInt(group, 16)));
  return new Uint8Array(bytes.buffer);
}

/** The family is in the machine's own order of bytes. */
function setFamily(bytes: Uint8Array, family: number): void {
  new Uint16Array(bytes.buffer, 0, 1)[0] = family;
}
