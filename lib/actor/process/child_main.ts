/** The program of an actor's process: it joins its parent, loads its modules, and serves until its end. */
import type { ActorHost, Host } from "../../host/ports/host.ts";
import type { Program } from "../../host/ports/program.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { Cancelled } from "../../scope/cancelled.ts";
import { reportError } from "../../scope/error_report.ts";
import { run } from "../../scope/run.ts";
import { sleepForever } from "../../scope/sleep.ts";
import { encodeError } from "../../wire/error_box.ts";
import { ACTOR_DIALOG, Kind } from "../../wire/message.ts";
import { encodePayload } from "../../wire/payload.ts";
import { becomeActor } from "../current_actor.ts";
import { NotExposed, RemoteActorError } from "../errors.ts";
import { CrashHolder } from "../debug/hold_crash.ts";
import type { Link } from "../link/link.ts";
import { ActorRuntime } from "../runtime.ts";
import { type Joined, joinParent, type ParentLine } from "./join_parent.ts";
import { type ActorSpawnSpec, PARENT_VARIABLE, TOKEN_VARIABLE } from "./spawn_spec.ts";

/** The parts of the machine that an actor's process needs. */
export interface ChildSystem {
  readonly host: ActorHost;
  readonly program: Pick<
    Program,
    "environment" | "uid" | "pid" | "onSignal" | "onExit" | "stderr" | "openInspector"
  >;
  /** Imports a module by its URL. */
  readonly load: (url: string) => Promise<Readonly<Record<string, unknown>>>;
  /** Opens the whole host, which few actors need. */
  readonly openHost?: () => Promise<Host>;
  /** The connection to the parent, where it need not be opened, and the proof of who this is. */
  readonly line?: ParentLine;
  /** Shuffles the tasks that are ready; without it they go on in order. */
  readonly random?: () => number;
}

/** Exit codes of an actor's process. */
const ENDED = 0;
const FAILED = 1;
/** How long an end without the parent may take: the kernel ends this process after 3 seconds, and with it who looks after those below. */
const ORPHANED_MS = 2_500;

/** Runs the actor to its end. @returns The exit code of its process. */
export async function actorMain(system: ChildSystem): Promise<number> {
  return await run(async () => await new ChildActor(system, await joinParent(system)).run(), {
    clock: system.host.clock,
    random: system.random ?? null,
    name: "actor",
  });
}

class ChildActor {
  readonly #system: ChildSystem;
  readonly #joined: Joined;
  readonly #runtime: ActorRuntime;
  /** Null unless it is being debugged. */
  #holder: CrashHolder | null = null;
  /** Whether the parent has gone before this actor. */
  #isOrphan = false;
  #exitCode = ENDED;

  constructor(system: ChildSystem, joined: Joined) {
    this.#system = system;
    this.#joined = joined;
    this.#runtime = new ActorRuntime({
      host: system.host,
      self: joined.self,
      uids: new Set([system.program.uid, ...joined.spec.uids]),
      isCancellable: true,
      onError: async (error, name) => await this.#holder?.hold(error, name),
      onOrphaned: () => {
        this.#isOrphan = true;
        this.#cancel("the parent is gone", ORPHANED_MS);
      },
    });
  }

  async run(): Promise<number> {
    const { program, host } = this.#system;
    const { parentPid, death, debug } = this.#joined.spec;
    // A process without a parent begins nothing: a module that never comes to an end would hear of the loss too late.
    if (parentPid !== 0 && !host.processes.dieWithParent(parentPid, death)) return ENDED;
    becomeActor(this.#runtime);
    if (debug) this.#holder = new CrashHolder(this.#runtime, program, program.openInspector());
    const undo = [
      // Signals are for a process as a whole, and a thread is none.
      ...(this.#system.line === undefined ? this.#takeSignals() : []),
      program.onExit(() => this.#runtime.lifetime.runNow()),
    ];
    try {
      await this.#runtime.run(() => this.#main());
    } catch (error) {
      if (!(error instanceof Cancelled)) await this.#report(error);
    } finally {
      if (this.#isOrphan) await this.#sweep();
      for (const one of undo) one();
    }
    return this.#exitCode;
  }

  /** Ends the programs that it has started: the parent would do that, and is gone. */
  async #sweep(): Promise<void> {
    const { openHost, program, line } = this.#system;
    const token = program.environment[TOKEN_VARIABLE];
    if (openHost === undefined || token === undefined || line !== undefined) return;
    const [host, { sweep }] = await Promise.all([openHost(), import("./kill_tree.ts")]);
    const leftMs = Math.min(ORPHANED_MS, this.#runtime.deadline.at - host.clock.now());
    await new CancelScope({ shield: true }).run(() => sweep(host, token, Math.max(0, leftMs)));
  }

  #takeSignals(): readonly (() => void)[] {
    const { program } = this.#system;
    const { sigterm } = this.#joined.spec;
    const onTerm = () => {
      if (sigterm === "cancel") this.#cancel("SIGTERM");
    };
    return [
      ...(sigterm === "die" ? [] : [program.onSignal("SIGTERM", onTerm)]),
      // The program that holds the terminal decides what Ctrl-C, and the end of the terminal, mean for the tree.
      program.onSignal("SIGINT", () => {}),
      ...(this.#isInTerminalOfParent ? [program.onSignal("SIGHUP", () => {})] : []),
      program.onSignal("SIGCONT", () => this.#holder?.release()),
    ];
  }

  /** Actors of a supervisor are in sessions of their own, and workers have nothing to clean up. */
  get #isInTerminalOfParent(): boolean {
    const isOfActor = this.#system.program.environment[PARENT_VARIABLE] !== undefined;
    return isOfActor && this.#joined.spec.sigterm === "cancel";
  }

  #cancel(reason: string, withinMs: number | null = null): void {
    this.#runtime.cancel({ canceller: null, reason, withinMs });
  }

  async #main(): Promise<void> {
    const parent = this.#runtime.joinParent(this.#joined);
    try {
      await this.#serve(parent);
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      await this.#fail(parent, error);
    }
  }

  async #serve(parent: Link): Promise<void> {
    const { modules, main } = this.#joined.spec;
    const loaded = new Map<string, Readonly<Record<string, unknown>>>();
    for (const [name, url] of Object.entries(modules)) {
      loaded.set(name, await fromPromise(this.#system.load(url)));
    }
    this.#runtime.modules = loaded;
    const run = main === null ? null : mainOf(loaded.get("") ?? {}, main);
    this.#send(parent, Kind.started, encodePayload({ ...this.#joined.self }));
    if (run === null) return await sleepForever();
    this.#send(parent, Kind.return, encodePayload(await run()));
  }

  async #fail(parent: Link, error: unknown): Promise<void> {
    await this.#report(error);
    await this.#holder?.hold(error, this.#joined.spec.main?.export ?? "its modules");
    const { path } = this.#joined.self;
    const payload = encodeError(error, path, (one) => one instanceof RemoteActorError ? one : null);
    this.#send(parent, Kind.error, payload);
  }

  async #report(error: unknown): Promise<void> {
    this.#exitCode = FAILED;
    const { path } = this.#joined.self;
    await this.#system.program.stderr.write(`Actor "${path}" has failed: ${reportError(error)}\n`);
  }

  #send(parent: Link, kind: Kind, payload: Uint8Array): void {
    parent.send({ kind, dialog: ACTOR_DIALOG, number: 0, payload });
  }
}

/** The function to run; null if there is none and need not be. */
function mainOf(
  exports: Readonly<Record<string, unknown>>,
  main: NonNullable<ActorSpawnSpec["main"]>,
): (() => Promise<unknown>) | null {
  const body = exports[main.export];
  if (body === undefined && main.isOptional) return null;
  if (typeof body !== "function") throw new NotExposed(`The module exports no function "${main.export}"`);
  return async () => await (body as (...args: readonly unknown[]) => unknown)(...main.args);
}
