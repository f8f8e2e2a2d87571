import { CancelScope } from "../../scope/cancel_scope.ts";
import { Event } from "../../sync/event.ts";

/** Starts a task in the nursery of a supervisor. */
export type StartTask = (name: string, body: () => Promise<void>) => void;

/** The tasks of a run beside the run itself, such as its probes: tasks of its supervisor that end with the run. */
export class RunTasks {
  readonly #start: StartTask;
  readonly #scopes = new Set<CancelScope>();
  #isOver = false;
  /** Set when the last one has ended; null while nobody waits for that. */
  #ended: Event | null = null;

  constructor(start: StartTask) {
    this.#start = start;
  }

  /** Starts one; nothing if the run is over. */
  startSoon(body: () => Promise<void>, { name }: { readonly name: string }): void {
    if (this.#isOver) return;
    const scope = new CancelScope();
    this.#scopes.add(scope);
    this.#start(name, async () => {
      try {
        await scope.run(body);
      } finally {
        this.#scopes.delete(scope);
        if (this.#scopes.size === 0) this.#ended?.set();
      }
    });
  }

  /** Cancels all, and waits until they have ended; no cancel keeps it from that. */
  async end(): Promise<void> {
    this.#isOver = true;
    for (const scope of this.#scopes) scope.cancel("the run is over");
    if (this.#scopes.size === 0) return;
    const ended = this.#ended = new Event();
    await new CancelScope({ shield: true }).run(() => ended.wait());
  }
}
