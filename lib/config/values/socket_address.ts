import type { SocketAddress } from "../../base/socket_address.ts";
import type { Item } from "../toml/item.ts";
import { quote } from "../wording.ts";
import { parsePath, text } from "./text.ts";
import type { Reading, Type } from "./type.ts";

/** The room of an address in the kernel. */
const LONGEST_PATH_BYTES = 107;

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** `"tcp://127.0.0.1:8080"` or `"unix:///run/x.sock"`. */
export const socketAddress: Type<SocketAddress> = text({
  name: "an address to listen at",
  expected: 'an address such as "tcp://127.0.0.1:8080" or "unix:///run/x.sock"',
  shape: { kind: "string", pattern: "^(tcp|unix)://" },
  parse: (value, item, reading) => {
    if (value.startsWith("unix://")) return unixAddress(value.slice("unix://".length), item, reading);
    if (value.startsWith("tcp://")) return tcpAddress(value.slice("tcp://".length), item, reading);
    const hint = hintFor(value);
    return reject(item, reading, `${quote(value)} is no address to listen at`, hint);
  },
});

function unixAddress(value: string, item: Item, reading: Reading): SocketAddress | undefined {
  if (value.startsWith("@")) {
    return reject(
      item,
      reading,
      "a socket without a file is not supported",
      `write "unix:///run/${value.slice(1)}"`,
    );
  }
  const path = parsePath(value, item, reading);
  if (path === undefined) return undefined;
  const { length } = new TextEncoder().encode(path);
  if (length <= LONGEST_PATH_BYTES) return { type: "unix", path };
  const message =
    `the path of a socket has room for ${LONGEST_PATH_BYTES} bytes, and this one takes ${length}`;
  return reject(item, reading, message, "choose a shorter one, such as one in /run");
}

function tcpAddress(value: string, item: Item, reading: Reading): SocketAddress | undefined {
  const [, bracketed, plain, written] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]/]*)):(\d{1,6})\/?$/.exec(value) ??
    [];
  if (written === undefined) {
    const isHost = /^[^\s:]+$/.test(value);
    const hint = isHost ? `add the port: "tcp://${value}:8080"` : null;
    return reject(item, reading, `${quote(`tcp://${value}`)} is no address to listen at`, hint);
  }
  const port = Number(written);
  if (port < 1 || port > 65_535) return reject(item, reading, `there is no port ${written}`, null);
  const host = plain === "localhost" ? "127.0.0.1" : plain ?? bracketed!;
  if (bracketed === undefined ? IPV4.test(host) : URL.canParse(`http://[${bracketed}]`)) {
    return { type: "tcp", host, port };
  }
  const hint =
    `write "tcp://127.0.0.1:${port}" for this machine alone, "tcp://0.0.0.0:${port}" for every network`;
  return reject(
    item,
    reading,
    host === "" ? "it does not say where" : `${quote(host)} is no IP address`,
    hint,
  );
}

function hintFor(value: string): string | null {
  if (/^:?\d{1,5}$/.test(value)) return `write "tcp://127.0.0.1:${value.replace(":", "")}"`;
  if (/^[^\s/]+:\d{1,5}$/.test(value)) return `write "tcp://${value}"`;
  return value.startsWith("/") ? `write "unix://${value}"` : null;
}

function reject(item: Item, { report }: Reading, message: string, hint: string | null): undefined {
  return report.add("config/bad-socket", item.span, message, { expected: socketAddress.expected, hint });
}
