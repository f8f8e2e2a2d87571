/** The isolators of a tree, one for each tree in it that is isolated, and which of them starts what. */
import type { ActorSystem } from "../../actor/current_actor.ts";
import type { ActorRuntime } from "../../actor/runtime.ts";
import type { ActorSpec, NodeId } from "../../config/plan.ts";
import { type ProcessId, type ReapedOrphan, SpawnError, type SpawnSpec } from "../../host/ports/processes.ts";
import type { Exit } from "../../supervision/exit.ts";
import { RUN_VARIABLE } from "../environment.ts";
import { Isolator, IsolatorDied, type RemoteChild } from "./isolator.ts";
import type { RemoteSockets } from "./protocol.ts";

/** How many isolators may die on a start before that has failed: what happens to one is not the actor's fault. */
const MOST_ATTEMPTS = 2;

/** The parts of all isolators of a tree. */
export interface IsolatorsOptions {
  readonly system: ActorSystem;
  readonly runtime: ActorRuntime;
  /** Program and first arguments that start this very program. */
  readonly selfCommand: readonly string[];
  /** The soft limit of open files that actors get; null for the present one. */
  readonly openFilesLimit: number | null;
  readonly exitOf: (process: ProcessId) => Promise<Exit>;
  readonly onDeath: (death: ReapedOrphan) => void;
  /** Ends what an isolator may have started that has died before it could say so, known by its mark. @throws {SpawnError} */
  readonly endUnheard: (marker: string, path: string) => Promise<void>;
  /** Told of each that there is; what is returned is called when it is gone. */
  readonly onStart: (node: NodeId, process: ProcessId) => () => void;
}

/** See the module. */
export class Isolators {
  readonly #options: IsolatorsOptions;
  readonly #isolators = new Map<NodeId, Isolator>();

  constructor(options: IsolatorsOptions) {
    this.#options = options;
  }

  /** The process of the isolator of a tree; null if there is none now. */
  pidOf(tree: NodeId): number | null {
    return this.#isolators.get(tree)?.pid ?? null;
  }

  /**
   * Starts a process by the isolator of a tree, which is started if there is none.
   *
   * @param startTask Starts a task that belongs to the tree.
   * @throws {SpawnError}
   */
  async spawn(
    tree: NodeId,
    actor: ActorSpec,
    spec: SpawnSpec,
    startTask: (name: string, body: () => Promise<void>) => void,
  ): Promise<RemoteChild> {
    const { argv, env, cwd, stdin, output, privileges = null, group = null, isLimited = false } = spec;
    if (typeof output === "string" || !("pipes" in output)) {
      throw new SpawnError("start", "An isolator starts what prints to pipes with names");
    }
    const listening = this.#socketsOf(actor, spec);
    const { pipes } = output;
    for (let attempt = 1;; attempt++) {
      const isolator = this.#isolatorOf(tree, startTask);
      try {
        return await isolator.spawn({
          argv,
          env,
          cwd,
          stdin,
          pipes,
          privileges,
          group,
          isLimited,
          listening,
        });
      } catch (error) {
        if (!(error instanceof IsolatorDied)) throw error;
        await this.#options.endUnheard(env[RUN_VARIABLE]!, actor.path);
        if (attempt === MOST_ATTEMPTS) throw new SpawnError("start", error.message);
      }
    }
  }

  /** A tree is over: its isolator ends. */
  dismiss(tree: NodeId): void {
    this.#isolators.get(tree)?.dismiss();
    this.#isolators.delete(tree);
  }

  #isolatorOf(tree: NodeId, startTask: (name: string, body: () => Promise<void>) => void): Isolator {
    const known = this.#isolators.get(tree);
    if (known !== undefined && !known.isOver) return known;
    const { onStart, ...common } = this.#options;
    let undo = () => {};
    const isolator = new Isolator({
      ...common,
      path: tree,
      onChange: (process) => {
        undo();
        undo = process === null ? () => {} : onStart(tree, process);
      },
    });
    this.#isolators.set(tree, isolator);
    startTask(`isolator ${tree}`.trim(), () => isolator.run());
    return isolator;
  }

  #socketsOf({ sockets }: ActorSpec, { listening }: SpawnSpec): RemoteSockets | null {
    if (listening === undefined) return null;
    const { processes } = this.#options.system.host;
    const { pid, startTime } = processes.find(processes.ownPid)!;
    return {
      holder: { pid, startTime },
      sockets: sockets.map((address, index) => ({ address, descriptor: listening.descriptors[index]! })),
      name: listening.name,
    };
  }
}
