/**
 * A run as an actor of the tree: from before its spawn until its end, a process may join with the mark of the run as its
 * token. It gets its orders, serves until it is cancelled, and tells the error of its code.
 *
 * Invariants:
 * 1. Nobody joins in the name of a run that is over, and nothing goes over the connection of one.
 * 2. Others find a member from when it says that it serves, until its connection is lost.
 */
import { moduleUrl } from "../../actor/process/actor_module.ts";
import type { Dialog } from "../../actor/dialog/dialog.ts";
import { RemoteActorError } from "../../actor/errors.ts";
import { heardWithin } from "../../actor/link/heard_within.ts";
import { readIdentity } from "../../actor/link/identity.ts";
import type { Expected } from "../../actor/link/connections.ts";
import type { Link } from "../../actor/link/link.ts";
import type { ActorRuntime } from "../../actor/runtime.ts";
import { type ActorSpawnSpec, encodeSpec } from "../../actor/process/spawn_spec.ts";
import type { ActorSpec } from "../../config/plan.ts";
import { withoutReplica } from "../../config/replica_path.ts";
import type { ExitStatus } from "../../host/ports/processes.ts";
import type { ErrorBox } from "../../wire/error_box.ts";
import { ACTOR_DIALOG, Kind } from "../../wire/message.ts";
import { decodePayload, PayloadError } from "../../wire/payload.ts";

/** Where the runs of an engine join. */
export interface JoinPoint {
  readonly runtime: Pick<ActorRuntime, "expect" | "registry">;
  /** Users who may connect to what has joined, beside root. */
  readonly uids: readonly number[];
  /** The process that modules end with. */
  readonly pid: number;
}

/** The reports of a member. */
export interface MemberReports {
  /** It has connected, and hears when it is cancelled. */
  joined(): void;
  /** Its modules are loaded. */
  loaded(): void;
  /** Its connection is lost, and its process has not ended. */
  parted(): void;
}

/** The parts of a membership. */
export interface MembershipOptions {
  readonly point: JoinPoint;
  readonly spec: ActorSpec;
  /** The mark of the run. */
  readonly token: string;
  readonly reports: MemberReports;
}

/** The parts of a run that a membership needs. */
export interface MemberProcess {
  /** Waits for the end of its process. */
  untilExited(): Promise<ExitStatus>;
  /** The isolator whose child it is; null if it is ours. */
  readonly parentPid: number | null;
  /** Starts a task that ends with the run. */
  startSoon(name: string, body: () => Promise<void>): void;
}

/** See the module. */
export class Membership implements Expected {
  readonly #options: MembershipOptions;
  readonly identity: Expected["identity"];
  #run: MemberProcess | null = null;
  #unexpect: () => void = () => {};
  #link: Link | null = null;
  #dialog: Dialog | null = null;

  constructor(options: MembershipOptions) {
    this.#options = options;
    const { name, path } = options.spec;
    this.identity = { name: withoutReplica(name), path };
  }

  /** Expects the run from now on. @throws {PayloadError} If it cannot be told what it is to be. */
  open(run: MemberProcess): void {
    const { point, spec, token } = this.#options;
    // Params that cannot be encoded are told before anything is started. Nothing else can be such.
    if (spec.module !== null) encodeSpec(specFor(this.#options));
    this.#run = run;
    this.#unexpect = point.runtime.expect(token, this);
  }

  onJoin(link: Link): void {
    const { point } = this.#options;
    const run = this.#run!;
    const start = encodeSpec({ ...specFor(this.#options), parentPid: run.parentPid ?? point.pid });
    const dialog = link.adopt(ACTOR_DIALOG);
    this.#link = link;
    this.#dialog = dialog;
    dialog.send(Kind.start, 0, start);
    this.#options.reports.joined();
    run.startSoon("membership", () => this.#watch(link, dialog));
  }

  async explainLoss(): Promise<ExitStatus | null> {
    return await heardWithin(() => this.#run!.untilExited()) ?? null;
  }

  /** The run is over. */
  close(): void {
    this.#unexpect();
    this.#link?.lose("its run is over", null);
  }

  /** Asks it to cancel everything in it, and tells it how long it has. */
  cancel(withinMs: number): void {
    this.#dialog?.requestCancel("stopped by its supervisor", withinMs);
  }

  /** Waits until all has come in that it said before its process ended. */
  async lastWords(): Promise<void> {
    const link = this.#link;
    if (link !== null) await heardWithin(() => link.closed());
  }

  /** The error of its code, if it told one. */
  get error(): ErrorBox | null {
    const final = this.#dialog?.final;
    return final?.how === "failed" && final.error instanceof RemoteActorError ? final.error.box : null;
  }

  async #watch(link: Link, dialog: Dialog): Promise<void> {
    await dialog.until("actor to be loaded", () => dialog.started !== null || dialog.final !== null);
    if (dialog.started !== null) this.#register(link, dialog.started);
    await link.closed();
    if (link.lost!.status === null) this.#options.reports.parted();
  }

  #register(link: Link, started: Uint8Array): void {
    const identity = identityIn(started);
    if (identity === null) return link.lose("it does not say who it is", null);
    const { point, reports } = this.#options;
    const { name, path } = link.peer;
    const isNew = point.runtime.registry.add({ ...identity, name, path }, link);
    if (!isNew) return link.lose("it says that it is another actor", null);
    reports.loaded();
  }
}

/** The orders for the actor: a module is told its code and its function, any other only its name. */
function specFor({ spec, point }: MembershipOptions): ActorSpawnSpec {
  const { module, path, name, cwd } = spec;
  const common = {
    name: withoutReplica(name),
    path,
    uids: point.uids,
    parentPid: point.pid,
    death: "grace",
    sigterm: "cancel",
  } as const;
  if (module === null) return { ...common, modules: {}, main: null, debug: false };
  return {
    ...common,
    modules: { "": moduleUrl(module.file, cwd) },
    main: {
      export: module.export,
      args: module.params === null ? [] : [module.params],
      // A daemon without one serves what it exports; anything else would have nothing to do, and no end.
      isOptional: module.export === "default" && spec.daemon,
    },
    debug: module.debug,
  };
}

function identityIn(payload: Uint8Array): ReturnType<typeof readIdentity> {
  try {
    return readIdentity(decodePayload(payload));
  } catch (error) {
    if (error instanceof PayloadError) return null;
    throw error;
  }
}
