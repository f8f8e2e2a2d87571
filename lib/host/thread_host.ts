/** The part of the real host that an actor in a thread needs. Few connect to anybody but their parent: the rest is loaded at its first use. */
import type { ActorHost } from "./ports/host.ts";
import type { Sockets } from "./ports/sockets.ts";
import type { Tcp } from "./ports/tcp.ts";
import { randomSeed } from "./shared/random_seed.ts";
import { isDeno } from "./shared/runtime.ts";
import { SystemClock } from "./shared/system_clock.ts";

/** The host of an actor in a thread, which ends with its process in any case. */
export function threadHost(): ActorHost {
  return {
    clock: new SystemClock(),
    processes: { ownPid: process.pid, dieWithParent: () => true },
    sockets: lateSockets,
    tcp: lateTcp,
    randomSeed,
  };
}

const lateSockets: Sockets = {
  listen: async (...args) => (await openLateSockets()).listen(...args),
  connect: async (...args) => (await openLateSockets()).connect(...args),
};

async function openLateSockets(): Promise<Sockets> {
  const { openActorSockets } = await import("./actor_sockets.ts");
  return await openActorSockets();
}

const lateTcp: Tcp = {
  listen: async (...args) => (await openTcp()).listen(...args),
  connect: async (...args) => (await openTcp()).connect(...args),
};

async function openTcp(): Promise<Tcp> {
  const { NodeTcp } = await import("./shared/node_tcp.ts");
  const flow = isDeno
    ? (await import("./deno/tls_flow.ts")).tlsFlow
    : (await import("./shared/socket_source.ts")).socketFlow;
  return new NodeTcp(flow);
}
