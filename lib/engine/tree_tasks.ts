import { type NodeId, type Plan, ROOT, treeAt } from "../config/plan.ts";
import { openMemoryChannel, type ReceiveChannel, type SendChannel } from "../sync/memory_channel.ts";
import { type Nursery, openNursery } from "../scope/nursery.ts";

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
  readonly #plan: Plan;
  readonly #outer: Nursery;
  readonly #open = new Map<NodeId, SendChannel<Job>>();

  /** @param outer The nursery that the root supervisor's task is started in. */
  constructor(plan: Plan, outer: Nursery) {
    this.#plan = plan;
    this.#outer = outer;
  }

  /** Starts the task of a supervisor. */
  open(node: NodeId): void {
    const [jobs, pending] = openMemoryChannel<Job>(Infinity);
    this.#open.set(node, jobs);
    const { parent, path } = treeAt(this.#plan, node);
    const name = `supervisor ${path}`.trim();
    if (node === ROOT || parent === null) this.#outer.startSoon(() => supervise(pending), { name });
    else this.start(parent, name, () => supervise(pending));
  }

  /** Starts a task that belongs to a supervisor. */
  start(node: NodeId, name: string, body: () => Promise<void>): void {
    this.#open.get(node)?.sendNowait({ name, body });
  }

  /** Lets the task of a supervisor end when all that it has started has ended. */
  close(node: NodeId): void {
    this.#open.get(node)?.close();
    this.#open.delete(node);
  }
}

async function supervise(jobs: ReceiveChannel<Job>): Promise<void> {
  await openNursery(async (nursery) => {
    for await (const { name, body } of jobs) nursery.startSoon(body, { name });
  });
}
