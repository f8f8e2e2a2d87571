import * as bunSockets from "./bun/unix_sockets.ts";
import * as denoSockets from "./deno/unix_sockets.ts";
import { type UnixCalls, unixCalls } from "./linux/unix_calls.ts";
import { openLibc } from "./load_libc.ts";
import type { Sockets } from "./ports/sockets.ts";
import { isDeno } from "./shared/runtime.ts";

/**
 * The Unix sockets of the machine.
 *
 * @param calls What is not to be left to the kernel.
 */
export async function openSystemSockets(calls: Partial<UnixCalls> = {}): Promise<Sockets> {
  const { UnixSockets } = isDeno ? denoSockets : bunSockets;
  return new UnixSockets({ ...unixCalls(await openLibc()), ...calls });
}
