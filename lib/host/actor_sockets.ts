import { unixCalls } from "./linux/unix_calls.ts";
import { openLibc } from "./load_libc.ts";
import type { Sockets } from "./ports/sockets.ts";
import { isDeno } from "./shared/runtime.ts";

/** The Unix sockets of an actor: those of this runtime, and nothing of the other one. */
export async function openActorSockets(): Promise<Sockets> {
  const [{ UnixSockets }, libc] = await Promise.all([
    isDeno ? import("./deno/unix_sockets.ts") : import("./bun/unix_sockets.ts"),
    openLibc(),
  ]);
  return new UnixSockets(unixCalls(libc));
}
