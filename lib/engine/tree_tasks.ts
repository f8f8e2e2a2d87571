import type { NodeId } from "../config/plan.ts";
import { type Nursery, openNursery } from "../scope/nursery.ts";
import { Event } from "../sync/event.ts";
import type { StartTask } from "./run/run_tasks.ts";

/** A task to start. */
interface Job {
  readonly name: string;
  readonly body: () => Promise<void>;
}

/**
 * The supervisors as tasks: a nursery for each, inside the nursery of the one above. The tasks of a supervisor belong to
 * its nursery, so that they cannot outlive the supervisor, and one that is cancelled takes all that is below it along.
 */
export class TreeTasks {
  readonly #outer: Nursery;
  readonly #open = new Map<NodeId, OpenTree>();

  /** @param outer The nursery that the root supervisor's task is started in. */
  constructor(outer: Nursery) {
    this.#outer = outer;
  }

  /**
   * Starts the task of a supervisor.
   *
   * @param parent The supervisor that it belongs to itself; null for the root.
   */
  open(node: NodeId, parent: NodeId | null, isolate: boolean): void {
    const tree = new OpenTree(parent, isolate);
    this.#open.set(node, tree);
    const name = `supervisor ${node}`.trim();
    if (parent === null) this.#outer.startSoon(() => tree.run(), { name });
    else this.start(parent, name, () => tree.run());
  }

  /** The nearest of a supervisor and those around it whose actors have a process of their own for a parent; null if none. */
  isolatedBy(node: NodeId): NodeId | null {
    let at: NodeId | null = node;
    while (at !== null && this.#open.get(at)?.isolate === false) at = this.#open.get(at)!.parent;
    return at;
  }

  /** Starts a task that belongs to a supervisor. */
  start(node: NodeId, name: string, body: () => Promise<void>): void {
    this.#open.get(node)?.start(name, body);
  }

  /** How to start tasks that belong to a supervisor, which is at work. */
  starterFor(node: NodeId): StartTask {
    return this.#open.get(node)!.start;
  }

  /** Lets the task of a supervisor end when all that it has started has ended. */
  close(node: NodeId): void {
    this.#open.get(node)?.close();
    this.#open.delete(node);
  }
}

/** A supervisor that is at work. */
class OpenTree {
  readonly parent: NodeId | null;
  readonly isolate: boolean;
  readonly #closed = new Event();
  /** Jobs that came before there was a nursery. */
  readonly #early: Job[] = [];
  /** Null before the task has begun, and when it is over. */
  #nursery: Nursery | null = null;

  constructor(parent: NodeId | null, isolate: boolean) {
    this.parent = parent;
    this.isolate = isolate;
  }

  /** Starts a task. */
  readonly start: StartTask = (name, body) => {
    if (this.#nursery !== null) this.#nursery.startSoon(body, { name });
    else this.#early.push({ name, body });
  };

  close(): void {
    this.#closed.set();
  }

  /** The task. */
  async run(): Promise<void> {
    try {
      await openNursery(async (nursery) => {
        this.#nursery = nursery;
        for (const { name, body } of this.#early.splice(0)) nursery.startSoon(body, { name });
        await this.#closed.wait();
      });
    } finally {
      this.#nursery = null;
    }
  }
}
