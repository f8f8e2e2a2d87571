/**
 * The sockets of the actors of a tree: open from before the first actor starts until the tree is over, so that whoever
 * connects while an actor restarts waits for its next run.
 */
import { describeSocketAddress } from "../../base/socket_address.ts";
import { UserError } from "../../base/user_error.ts";
import type { ActorSpec, Plan } from "../../config/plan.ts";
import { withoutReplica } from "../../config/replica_path.ts";
import type { Host } from "../../host/ports/host.ts";
import { ListenError, type ListeningSocket } from "../../host/ports/listening.ts";
import type { HandedSockets, ProcessId } from "../../host/ports/processes.ts";

/** Under which number a process finds the first socket that it is handed. */
const FIRST_HANDED = 3;

/** See the module. */
export class HeldSockets {
  readonly #host: Pick<Host, "listening">;
  /** By address: replicas have those in common that the file gives them in common. */
  readonly #open = new Map<string, ListeningSocket>();

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
   * Opens all that are not open yet, or none.
   *
   * @throws {UserError} `sockets/not-available`
   */
  open(plan: Plan): void {
    try {
      for (const node of plan.nodes) if (node.kind !== "tree") this.#openFor(node);
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

  #openFor({ sockets, path, at }: ActorSpec): void {
    for (const address of sockets) {
      const name = describeSocketAddress(address);
      if (this.#open.has(name)) continue;
      try {
        this.#open.set(name, this.#host.listening.open(address));
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
