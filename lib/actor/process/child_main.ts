/** What runs in the process of an actor: it joins whoever has started it, loads its modules, and serves until its end. */
import type { Host } from "../../host/ports/host.ts";
import type { Program } from "../../host/ports/program.ts";
import { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { Cancelled } from "../../scope/cancelled.ts";
import { reportError } from "../../scope/error_report.ts";
import { openNursery } from "../../scope/nursery.ts";
import { run } from "../../scope/run.ts";
import { sleepForever } from "../../scope/sleep.ts";
import { encodeError } from "../../wire/error_box.ts";
import { ACTOR_DIALOG, decodeMessage, Kind } from "../../wire/message.ts";
import { decodePayload, encodePayload } from "../../wire/payload.ts";
import { addressOf, becomeActor } from "../current_actor.ts";
import { NotExposed, RemoteActorError } from "../errors.ts";
import { greet } from "../link/handshake.ts";
import { HandshakeError, type Identity } from "../link/identity.ts";
import { CrashHolder } from "../debug/hold_crash.ts";
import type { Link } from "../link/link.ts";
import { randomId } from "../random_id.ts";
import type { Begun } from "../link/connections.ts";
import { ActorRuntime } from "../runtime.ts";
import { PARENT_VARIABLE, readSpec, type SpawnSpec, TOKEN_VARIABLE } from "./spawn_spec.ts";

/** What an actor's process needs of the machine. */
export interface ChildSystem {
  readonly host: Host;
  readonly program: Pick<
    Program,
    "environment" | "uid" | "pid" | "onSignal" | "onExit" | "stderr" | "openInspector"
  >;
  /** Imports a module by its URL. */
  readonly load: (url: string) => Promise<Readonly<Record<string, unknown>>>;
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
  return await run(async () => await new ChildActor(system, await join(system)).run(), {
    clock: system.host.clock,
    random: system.random ?? null,
    name: "actor",
  });
}

/** A child that has connected to its parent, and knows what it is to be. */
interface Joined extends Begun {
  readonly spec: SpawnSpec;
  readonly self: Identity;
}

/** @throws {UserError} If this is not the child of an actor, or of a supervisor. */
async function join({ host, program }: ChildSystem): Promise<Joined> {
  const { address, token } = parentOf(program.environment);
  const id = randomId(host);
  const provisional = { id, name: "actor", path: "actor", pid: program.pid, address: addressOf(id) };
  const connection = await fromPromise(host.sockets.connect(address));
  if (connection === null) throw notJoined(`nobody listens at ${address}`);
  try {
    const { hello, reader } = await greet(connection, provisional, token);
    const frame = await reader.next();
    const message = frame === null ? null : decodeMessage(frame);
    if (message?.kind !== Kind.start || message.dialog !== ACTOR_DIALOG || message.payload === null) {
      throw new HandshakeError("it does not say what this actor is to be");
    }
    const spec = readSpec(decodePayload(message.payload));
    const self = { ...provisional, name: spec.name, path: spec.path };
    return { connection, reader, peer: hello.actor, isConnector: true, spec, self };
  } catch (error) {
    connection.close();
    throw error instanceof HandshakeError ? notJoined(error.message) : error;
  }
}

function parentOf(environment: Program["environment"]): { readonly address: string; readonly token: string } {
  const address = environment[PARENT_VARIABLE] ?? environment["SUPERVISE_SOCKET"];
  const token = environment[PARENT_VARIABLE] === undefined
    ? environment["SUPERVISE_RUN"]
    : environment[TOKEN_VARIABLE];
  if (address === undefined || token === undefined) throw notJoined("the environment does not say who it is");
  return { address, token };
}

function notJoined(why: string): UserError {
  return new UserError("actor/no-parent", `Cannot join whoever has started this actor: ${why}`, {
    hint: "actors are started by supervise up, or by startActor of the library",
  });
}

class ChildActor {
  readonly #system: ChildSystem;
  readonly #joined: Joined;
  readonly #runtime: ActorRuntime;
  /** Null unless it is being debugged. */
  #holder: CrashHolder | null = null;
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
    });
  }

  async run(): Promise<number> {
    const { program, host } = this.#system;
    const { parentPid, death, sigterm, debug } = this.#joined.spec;
    // Who has no parent any more begins nothing: a module that never comes to an end would hear of that too late.
    if (parentPid !== 0 && !host.processes.dieWithParent(parentPid, death)) return ENDED;
    becomeActor(this.#runtime);
    if (debug) this.#holder = new CrashHolder(this.#runtime, program, program.openInspector());
    const undo = [
      ...(sigterm === "die" ? [] : [
        program.onSignal("SIGTERM", () => {
          if (sigterm === "cancel") this.#cancel("SIGTERM");
        }),
      ]),
      // Whoever holds the terminal decides what Ctrl-C means for the tree.
      program.onSignal("SIGINT", () => {}),
      program.onSignal("SIGCONT", () => this.#holder?.release()),
      program.onExit(() => this.#runtime.lifetime.runNow()),
    ];
    try {
      await this.#runtime.run(() => this.#main());
    } catch (error) {
      if (!(error instanceof Cancelled)) await this.#report(error);
    } finally {
      for (const one of undo) one();
    }
    return this.#exitCode;
  }

  #cancel(reason: string, withinMs: number | null = null): void {
    this.#runtime.cancel({ canceller: null, reason, withinMs });
  }

  async #main(): Promise<void> {
    const parent = this.#runtime.joinParent(this.#joined);
    await openNursery(async (nursery) => {
      nursery.startSoon(async () => {
        await parent.closed();
        this.#cancel("the parent is gone", ORPHANED_MS);
      }, { name: "end of the parent" });
      try {
        await this.#serve(parent);
      } catch (error) {
        if (error instanceof Cancelled) throw error;
        await this.#fail(parent, error);
      }
      nursery.cancelScope.cancel("the actor is over");
    }, { collapse: true });
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
  main: NonNullable<SpawnSpec["main"]>,
): (() => Promise<unknown>) | null {
  const body = exports[main.export];
  if (body === undefined && main.isOptional) return null;
  if (typeof body !== "function") throw new NotExposed(`The module exports no function "${main.export}"`);
  return async () => await (body as (...args: readonly unknown[]) => unknown)(...main.args);
}
