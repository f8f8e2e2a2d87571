/**
 * The process that the actors of an isolated tree are children of: it has them started, and tells of their deaths and those of
 * their orphans, which come to it. It is started when the first of them is, and another one when it has been killed: what it
 * had started goes on then, as children of the supervisor.
 */
import type { ActorSystem } from "../../actor/current_actor.ts";
import type { ContextFunction } from "../../actor/dialog/exposed.ts";
import type { MsgStream } from "../../actor/dialog/msg_stream.ts";
import { Portal } from "../../actor/dialog/portal.ts";
import type { Link } from "../../actor/link/link.ts";
import { StreamOverrun } from "../../actor/errors.ts";
import { childProcess } from "../../actor/process/child_actor.ts";
import type { ActorRuntime } from "../../actor/runtime.ts";
import { decode, describeMisfit } from "../../base/shape.ts";
import { messageOf } from "../../base/user_error.ts";
import { type ProcessId, type ReapedOrphan, SpawnError } from "../../host/ports/processes.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { Cancelled } from "../../scope/cancelled.ts";
import { openNursery } from "../../scope/nursery.ts";
import { WaitQueue } from "../../sync/wait_queue.ts";
import { PayloadError } from "../../wire/payload.ts";
import type { Exit } from "../../supervision/exit.ts";
import {
  ISOLATOR_MODULE,
  ISOLATOR_VERB,
  type IsolatorNews,
  isolatorNewsShape,
  type RemoteRefusal,
  type RemoteSpec,
  type StartRequest,
} from "./protocol.ts";

/** Milliseconds until an isolator must be there. */
const START_TIMEOUT_MS = 30_000;

/** The functions that an isolator serves. */
interface IsolatorModule {
  isolate: ContextFunction<void, IsolatorNews, StartRequest, [], void>;
}

/** A process that an isolator has started. */
export interface RemoteChild extends ProcessId {
  readonly stdout: null;
  readonly stderr: null;
  readonly started: Promise<SpawnError | null>;
  readonly exited: Promise<Exit>;
  /** The isolator, whose child it is. */
  readonly home: number;
}

/** An isolator has died with a start under way: whether it has started anything is not known. */
export class IsolatorDied extends Error {
  override readonly name = "IsolatorDied";

  constructor() {
    super("its isolator has died");
  }
}

/** The parts of an isolator. */
export interface IsolatorOptions {
  readonly system: ActorSystem;
  readonly runtime: ActorRuntime;
  /** Program and first arguments that start this very program. */
  readonly selfCommand: readonly string[];
  /** The soft limit of open files that actors get; null for the present one. */
  readonly openFilesLimit: number | null;
  /** Address of the tree. */
  readonly path: string;
  /** How a process ends is known from elsewhere, too. */
  readonly exitOf: (process: ProcessId) => Promise<Exit>;
  /** Told that it has reaped a child or an orphan. */
  readonly onDeath: (death: ReapedOrphan) => void;
  /** Told of its process when that is there, and again, with null, when it is gone. */
  readonly onChange: (process: ProcessId | null) => void;
}

interface Pending {
  process: ProcessId | null;
  refusal: RemoteRefusal | null;
  readonly begun: PromiseWithResolvers<SpawnError | null>;
}

/** See the module. */
export class Isolator {
  readonly #options: IsolatorOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #changed = new WaitQueue();
  #stream: MsgStream<IsolatorNews, StartRequest> | null = null;
  #process: ProcessId | null = null;
  /** Why there is none and will be none; null while it is on its way, or there. */
  #failure: SpawnError | IsolatorDied | null = null;
  #isDismissed = false;
  #ids = 0;

  constructor(options: IsolatorOptions) {
    this.#options = options;
  }

  /** Whether it is gone, or could not be started. */
  get isOver(): boolean {
    return this.#failure !== null;
  }

  /** Its process; null before it is there, and after. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** The task: from its start until it is dismissed, or has died. It raises nothing. */
  async run(): Promise<void> {
    let failure: SpawnError | IsolatorDied = new IsolatorDied();
    try {
      await openNursery(async (nursery) => {
        const link = await nursery.start<Link>((status) => this.#actor().run(status, nursery), {
          name: "process",
        });
        this.#there(link.peer.pid);
        await new Portal<IsolatorModule>(link, this.#options.runtime).openContext(
          "isolate",
          [],
          (ctx) =>
            ctx.openStream((stream) => this.#converse(stream as MsgStream<IsolatorNews, StartRequest>)),
        );
        nursery.cancelScope.cancel("its tree is over");
      }, { collapse: true });
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      if (this.#process === null) {
        failure = new SpawnError("start", `its isolator could not be started: ${messageOf(error)}`);
      }
    } finally {
      this.#over(failure);
    }
  }

  /** Lets it end when it has nothing more to start. */
  dismiss(): void {
    this.#isDismissed = true;
    this.#changed.wakeAll();
  }

  /**
   * Starts a process. No cancel keeps this from returning what was started.
   *
   * @throws {SpawnError}
   * @throws {IsolatorDied}
   */
  async spawn(spec: RemoteSpec): Promise<RemoteChild> {
    return (await new CancelScope({ shield: true }).run(() => this.#spawn(spec)))!;
  }

  async #spawn(spec: RemoteSpec): Promise<RemoteChild> {
    while (this.#stream === null && this.#failure === null) await this.#changed.wait("isolator to be there");
    if (this.#failure !== null) throw this.#failure;
    const id = ++this.#ids;
    const pending: Pending = { process: null, refusal: null, begun: Promise.withResolvers() };
    this.#pending.set(id, pending);
    try {
      await this.#stream!.send({ id, spec: JSON.stringify(spec) }).catch((error) => {
        if (error instanceof PayloadError || error instanceof StreamOverrun) {
          throw new SpawnError("start", error.message);
        }
        // Otherwise it is about to be gone, of which we are told.
      });
      while (pending.process === null && pending.refusal === null) {
        if (this.#failure !== null) throw this.#failure;
        await this.#changed.wait("process to be started");
      }
    } finally {
      if (pending.process === null) this.#pending.delete(id);
    }
    if (pending.process === null) throw errorOf(pending.refusal!);
    const { pid, startTime } = pending.process;
    const exited = this.#options.exitOf(pending.process);
    const started = pending.begun.promise;
    return { pid, startTime, stdout: null, stderr: null, started, exited, home: this.#process?.pid ?? 0 };
  }

  #actor() {
    const { system, runtime, selfCommand, openFilesLimit, path } = this.#options;
    return childProcess(system, runtime, {
      name: `isolator of ${path === "" ? "the tree" : path}`,
      modules: { "": ISOLATOR_MODULE },
      death: "kill",
      // A signal to a whole group is not meant for it: the supervisor decides.
      sigterm: "ignore",
      debug: false,
      exec: [...selfCommand, ISOLATOR_VERB, JSON.stringify({ openFilesLimit })],
      cwd: "/",
      startTimeoutMs: START_TIMEOUT_MS,
      // It has nothing to clean up.
      graceMs: 0,
    });
  }

  #there(pid: number): void {
    this.#process = this.#options.system.host.processes.find(pid) ?? { pid, startTime: 0 };
    this.#options.onChange(this.#process);
  }

  async #converse(stream: MsgStream<IsolatorNews, StartRequest>): Promise<void> {
    this.#stream = stream;
    this.#changed.wakeAll();
    await openNursery(async (nursery) => {
      nursery.startSoon(async () => {
        while (true) this.#hear(newsOf(await stream.receive()));
      }, { name: "news" });
      while (!this.#isDismissed) await this.#changed.wait("end of the tree");
      nursery.cancelScope.cancel("its tree is over");
    }, { collapse: true });
  }

  #hear(news: IsolatorNews): void {
    if (news.kind === "death") return this.#options.onDeath(news.death);
    const pending = this.#pending.get(news.id);
    if (pending === undefined) return;
    if (news.kind === "spawned") pending.process = news.process;
    else if (news.kind === "refused") pending.refusal = news.why;
    else {
      pending.begun.resolve(news.why === null ? null : errorOf(news.why));
      this.#pending.delete(news.id);
    }
    this.#changed.wakeAll();
  }

  #over(failure: SpawnError | IsolatorDied): void {
    this.#failure = failure;
    const error = failure instanceof SpawnError ? failure : new SpawnError("start", failure.message);
    for (const { begun } of this.#pending.values()) begun.resolve(error);
    this.#pending.clear();
    if (this.#process !== null) this.#options.onChange(null);
    this.#process = null;
    this.#changed.wakeAll();
  }
}

/** @throws If it is none: nothing that such an isolator says can be trusted, and it is ended. */
function newsOf(received: unknown): IsolatorNews {
  const news = decode(isolatorNewsShape, received);
  if (news.ok) return news.value;
  throw new Error(`An isolator has told something that cannot be read: ${describeMisfit(news)}`);
}

function errorOf({ stage, message }: RemoteRefusal): SpawnError {
  return new SpawnError(stage, message);
}
