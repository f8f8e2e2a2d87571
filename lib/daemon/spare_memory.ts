/** When a process of a tree gives back the memory that its start took: most of it is code that it runs never again. */
import { after } from "../base/instant.ts";
import type { Engine } from "../engine/engine.ts";
import type { Host } from "../host/ports/host.ts";
import { sleep } from "../scope/sleep.ts";

/** How long nothing has happened in a process that is at rest. */
const REST_MS = 2_000;

/** Gives it back when a guardian has started, which has nothing to do then. */
export function spareAfterStart({ clock, giveMemoryBack }: Pick<Host, "clock" | "giveMemoryBack">): void {
  clock.schedule(after(clock.now(), REST_MS), giveMemoryBack);
}

/** The memory of a supervisor. */
export class SpareMemory {
  readonly #host: Pick<Host, "giveMemoryBack">;
  readonly #engine: Pick<Engine, "state">;
  /** How the tree was when memory was given back. */
  #last: Engine["state"] | null = null;

  constructor(host: Pick<Host, "giveMemoryBack">, engine: Pick<Engine, "state">) {
    this.#host = host;
    this.#engine = engine;
  }

  /** Gives it back once the tree has started: when nothing happens to it for a while. */
  async afterStart(): Promise<void> {
    let before = null;
    while (before !== this.#engine.state) {
      before = this.#engine.state;
      await sleep(REST_MS);
    }
    this.giveBack();
  }

  /** Gives it back, if anything has happened to the tree since the last time. */
  giveBack(): void {
    const { state } = this.#engine;
    if (state === this.#last) return;
    this.#last = state;
    this.#host.giveMemoryBack();
  }
}
