/**
 * One worker, as the context sees it that it belongs to: an actor, and the stream over which it is given jobs.
 *
 * Invariants:
 * 1. `run` does not end before the worker is over, and nothing is left of it.
 * 2. A job ends with its reply, or with the word that the worker has not taken it, or with the end of the worker.
 */
import { CancelScope } from "../scope/cancel_scope.ts";
import { Cancelled } from "../scope/cancelled.ts";
import { type Nursery, openNursery } from "../scope/nursery.ts";
import { checkpointIfCancelled } from "../scope/park.ts";
import type { TaskStatus } from "../scope/task_status.ts";
import { Event } from "../sync/event.ts";
import { messageOf } from "../base/user_error.ts";
import { PayloadError } from "../wire/payload.ts";
import type { ProcessRow } from "../host/ports/processes.ts";
import { RemoteActorError } from "../actor/errors.ts";
import type { ActorProcess } from "../actor/process/actor_process.ts";
import type { ContextFunction } from "../actor/dialog/exposed.ts";
import type { MsgStream } from "../actor/dialog/msg_stream.ts";
import { refusedArgument } from "../actor/dialog/start_request.ts";
import { Portal, type PortalOwner } from "../actor/dialog/portal.ts";
import type { Link } from "../actor/link/link.ts";
import { type BrokenWorker, BrokenWorkerError } from "./errors.ts";
import type { Job, JobMessage, JobReply, WorkerOrders } from "./job.ts";
import { KnownFunctions } from "./known_functions.ts";
import type { Usage, Watched } from "./limits.ts";
import { waitFor } from "./wait_for.ts";

/** The functions that a worker serves. */
interface WorkModule {
  work: ContextFunction<void, JobReply, JobMessage, [WorkerOrders], void>;
}

/** The parts of a worker. */
export interface WorkerOptions {
  readonly name: string;
  readonly actor: ActorProcess;
  readonly owner: PortalOwner;
  readonly orders: WorkerOrders;
  /** Reads the usage of a process, null if it is gone; null for a thread. */
  readonly findProcess: ((pid: number) => Pick<ProcessRow, "cpuMs" | "rss"> | null) | null;
}

/** The worker is over, or about to be, and has not taken the job. */
export const NOT_TAKEN = Symbol("not taken");

/** See the module. */
export class Worker implements Watched<JobReply | typeof NOT_TAKEN> {
  readonly #options: WorkerOptions;
  readonly #ended = new Event();
  readonly #dismissed = new Event();
  #stream: MsgStream<JobReply, JobMessage> | null = null;
  #pid = 0;
  #failure: RemoteActorError | null = null;
  #isKilled = false;
  readonly #functions = new KnownFunctions();

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** Whether it was killed, and is over or about to be. */
  get isKilled(): boolean {
    return this.#isKilled;
  }

  /** Whether it is over, and nothing is left of it. */
  get isOver(): boolean {
    return this.#ended.isSet;
  }

  /** Whether it is known to have died, even if nobody has been told yet. */
  get isDead(): boolean {
    return this.#options.actor.hasEnded;
  }

  /** Its description in errors. */
  get description(): BrokenWorker {
    const { name, actor, findProcess } = this.#options;
    return { name, type: findProcess === null ? "thread" : "process", pid: this.#pid, status: actor.status };
  }

  /** The error with which it failed between two jobs; null if it has not. */
  get failure(): RemoteActorError | null {
    return this.#isKilled ? null : this.#failure;
  }

  /** Whether it has ended by itself, and without an error. */
  get hasEndedWell(): boolean {
    const { status } = this.#options.actor;
    return this.#failure === null && status?.how === "exited" && status.code === 0;
  }

  /**
   * Starts it, says when it takes jobs, and looks after it until it is over. From then on no cancel ends it: it is
   * dismissed or killed.
   *
   * @throws {BrokenWorkerError} If it does not come to take jobs.
   */
  async run(status: TaskStatus<void>): Promise<void> {
    const scope = new CancelScope();
    try {
      await scope.run(() =>
        openNursery(async (nursery) => {
          const link = await nursery.start<Link>((inner) => this.#live(inner, nursery), { name: "process" });
          this.#pid = link.peer.pid;
          await this.#converse(link, () => {
            // A worker whose start is cancelled by now has not become ready.
            checkpointIfCancelled();
            scope.shield = true;
            status.started();
          });
        }, { collapse: true })
      );
    } catch (error) {
      if (this.#stream === null) {
        if (error instanceof Cancelled) throw error;
        throw this.#broken(`A worker could not be started (${messageOf(error)})`, error);
      }
      if (error instanceof RemoteActorError) this.#failure = error;
    } finally {
      this.#ended.set();
    }
  }

  /**
   * Has a job done.
   *
   * @returns The reply; {@linkcode NOT_TAKEN} if the worker is over, or about to be, and has not begun with it.
   * @throws {PayloadError} If the arguments or the result cannot be sent; the worker is none the worse for it.
   * @throws {BrokenWorkerError} If the worker has ended instead; nothing is left of it.
   * @throws {Cancelled} The worker was killed.
   */
  async do(job: Job): Promise<JobReply | typeof NOT_TAKEN> {
    const stream = this.#stream!;
    let isSent = false;
    try {
      // A job that fails here has not left this process, unless it is cancelled.
      const message = this.#functions.messageOf(job);
      if (!stream.trySend(message)) await waitFor(job, () => stream.send(message));
      isSent = true;
      this.#functions.sent(message);
      return await stream.next(!job.killOnCancel);
    } catch (error) {
      if (error instanceof PayloadError) throw refusedArgument(job.name, argumentsOf(job)) ?? error;
      const isCancelled = error instanceof Cancelled;
      // Each job is answered before the worker closes its side.
      if (!isCancelled && (!isSent || stream.isClosedThere)) return NOT_TAKEN;
      this.kill();
      await new CancelScope({ shield: true }).run(() => this.#ended.wait());
      throw isCancelled ? error : this.#broken(`The worker of the job "${job.name}" has ended`, error);
    }
  }

  /** Ends it, whatever it is doing. */
  kill(): void {
    this.#isKilled = true;
    this.#options.actor.kill();
  }

  usage(): Usage | null {
    const row = this.#options.findProcess?.(this.#pid) ?? null;
    return row === null ? null : { memory: row.rss, cpuTime: row.cpuMs };
  }

  /** Tells it that there are no more jobs. */
  dismiss(): void {
    this.#dismissed.set();
  }

  /** Calls back once nothing of it runs any more; a thread that nothing interrupts goes on after its end was given up. */
  whenGone(callback: () => void): void {
    this.#options.actor.whenGone(callback);
  }

  async #live(status: TaskStatus<Link>, nursery: Nursery): Promise<void> {
    await this.#options.actor.run(status, nursery);
    this.dismiss();
  }

  async #converse(link: Link, onReady: () => void): Promise<void> {
    const { owner, orders } = this.#options;
    await new Portal<WorkModule>(link, owner).openContext(
      "work",
      [orders],
      (ctx) =>
        ctx.openStream(async (stream) => {
          onReady();
          this.#stream = stream as MsgStream<JobReply, JobMessage>;
          await this.#dismissed.wait();
        }),
    );
  }

  #broken(what: string, cause: unknown): BrokenWorkerError {
    return new BrokenWorkerError(what, [this.description], { cause });
  }
}

/** Those of all calls of a chunk. */
function argumentsOf({ args, isChunk }: Job): readonly unknown[] {
  return isChunk ? (args as readonly (readonly unknown[])[]).flat() : args;
}
