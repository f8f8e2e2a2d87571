/**
 * The actors below one that can be found by name; the registry of the root knows the whole tree.
 *
 * An entry is a lease: it lives as long as the connection over which it came. Each actor tells its parent of those below
 * it, so when any actor on the way dies, all that came through it are gone at once.
 */
import { WaitQueue } from "../sync/wait_queue.ts";
import type { Identity } from "./link/identity.ts";

/** An entry, and what it hangs on. */
interface Entry {
  readonly identity: Identity;
  /** The connection that it came over; null for the actor itself. */
  readonly via: object | null;
}

/** See the module. */
export class Registry {
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new WaitQueue();

  /**
   * Adds an actor, or renews what is known of it.
   *
   * @returns False if it calls itself by the id of one that came another way, which stays.
   */
  add(identity: Identity, via: object | null): boolean {
    const known = this.#entries.get(identity.id);
    if (known !== undefined && known.via !== via) return false;
    this.#entries.set(identity.id, { identity, via });
    this.#changed.wakeAll();
    return true;
  }

  /** Removes an actor. @returns False if it is not there, or came another way. */
  remove(id: string, via: object | null): boolean {
    return this.#entries.get(id)?.via === via && this.#entries.delete(id);
  }

  /** Removes everything that came over a connection; gives the ids. */
  removeVia(via: object): readonly string[] {
    const ids = [...this.#entries].filter(([, entry]) => entry.via === via).map(([id]) => id);
    for (const id of ids) this.#entries.delete(id);
    return ids;
  }

  /** All actors with a name, or with a path, in the order in which they came. */
  find(nameOrPath: string): readonly Identity[] {
    return this.list().filter(({ name, path }) => name === nameOrPath || path === nameOrPath);
  }

  /** All actors, in the order in which they came. */
  list(): readonly Identity[] {
    return [...this.#entries.values()].map(({ identity }) => identity);
  }

  /**
   * Waits until there is one.
   *
   * @param except Ids of those that were tried in vain: their entries may outlive them by a moment.
   * @throws {Cancelled}
   */
  async waitFor(nameOrPath: string, except: readonly string[] = []): Promise<readonly Identity[]> {
    while (true) {
      const found = this.find(nameOrPath).filter(({ id }) => !except.includes(id));
      if (found.length > 0) return found;
      await this.#changed.wait(`actor ${nameOrPath}`);
    }
  }
}
