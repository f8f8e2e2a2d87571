/**
 * The sockets of the actors of a tree: open from before the first actor starts until the tree is over, so that whoever
 * connects while an actor restarts waits for its next run.
 */
import { describeSocketAddress } from "../base/socket_address.ts";
import { UserError } from "../base/user_error.ts";
import type { ActorSpec, Plan } from "../config/plan.ts";
import { withoutReplica } from "../config/replica_path.ts";
import type { Host } from "../host/ports/host.ts";
import { ListenError, type ListeningSocket } from "../host/ports/listening.ts";
import type { HandedSockets } from "../host/ports/processes.ts";

/** See the module. */
export class HeldSockets {
  /** By address: replicas have those in common that the file gives them in common. */
  readonly #open = new Map<string, ListeningSocket>();

  /**
   * Opens all of them, or none.
   *
   * @throws {UserError} `sockets/not-available`
   */
  constructor(host: Host, plan: Plan) {
    try {
      for (const node of plan.nodes) if (node.kind !== "tree") this.#openFor(host, node);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** What an actor is handed; undefined if it has no sockets. */
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

  #openFor({ listening }: Host, { sockets, path, at }: ActorSpec): void {
    for (const address of sockets) {
      const name = describeSocketAddress(address);
      if (this.#open.has(name)) continue;
      try {
        this.#open.set(name, listening.open(address));
      } catch (error) {
        if (!(error instanceof ListenError)) throw error;
        throw new UserError(
          "sockets/not-available",
          `${error.message} (for "${path}", ${at.file}:${at.line})`,
          { hint: "nothing was started; free the address, or give the actor another" },
        );
      }
    }
  }
}
