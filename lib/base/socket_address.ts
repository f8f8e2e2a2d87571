/** Where a socket listens: an address of the network, or a file. */
export type SocketAddress =
  /** `host` is an IP address without brackets. */
  | { readonly type: "tcp"; readonly host: string; readonly port: number }
  /** `path` is absolute. */
  | { readonly type: "unix"; readonly path: string };

/** An address as people write it: `tcp://127.0.0.1:8080`, `unix:///run/x.sock`. */
export function describeSocketAddress(address: SocketAddress): string {
  if (address.type === "unix") return `unix://${address.path}`;
  const { host, port } = address;
  return `tcp://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
