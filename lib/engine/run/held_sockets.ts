/**
 * The sockets of the actors of a tree. A socket is open from before its actor first starts until the tree is over, or the plan
 * has the socket no more: a client that connects while the actor restarts waits for its next run.
 */
import { describeSocketAddress, type SocketAddress } from "../../base/socket_address.ts";
import { UserError } from "../../base/user_error.ts";
import type { ActorSpec, Plan } from "../../config/plan.ts";
import { withoutReplica } from "../../config/replica_path.ts";
import type { Host } from "../../host/ports/host.ts";
import { ListenError, type ListeningSocket } from "../../host/ports/listening.ts";
import type { HandedSockets, ProcessId } from "../../host/ports/processes.ts";
import type { State } from "../../supervision/state.ts";

/** Under which number a process finds the first socket that it is handed. */
const FIRST_HANDED = 3;

/** See the module. */
export class HeldSockets {
  readonly #host: Pick<Host, "listening">;
  /** By address: replicas have those in common that the file gives them in common. */
  readonly #open = new Map<string, ListeningSocket>();
  #hasSpare = false;

  constructor(host: Pick<Host, "listening">) {
    this.#host = host;
  }

  /**
   * Takes over the sockets of a run that an earlier supervisor had started; false if one of them cannot be had.
   *
   * @param process Its main process, which was handed them.
   */
  share({ sockets }: ActorSpec, process: ProcessId): boolean {
    return sockets.every((address, index) => {
      const name = describeSocketAddress(address);
      if (this.#open.has(name)) return true;
      const shared = this.#host.listening.share(process, FIRST_HANDED + index, address);
      if (shared !== null) this.#open.set(name, shared);
      return shared !== null;
    });
  }

  /**
   * Takes over what this very process has listened with before it became this program.
   *
   * @param names The addresses, in the order of their descriptors.
   * @param first The number of the first.
   */
  inherit({ nodes }: Plan, names: readonly string[], self: ProcessId, first: number): void {
    const actors = nodes.filter((node) => node.kind !== "tree");
    const addresses = new Map(
      actors.flatMap(({ sockets }) => sockets.map((address) => [describeSocketAddress(address), address])),
    );
    names.forEach((name, index) => {
      const address = addresses.get(name);
      const own = address === undefined ? null : this.#host.listening.share(self, first + index, address);
      if (own !== null) this.#open.set(name, own);
    });
  }

  /** The descriptors that are open, with their addresses. */
  get all(): readonly (readonly [name: string, descriptor: number])[] {
    return [...this.#open].map(([name, { descriptor }]) => [name, descriptor]);
  }

  /**
   * Opens all that are not open yet, or none.
   *
   * @throws {UserError} `sockets/not-available`
   */
  open(plan: Plan): void {
    const before = new Set(this.#open.keys());
    try {
      for (const node of plan.nodes) if (node.kind !== "tree") this.#openFor(node);
    } catch (error) {
      this.#keepOnly(before);
      throw error;
    }
  }

  /**
   * Finds out whether `open` would be refused. Nothing is opened.
   *
   * @throws {UserError} `sockets/not-available`
   */
  check(plan: Plan): void {
    for (const node of plan.nodes) {
      if (node.kind !== "tree") this.#forEachNew(node, (address) => this.#host.listening.check(address));
    }
  }

  /** Whether any is open that only runs of earlier plans have. */
  get hasSpare(): boolean {
    return this.#hasSpare;
  }

  /** Listens no more where neither the plan nor a run of a tree has a socket. */
  closeSpare({ plan, nodes }: Pick<State, "plan" | "nodes">): void {
    const planned = namesIn(plan.nodes.filter((node) => node.kind !== "tree"));
    const runs = [...nodes.values()].flatMap(({ phase }) => "spec" in phase ? [phase.spec] : []);
    this.#keepOnly(new Set([...planned, ...namesIn(runs)]));
    this.#hasSpare = [...this.#open.keys()].some((name) => !planned.has(name));
  }

  /** The sockets that an actor is handed; undefined if it has none. */
  of(spec: ActorSpec): HandedSockets | undefined {
    if (spec.sockets.length === 0) return undefined;
    const descriptors = spec.sockets.map((address) =>
      this.#open.get(describeSocketAddress(address))!.descriptor
    );
    return { descriptors, name: withoutReplica(spec.name) };
  }

  /** Listens no more. Idempotent. */
  close(): void {
    for (const socket of this.#open.values()) socket.close();
    this.#open.clear();
  }

  #keepOnly(wanted: ReadonlySet<string>): void {
    for (const [name, socket] of this.#open) {
      if (wanted.has(name)) continue;
      socket.close();
      this.#open.delete(name);
    }
  }

  #openFor(actor: ActorSpec): void {
    this.#forEachNew(
      actor,
      (address) => this.#open.set(describeSocketAddress(address), this.#host.listening.open(address)),
    );
  }

  #forEachNew({ sockets, path, at }: ActorSpec, act: (address: SocketAddress) => void): void {
    for (const address of sockets) {
      if (this.#open.has(describeSocketAddress(address))) continue;
      try {
        act(address);
      } catch (error) {
        if (!(error instanceof ListenError)) throw error;
        throw new UserError(
          "sockets/not-available",
          `${error.message} (for "${path}", ${at.file}:${at.line})`,
          { hint: "nothing was done; free the address, or give the actor another" },
        );
      }
    }
  }
}

function namesIn(actors: readonly ActorSpec[]): ReadonlySet<string> {
  return new Set(actors.flatMap(({ sockets }) => sockets.map(describeSocketAddress)));
}
