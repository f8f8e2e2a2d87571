import { WaitQueue } from "../../sync/wait_queue.ts";
import type { HeldCrash } from "./crash_desk.ts";

/** The crashes that are inspected in an actor and below it: what is to end waits for them. */
export class InspectedCrashes {
  readonly #held = new Set<HeldCrash>();
  readonly #changed = new WaitQueue();
  readonly #onChange: (isAnyHeld: boolean) => void;

  /** @param onChange Told after each change whether any is held. */
  constructor(onChange: (isAnyHeld: boolean) => void) {
    this.#onChange = onChange;
  }

  /** Counts a crash as held for as long as `body` runs. */
  async during(crash: HeldCrash, body: () => Promise<void>): Promise<void> {
    this.#held.add(crash);
    this.#tell();
    try {
      await body();
    } finally {
      this.#held.delete(crash);
      this.#tell();
    }
  }

  /** Waits until none is held in an actor, or below it. */
  async untilNone(path: string): Promise<void> {
    const isBelow = ({ actor }: HeldCrash) => actor === path || actor.startsWith(`${path}/`);
    while ([...this.#held].some(isBelow)) await this.#changed.wait("end of an inspection");
  }

  #tell(): void {
    this.#onChange(this.#held.size > 0);
    this.#changed.wakeAll();
  }
}
