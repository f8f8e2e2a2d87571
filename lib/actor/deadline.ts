import { type Instant, NEVER } from "../base/instant.ts";
import { CancelScope } from "../scope/cancel_scope.ts";

/** When an actor must be over. Its canceller may set it more than once: the earliest instant counts. */
export class Deadline {
  #at: Instant = NEVER;
  readonly #listeners = new Set<() => void>();

  /** `NEVER` while nobody has said anything. */
  get at(): Instant {
    return this.#at;
  }

  shorten(at: Instant): void {
    if (at >= this.#at) return;
    this.#at = at;
    for (const tell of this.#listeners) tell();
  }

  /** Calls back whenever it becomes earlier; returns how to stop that. */
  onShorten(callback: () => void): () => void {
    this.#listeners.add(callback);
    return () => void this.#listeners.delete(callback);
  }

  /** Runs `body` for no longer than until an instant that follows from this one, also if that becomes earlier meanwhile. */
  async bound(instantOf: () => Instant, body: () => Promise<void>): Promise<void> {
    const scope = new CancelScope({ deadline: instantOf() });
    const follow = () => scope.deadline = instantOf();
    const unfollow = this.onShorten(follow);
    try {
      await scope.run(body);
    } finally {
      unfollow();
    }
  }
}
