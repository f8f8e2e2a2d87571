import { findUser } from "../engine/privileges/accounts.ts";
import type { Files } from "../host/ports/files.ts";
import type { Peer } from "../host/ports/sockets.ts";
import type { Asker } from "../supervision/asker.ts";

/** Says who is at the other end of a connection. The list of users is read once for each: names do not change, numbers say who. */
export class Askers {
  readonly #files: Files;
  readonly #names = new Map<number, string | null>();

  constructor(files: Files) {
    this.#files = files;
  }

  /** @returns Null if the kernel does not tell. */
  of(peer: Peer | null): Asker | null {
    return peer === null ? null : { uid: peer.uid, user: this.#nameOf(peer.uid), pid: peer.pid };
  }

  #nameOf(uid: number): string | null {
    const known = this.#names.get(uid);
    if (known !== undefined) return known;
    const name = this.#find(uid);
    this.#names.set(uid, name);
    return name;
  }

  /** A machine without a list, or with one that cannot be read, has numbers alone. */
  #find(uid: number): string | null {
    try {
      return findUser(this.#files, uid)?.name ?? null;
    } catch {
      return null;
    }
  }
}
