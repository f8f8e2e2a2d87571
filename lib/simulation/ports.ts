/** The ports of a simulated machine: one process at a time listens at each, as far as it can be told from the probes of its actor. PURE. */
import type { ActorSpec, Probe } from "../config/plan.ts";
import type { RunId } from "../supervision/state.ts";

/** See the module. */
export class Ports {
  readonly #listeners = new Map<number, RunId>();

  /** Whether anybody listens at the port. */
  isTaken(port: number): boolean {
    return this.#listeners.has(port);
  }

  listen(port: number, run: RunId): void {
    if (!this.#listeners.has(port)) this.#listeners.set(port, run);
  }

  /** The process of a run is gone. */
  leave(run: RunId): void {
    for (const [port, listener] of this.#listeners) if (listener === run) this.#listeners.delete(port);
  }
}

/** The port at which an actor listens itself, as its probe has it; null if nobody knows, or the supervisor listens for it. */
export function portOf({ ready, sockets }: Pick<ActorSpec, "ready" | "sockets">): number | null {
  const port = ready === null ? null : probedPort(ready.probe);
  return sockets.some((socket) => socket.type === "tcp" && socket.port === port) ? null : port;
}

function probedPort(probe: Probe): number | null {
  if (probe.type === "tcp") return isOwnMachine(probe.host) ? probe.port : null;
  if (probe.type !== "http") return null;
  const { hostname, port, protocol } = new URL(probe.url);
  if (!isOwnMachine(hostname.replace(/^\[|\]$/g, ""))) return null;
  return Number(port) || (protocol === "https:" ? 443 : 80);
}

/** A probe of another machine says nothing of the ports of this one. */
function isOwnMachine(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "0.0.0.0" || host.startsWith("127.");
}
