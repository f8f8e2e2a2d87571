/**
 * What of the real host an actor needs that was started by another one. To load all of it, and what both runtimes need, would
 * take a good part of the time of the start; what such an actor starts itself it starts by the whole host.
 */
import { dieWithParent } from "./linux/parent_death.ts";
import { unixCalls } from "./linux/unix_calls.ts";
import { openLibc } from "./load_libc.ts";
import type { ActorHost } from "./ports/host.ts";
import type { Processes } from "./ports/processes.ts";
import type { Sockets } from "./ports/sockets.ts";
import type { Tcp } from "./ports/tcp.ts";
import { randomSeed } from "./shared/random_seed.ts";
import { isDeno } from "./shared/runtime.ts";
import { SystemClock } from "./shared/system_clock.ts";

/** The host of an actor in a process of its own. */
export async function openActorHost(): Promise<ActorHost> {
  const libc = await openLibc();
  return hostWith({
    ownPid: process.pid,
    dieWithParent: (parentPid, mode) => dieWithParent(libc, parentPid, mode),
  });
}

/** The host of an actor in a thread, which ends with its process in any case. */
export function threadHost(): ActorHost {
  return hostWith({ ownPid: process.pid, dieWithParent: () => true });
}

function hostWith(processes: Pick<Processes, "ownPid" | "dieWithParent">): ActorHost {
  return { clock: new SystemClock(), processes, sockets: lateSockets, tcp: lateTcp, randomSeed };
}

/** Loaded at its first use: a thread is connected already. */
const lateSockets: Sockets = {
  listen: async (...args) => (await openSockets()).listen(...args),
  connect: async (...args) => (await openSockets()).connect(...args),
};

/** Few actors listen on a port. */
const lateTcp: Tcp = {
  listen: async (...args) => (await openTcp()).listen(...args),
  connect: async (...args) => (await openTcp()).connect(...args),
};

async function openSockets(): Promise<Sockets> {
  const { UnixSockets } = await (isDeno ? import("./deno/unix_sockets.ts") : import("./bun/unix_sockets.ts"));
  return new UnixSockets(unixCalls(await openLibc()));
}

async function openTcp(): Promise<Tcp> {
  const { NodeTcp } = await import("./shared/node_tcp.ts");
  const flow = isDeno
    ? (await import("./deno/tls_flow.ts")).tlsFlow
    : (await import("./shared/socket_source.ts")).socketFlow;
  return new NodeTcp(flow);
}
