/** The very engine on a fake machine, without guardian and clients: what a supervisor is made of there. */
import type { ActorSystem } from "../actor/current_actor.ts";
import { ActorRuntime } from "../actor/runtime.ts";
import type { Plan } from "../config/plan.ts";
import type { Layer } from "../engine/containment/layer.ts";
import { Engine, type EngineOptions } from "../engine/engine.ts";
import { HeldSockets } from "../engine/run/held_sockets.ts";
import type { Host } from "../host/ports/host.ts";
import { wordedEntry } from "../words/worded_entry.ts";

/** Where the tree keeps its logs and its journal. */
export const STATE_FOLDER = "/state";

/** Where the tree keeps what goes with it. */
export const RUN_FOLDER = "/run";

/** Where its actors find their supervisor. */
export const CONTROL_SOCKET = "@control";

/** The user of a fake machine. */
export const OWN_UID = 1_000;

/** This program, for trees that are isolated; here none is. */
const PROGRAM: ActorSystem["program"] = {
  actorCommand: [],
  environment: {},
  uid: OWN_UID,
  pid: 0,
  cwd: "/",
  stderr: {
    isTerminal: false,
    isRead: true,
    isPipe: false,
    columns: 80,
    rows: 24,
    write: () => Promise.resolve(),
  },
};

/** The parts that are not the same in all of them. */
export interface StagedEngineOptions extends
  Pick<
    EngineOptions,
    "patterns" | "nextDate" | "markOf" | "company" | "survival" | "resumed" | "onStep"
  > {
  readonly plan: Plan;
  /** The machine, as its process sees it. */
  readonly host: Host;
  readonly layer: Layer;
}

/** An engine, and the actor that it is to its modules. */
export interface StagedEngine {
  readonly engine: Engine;
  readonly runtime: ActorRuntime;
}

/** Makes one, which begins when it is run as the work of its actor. */
export function stagedEngine(options: StagedEngineOptions): StagedEngine {
  const { plan, host } = options;
  const { ownPid } = host.processes;
  const runtime = new ActorRuntime({
    host,
    self: { id: "root", name: plan.name, path: plan.name, pid: ownPid, address: CONTROL_SOCKET },
    uids: new Set([OWN_UID]),
    isCancellable: false,
    desk: { hold: (crash) => engine.crashes.hold(crash) },
  });
  const sockets = new HeldSockets(host);
  sockets.open(plan);
  const engine: Engine = new Engine({
    ...options,
    sockets,
    folder: STATE_FOLDER,
    runFolder: RUN_FOLDER,
    environment: {},
    socket: CONTROL_SOCKET,
    joinPoint: { runtime, uids: [OWN_UID], pid: ownPid },
    isolation: { system: { host, program: PROGRAM }, runtime, selfCommand: [], openFilesLimit: null },
    worded: wordedEntry,
  });
  return { engine, runtime };
}
