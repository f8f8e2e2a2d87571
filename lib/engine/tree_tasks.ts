import type { NodeId } from "../config/plan.ts";
import { openMemoryChannel, type ReceiveChannel, type SendChannel } from "../sync/memory_channel.ts";
import { type Nursery, openNursery } from "../scope/nursery.ts";

/** A supervisor that is at work. */
interface OpenTree {
  readonly jobs: SendChannel<Job>;
  readonly parent: NodeId | null;
  readonly isolate: boolean;
}

/** A task to start. */
interface Job {
  readonly name: string;
  readonly body: () => Promise<void>;
}

/**
 * The supervisors as tasks: a nursery for each, inside the nursery of the one above. What a supervisor starts belongs to
 * its nursery, so that it cannot outlive the supervisor, and one that is cancelled takes all that is below it along.
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
    const [jobs, pending] = openMemoryChannel<Job>(Infinity);
    this.#open.set(node, { jobs, parent, isolate });
    const name = `supervisor ${node}`.trim();
    if (parent === null) this.#outer.startSoon(() => supervise(pending), { name });
    else this.start(parent, name, () => supervise(pending));
  }

  /** The nearest of a supervisor and those around it whose actors have a process of their own for a parent; null if none. */
  isolatedBy(node: NodeId): NodeId | null {
    let at: NodeId | null = node;
    while (at !== null && this.#open.get(at)?.isolate === false) at = this.#open.get(at)!.parent;
    return at;
  }

  /** Starts a task that belongs to a supervisor. */
  start(node: NodeId, name: string, body: () => Promise<void>): void {
    this.#open.get(node)?.jobs.sendNowait({ name, body });
  }

  /** Lets the task of a supervisor end when all that it has started has ended. */
  close(node: NodeId): void {
    this.#open.get(node)?.jobs.close();
    this.#open.delete(node);
  }
}

async function supervise(jobs: ReceiveChannel<Job>): Promise<void> {
  await openNursery(async (nursery) => {
    for await (const { name, body } of jobs) nursery.startSoon(body, { name });
  });
}
