import type { Libc } from "../linux/libc.ts";
import { nodeNet } from "../shared/lazy_node.ts";
import { socketSource } from "../shared/socket_source.ts";
import type { ByteSource } from "../ports/processes.ts";

/** Reads a pipe on Deno, whose sockets take any descriptor that can be polled, and close it themselves. */
export function openPipeSource(_libc: Libc, descriptor: number): ByteSource {
  const { Socket } = nodeNet();
  return socketSource(new Socket({ fd: descriptor, readable: true, writable: false }));
}
