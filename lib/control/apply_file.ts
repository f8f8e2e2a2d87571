/** Goes on with what the file of a tree says now: it is read, compared with what runs, and only what is different is done. */
import { ExitCode } from "../base/exit_code.ts";
import { nameSome } from "../base/name_some.ts";
import { UserError } from "../base/user_error.ts";
import type { PlanChange } from "../config/changes/diff_plans.ts";
import { type NodeId, type Plan, ROOT } from "../config/plan.ts";
import type { Problem } from "../config/problem.ts";
import type { Scaled } from "../config/declared/scaled.ts";
import type { Engine, EngineReply } from "../engine/engine.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { Lock } from "../sync/lock.ts";
import { askedBy, type Asker } from "../supervision/asker.ts";
import type { PlanGiven } from "../supervision/event.ts";
import { plannedChanges } from "../supervision/planned_changes.ts";
import type { ApplyResult, WantedReplicas } from "./protocol.ts";
import { replicasIn } from "./wanted_replicas.ts";

/** The file of a tree, which the service reads by this without knowing where it is. */
export interface PlanSource<P extends LoadedPlan = LoadedPlan> {
  /** The plan that the tree goes by. */
  readonly kept: P;
  /** Reads and compiles it again, with the numbers of replicas that were asked for. @throws {UserError} If it cannot be read. */
  load(): Promise<P>;
  /** The plan that the tree goes by, with other numbers of replicas; null for those of the file. */
  scale(counts: ReadonlyMap<string, number | null>): Promise<P>;
  /** Told what the tree is about to go by. */
  keep(plan: P): void;
}

/** The content of a file. */
export interface LoadedPlan {
  /** Null if there is an error among the problems. */
  readonly plan: Plan | null;
  readonly problems: readonly Problem[];
  /** The texts of it and of all that it includes, by their paths, as they are shown: without secrets. */
  readonly texts: ReadonlyMap<string, string>;
  /** The actors whose number of replicas is not that of the file, because somebody has asked for another. */
  readonly scaled: readonly Scaled[];
  /** The variables of the environment that stand in it, with fingerprints of what they are there; null for what is not set. */
  readonly variables: ReadonlyMap<string, string | null>;
}

/** The present plan of a file, and the result of its application. */
export interface Applied
  extends Pick<ApplyResult, "isValid" | "problems" | "texts" | "scaled" | "changes" | "variables"> {
  /** A trait of the machine that would prevent changes which are only told; null if none is known. */
  readonly obstacle: UserError | null;
  /** Resolves when it is done; null if there is nothing to do. */
  readonly reply: Promise<EngineReply> | null;
  /** Closes the account of the processes of what the file has no more. */
  readonly close: ReturnType<Engine["account"]> | null;
}

/** See the module. Two at once come one after the other: the second compares with what the first has made of the tree. */
export class FileApplier {
  readonly #engine: Pick<Engine, "state" | "apply" | "account" | "check">;
  readonly #source: PlanSource;
  readonly #lock = new Lock();

  constructor(engine: Pick<Engine, "state" | "apply" | "account" | "check">, source: PlanSource) {
    this.#engine = engine;
    this.#source = source;
  }

  /**
   * Reads the file, compares, and unless it is `dry` lets the tree go on with it.
   *
   * @param rolling Whether replicas are restarted one after the other.
   * @throws {UserError} `tree/refused`, `apply/refused`, or why the file cannot be read
   */
  async apply(dry: boolean, rolling: boolean, asker: Asker | null = null): Promise<Applied> {
    const by = { verb: "apply", ...askedBy(asker) } as const;
    return await this.#lock.run(() => this.#goOn(() => this.#source.load(), { dry, rolling, by }));
  }

  /**
   * Lets the tree go on with other numbers of replicas, and with all else as it is.
   *
   * @throws {UserError} `target/unknown`, `scale/no-replicas`, `scale/out-of-range`, `tree/refused`
   */
  async scale(
    counts: readonly WantedReplicas[],
    dry: boolean,
    asker: Asker | null = null,
  ): Promise<Applied> {
    const by = { verb: "scale", ...askedBy(asker) } as const;
    return await this.#lock.run(() =>
      this.#goOn(() => this.#source.scale(replicasIn(this.#engine.state.plan, counts)), {
        dry,
        rolling: false,
        by,
      })
    );
  }

  async #goOn(
    load: () => Promise<LoadedPlan>,
    { dry, rolling, by }: {
      readonly dry: boolean;
      readonly rolling: boolean;
      readonly by: Pick<PlanGiven, "verb" | "asker">;
    },
  ): Promise<Applied> {
    requireUp(this.#engine.state);
    const loaded = await fromPromise(load());
    // It may have gone on meanwhile.
    const { state } = this.#engine;
    requireUp(state);
    const { plan, problems, scaled } = loaded;
    const about = {
      problems,
      texts: Object.fromEntries(loaded.texts),
      scaled,
      obstacle: null,
      variables: Object.fromEntries(loaded.variables),
      reply: null,
      close: null,
    };
    if (plan === null) return { ...about, isValid: false, changes: [] };
    const changes = plannedChanges(state, plan);
    if (dry) return { ...about, isValid: true, changes, obstacle: await this.#obstacleTo(plan) };
    const refused = refusalOf(changes);
    if (refused !== null) throw refused;
    const before = this.#source.kept;
    // Before anything is done: a supervisor that goes on with the tree has to know.
    this.#source.keep(loaded);
    if (changes.length === 0) return { ...about, isValid: true, changes };
    const gone = goneBy(changes);
    const close = gone.length === 0 ? null : this.#engine.account(gone);
    try {
      const { reply } = await this.#engine.apply(plan, rolling, by);
      return { ...about, isValid: true, changes, reply, close };
    } catch (error) {
      this.#source.keep(before);
      throw error;
    }
  }

  async #obstacleTo(plan: Plan): Promise<UserError | null> {
    try {
      await this.#engine.check(plan);
      return null;
    } catch (error) {
      if (error instanceof UserError) return error;
      throw error;
    }
  }
}

/** @throws {UserError} `tree/refused` */
function requireUp({ nodes }: Engine["state"]): void {
  const { phase } = nodes.get(ROOT)!;
  if (phase.at === "up") return;
  const why = phase.at === "inactive" ? "has not begun yet" : "is being torn down";
  throw new UserError("tree/refused", `Nothing was done: the tree ${why}`, {
    exitCode: ExitCode.notRunning,
  });
}

/** The nodes that are not there any more after changes. */
export function goneBy(changes: readonly PlanChange[]): readonly NodeId[] {
  return changes.filter(({ action }) => action === "remove").map(({ path }) => path);
}

/** The nodes that are still there after changes. */
export function touchedBy(changes: readonly PlanChange[]): readonly NodeId[] {
  return changes.filter(({ action }) => action !== "remove").map(({ path }) => path);
}

/** The error for changes of which one cannot be made while the tree runs; null if all can. */
export function refusalOf(changes: readonly PlanChange[]): UserError | null {
  const refused = changes.filter(({ action }) => action === "refuse");
  if (refused.length === 0) return null;
  const named = refused.map(({ path, keys }) =>
    `${keys.join(" and ")} of ${path === ROOT ? "the tree" : `"${path}"`}`
  );
  return new UserError(
    "apply/refused",
    `Nothing was done: ${nameSome(named)} cannot be changed while the supervisor runs`,
    {
      hint: "`supervise down` and then `supervise up` changes it; take it back to apply the rest now",
      details: { refused: refused.map(({ path, keys }) => ({ path, keys })) },
    },
  );
}
