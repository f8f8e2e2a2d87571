/**
 * A child actor, as its parent sees it: what it lives in, and the connection to it. One task of the nursery that it was started
 * in looks after it from its start to the end of its process.
 *
 * Invariants:
 * 1. The task does not end before the process has ended. Nothing that bears its token outlives the nursery: a task of its own
 *    sees to that, so that the end is told at once.
 * 2. Every wait for the child is a wait for the death of its process too.
 * 3. A cancel asks it to end, then signals it, then kills it and all that it has started, within one grace time. The child
 *    is told how long it has, less than that, and shares it out below: a deep tree takes as long as a flat one. It is told
 *    again when that becomes less: a cancel of a call can come before that of the actor, and says nothing of time.
 */
import { after, earliest, type Instant, latest } from "../../base/instant.ts";
import { messageOf } from "../../base/user_error.ts";
import { type ExitStatus, SpawnError } from "../../host/ports/processes.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { Cancelled } from "../../scope/cancelled.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import type { TaskStatus } from "../../scope/task_status.ts";
import { Event } from "../../sync/event.ts";
import { WaitQueue } from "../../sync/wait_queue.ts";
import { ACTOR_DIALOG, Kind } from "../../wire/message.ts";
import { builtinsAt } from "../builtins.ts";
import type { Dialog } from "../dialog/dialog.ts";
import { ActorDied, ActorStartError, describeStatus, RemoteActorError } from "../errors.ts";
import { heardWithin } from "../link/heard_within.ts";
import { type Identity, readIdentity } from "../link/identity.ts";
import type { Link } from "../link/link.ts";
import type { ActorRuntime } from "../runtime.ts";
import { type EndSchedule, endSchedule } from "./end_schedule.ts";
import { type ActorSpawnSpec, encodeSpec } from "./spawn_spec.ts";
import { decodePayload } from "../../wire/payload.ts";
import type { ActorHome, Launch } from "./actor_home.ts";

/** How a process is started, and how it is ended. */
export interface ActorProcessOptions {
  readonly runtime: ActorRuntime;
  readonly launch: Launch;
  readonly spec: ActorSpawnSpec;
  readonly token: string;
  /** Milliseconds from the start to the answer that it is ready. */
  readonly startTimeoutMs: number;
  /** Milliseconds from a cancel to SIGKILL. */
  readonly graceMs: number;
}

/** The nursery that a child is started in, as far as it needs it. */
export interface Sweepers {
  startSoon(body: () => Promise<void>, options: { readonly name: string }): void;
}

/** See the module. */
export class ActorProcess {
  readonly #options: ActorProcessOptions;
  readonly #changed = new WaitQueue();
  readonly #exited = new Event();
  #home: ActorHome | null = null;
  #status: ExitStatus | null = null;
  #isGone = false;
  #link: Link | null = null;
  /** The dialog that stands for the whole process: its start, and its end. */
  #dialog: Dialog | null = null;

  constructor(options: ActorProcessOptions) {
    this.#options = options;
  }

  /** How it has ended; null while it has not. */
  get status(): ExitStatus | null {
    return this.#status;
  }

  /** Whether it has ended, even if nobody has been told yet. */
  get hasEnded(): boolean {
    return this.#status !== null || this.#home?.hasEnded() === true;
  }

  /**
   * Starts it, says when it is ready, and looks after it until it has ended.
   *
   * @param sweepers Where a task may go on that ends what it has left.
   * @throws {ActorStartError} If it did not come to be ready.
   * @throws {ActorDied} If it ended without having been asked to.
   */
  async run(status: TaskStatus<Link>, sweepers: Sweepers): Promise<void> {
    const { runtime, token, spec } = this.#options;
    const unexpect = runtime.expect(token, {
      identity: { name: spec.name, path: spec.path },
      onJoin: (link) => this.#joined(link),
      explainLoss: () => this.#explainLoss(),
    });
    try {
      this.#launch();
      status.started(await this.#start());
      await this.#end();
    } catch (error) {
      await this.#tearDown(sweepers);
      throw error instanceof Cancelled ? this.#cleanupError() ?? error : error;
    } finally {
      unexpect();
    }
    this.#sweep(sweepers, this.#endOf(this.#options.runtime.host.clock.now()));
    this.#conclude();
  }

  /** Calls back once none of it runs any more, at once if so; a thread may go on after its end was given up. */
  whenGone(callback: () => void): void {
    if (this.#home === null || this.#isGone) callback();
    else void this.#home.gone.then(callback);
  }

  /** Ends it, and all that it has started, without a word. Nothing if it has ended. */
  kill(): void {
    if (this.#status === null) this.#home?.kill();
  }

  #launch(): void {
    const { runtime, launch, token, spec } = this.#options;
    try {
      this.#home = launch({ address: runtime.self.address!, token });
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      throw new ActorStartError(spec.name, error.message, null, { cause: error });
    }
    void this.#home.gone.then(() => this.#isGone = true);
    void this.#home.exited.then((status) => {
      this.#status = status;
      this.#exited.set();
      this.#changed.wakeAll();
    });
  }

  /** Waits until it has connected, and has what it needs to serve. */
  async #start(): Promise<Link> {
    const { spec, startTimeoutMs, runtime } = this.#options;
    const said = await moveOnAfter(startTimeoutMs, async () => {
      const link = await this.#joining();
      this.#dialog = link.adopt(ACTOR_DIALOG);
      this.#dialog.send(Kind.start, 0, encodeSpec(spec));
      return await this.#readiness(this.#dialog);
    });
    if (said === undefined) {
      throw new ActorStartError(spec.name, `it was not ready within ${startTimeoutMs} ms`, null);
    }
    // It is called as it was named, whatever it says.
    const identity = { ...said, name: spec.name, path: spec.path };
    if (!runtime.registry.add(identity, this.#link)) {
      throw new ActorStartError(spec.name, "it says that it is another actor", null);
    }
    if (runtime.parent !== null) await builtinsAt(runtime, runtime.parent).register(identity);
    return this.#link!;
  }

  async #joining(): Promise<Link> {
    while (this.#link === null && this.#status === null) await this.#changed.wait("actor to connect");
    if (this.#link !== null) return this.#link;
    throw this.#startError("before it connected");
  }

  async #readiness(dialog: Dialog): Promise<Identity> {
    await dialog.until("actor to be ready", () => dialog.started !== null || dialog.final !== null);
    const identity = dialog.started === null ? null : readIdentity(decodePayload(dialog.started));
    if (identity !== null) return identity;
    const { final } = dialog;
    const cause = final !== null && final.how !== "returned" ? final.error : undefined;
    // The actor's own words are the reason, also if its end is known by the time that they are read.
    if (cause !== undefined && (this.#status === null || cause instanceof RemoteActorError)) {
      throw new ActorStartError(this.#options.spec.name, messageOf(cause), this.#status, { cause });
    }
    throw this.#startError("before it was ready", cause);
  }

  #startError(when: string, cause?: unknown): ActorStartError {
    const status = this.#status!;
    const why = `its process has ended ${when}: ${describeStatus(status)}`;
    return new ActorStartError(
      this.#options.spec.name,
      why,
      status,
      cause === undefined ? undefined : { cause },
    );
  }

  #joined(link: Link): void {
    this.#link = link;
    this.#changed.wakeAll();
  }

  /** How it ended, if it has, or does in a moment. */
  async #explainLoss(): Promise<ExitStatus | null> {
    await heardWithin(() => this.#exited.wait());
    return this.#status;
  }

  /** Waits until it has ended, and all is read that it said before. */
  async #end(): Promise<void> {
    await this.#exited.wait();
    const link = this.#link;
    if (link?.lost === null) await heardWithin(() => link.closed());
  }

  /** Ends what it has started and left behind, however it has ended; what is still there at `end` is killed. */
  #sweep(sweepers: Sweepers, end: Instant): void {
    const { clock } = this.#options.runtime.host;
    const scope = new CancelScope({ shield: true });
    const sweep = () => this.#home!.sweep(Math.max(0, end - clock.now()));
    sweepers.startSoon(() => scope.run(sweep), { name: `sweep after ${this.#options.spec.name}` });
  }

  #conclude(): void {
    const { final } = this.#dialog!;
    if (final?.how === "cancelled" || final?.how === "returned") return;
    const cause = final?.how === "failed" ? final.error : undefined;
    throw new ActorDied(this.#link!.peer, this.#status!, cause === undefined ? undefined : { cause });
  }

  /** The failure of its cleanup, which outranks the cancel. */
  #cleanupError(): RemoteActorError | null {
    const { final } = this.#dialog ?? { final: null };
    return final?.how === "failed" && final.error instanceof RemoteActorError ? final.error : null;
  }

  /** When it must be over that is ended from `begin` on, or has ended then and left others behind. */
  #endOf(begin: Instant): Instant {
    const { runtime, graceMs } = this.#options;
    return latest(begin, earliest(runtime.deadline.at, after(begin, graceMs)));
  }

  /** Ends it, whatever else is cancelled meanwhile. */
  async #tearDown(sweepers: Sweepers): Promise<void> {
    const home = this.#home;
    if (home === null) return;
    const { runtime, spec } = this.#options;
    const { clock } = runtime.host;
    await new CancelScope({ shield: true }).run(async () => {
      await runtime.held.untilNone(spec.path);
      const begin = clock.now();
      if (this.#dialog !== null) {
        this.#link!.isBeingEnded = true;
        await this.#ask(begin);
        if (this.#status === null) await this.#signal(begin);
      }
      const isLate = this.#status === null;
      if (isLate) home.kill();
      await this.#end();
      this.#sweep(sweepers, isLate ? clock.now() : this.#endOf(begin));
    });
  }

  async #ask(begin: Instant): Promise<void> {
    if (this.#link!.lost !== null) return;
    const { deadline, cancelledBy, host } = this.#options.runtime;
    const reason = cancelledBy?.reason ?? null;
    const leftMs = () => this.#scheduleFrom(begin).signalAt - host.clock.now();
    const dialog = this.#dialog!;
    if (dialog.cancelledAs === null) dialog.requestCancel(reason, leftMs());
    else dialog.hurry(reason, leftMs());
    const unfollow = deadline.onShorten(() => dialog.hurry(reason, leftMs()));
    try {
      await this.#exitedBy(() => this.#scheduleFrom(begin).signalAt);
    } finally {
      unfollow();
    }
  }

  async #signal(begin: Instant): Promise<void> {
    this.#home!.terminate();
    await this.#exitedBy(() => this.#scheduleFrom(begin).killAt);
  }

  /** May become earlier meanwhile. */
  #scheduleFrom(begin: Instant): EndSchedule {
    return endSchedule(begin, this.#endOf(begin));
  }

  /** Waits for its end, until an instant that may become earlier meanwhile. */
  async #exitedBy(instantOf: () => Instant): Promise<void> {
    await this.#options.runtime.deadline.bound(instantOf, () => this.#exited.wait());
  }
}
