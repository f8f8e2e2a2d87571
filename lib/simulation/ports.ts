/** The ports of a simulated machine: one process at a time listens at each, as far as it can be told from the probes of its actor. PURE. */
import type { ActorSpec, NodeId, Plan, Probe } from "../config/plan.ts";
import { probedAddress } from "../config/probed_address.ts";
import type { RunId } from "../supervision/state.ts";

/** See the module. */
export class Ports {
  readonly #listeners = new Map<number, RunId>();
  readonly #watchers = new Map<number, (() => void)[]>();

  /** Whether anybody listens at the port. */
  isTaken(port: number): boolean {
    return this.#listeners.has(port);
  }

  listen(port: number, run: RunId): void {
    if (!this.#listeners.has(port)) this.#listeners.set(port, run);
  }

  /** The process of a run is gone. */
  leave(run: RunId): void {
    for (const [port, listener] of this.#listeners) {
      if (listener !== run) continue;
      this.#listeners.delete(port);
      const watchers = this.#watchers.get(port) ?? [];
      this.#watchers.delete(port);
      for (const watcher of watchers) watcher();
    }
  }

  /** Calls `watcher` once, when nobody listens at the port any more. */
  onceLeft(port: number, watcher: () => void): void {
    const watchers = this.#watchers.get(port);
    if (watchers === undefined) this.#watchers.set(port, [watcher]);
    else watchers.push(watcher);
  }
}

/** The ports that the actors of a plan have to do with. */
export interface PlannedPorts {
  /** See {@linkcode portOf}. */
  readonly own: ReadonlyMap<NodeId, number>;
  /** The ports of other actors that a check of health asks: such a check finds out whether those listen. */
  readonly asked: ReadonlyMap<NodeId, number>;
}

const planned = new WeakMap<Plan, PlannedPorts>();

/** The ports of a plan. */
export function portsOf(plan: Plan): PlannedPorts {
  const known = planned.get(plan);
  if (known !== undefined) return known;
  const actors = plan.nodes.filter((node) => node.kind !== "tree");
  const own = new Map(actors.flatMap((spec) => entry(spec, portOf(spec))));
  const others = new Set(own.values());
  const asked = actors.flatMap((spec) => {
    const probe = spec.health?.probe ?? null;
    const port = probe === null ? null : probedPort(probe);
    return port === null || port === own.get(spec.path) || !others.has(port) ? [] : entry(spec, port);
  });
  const ports = { own, asked: new Map(asked) };
  planned.set(plan, ports);
  return ports;
}

function entry({ path }: ActorSpec, port: number | null): readonly (readonly [NodeId, number])[] {
  return port === null ? [] : [[path, port]];
}

/** The port at which an actor listens itself, as its probe has it; null if nobody knows, or the supervisor listens for it. */
export function portOf({ ready, sockets }: Pick<ActorSpec, "ready" | "sockets">): number | null {
  const port = ready === null ? null : probedPort(ready.probe);
  return sockets.some((socket) => socket.type === "tcp" && socket.port === port) ? null : port;
}

function probedPort(probe: Probe): number | null {
  const address = probedAddress(probe);
  return address !== null && isOwnMachine(address.host) ? address.port : null;
}

/** A probe of another machine says nothing of the ports of this one. */
function isOwnMachine(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "0.0.0.0" || host.startsWith("127.");
}
