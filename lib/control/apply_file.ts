/** Goes on with what the file of a tree says now: it is read, compared with what runs, and only what is different is done. */
import { ExitCode } from "../base/exit_code.ts";
import { nameSome } from "../base/name_some.ts";
import { UserError } from "../base/user_error.ts";
import type { PlanChange } from "../config/changes/diff_plans.ts";
import { type NodeId, type Plan, ROOT } from "../config/plan.ts";
import type { Problem } from "../config/problem.ts";
import type { Engine, Reply } from "../engine/engine.ts";
import { Lock } from "../sync/lock.ts";
import { plannedChanges } from "../supervision/planned_changes.ts";
import type { ApplyResult } from "./protocol.ts";

/** The file of a tree, as whoever knows where it is reads it. */
export interface PlanSource {
  /** Reads and compiles it. @throws {UserError} If it cannot be read. */
  load(): LoadedPlan;
  /** Told that its plan is that of the tree now. */
  taken(plan: Plan): void;
}

/** What is in a file. */
export interface LoadedPlan {
  /** Null if there is an error among the problems. */
  readonly plan: Plan | null;
  readonly problems: readonly Problem[];
  /** As it is shown, without secrets. */
  readonly text: string;
}

/** What a file says now, and what has come of it. */
export interface Applied extends Pick<ApplyResult, "isValid" | "problems" | "text" | "changes"> {
  /** Resolves when it is done; null if there is nothing to do. */
  readonly reply: Promise<Reply> | null;
  /** Closes the account of the processes of what the file has no more. */
  readonly close: ReturnType<Engine["account"]> | null;
}

/** See the module. Two at once come one after the other: the second compares with what the first has made of the tree. */
export class FileApplier {
  readonly #engine: Pick<Engine, "state" | "apply" | "account">;
  readonly #source: PlanSource;
  readonly #lock = new Lock();

  constructor(engine: Pick<Engine, "state" | "apply" | "account">, source: PlanSource) {
    this.#engine = engine;
    this.#source = source;
  }

  /**
   * Compares, and unless it is `dry` lets the tree go on with it.
   *
   * @throws {UserError} `tree/refused`, `apply/refused`, or why the file cannot be read
   */
  async apply(dry: boolean): Promise<Applied> {
    return await this.#lock.run(async () => {
      const { plan, problems, text } = this.#source.load();
      const { state } = this.#engine;
      const about = { problems, text, reply: null, close: null };
      if (plan === null) return { ...about, isValid: false, changes: [] };
      const { phase } = state.nodes.get(ROOT)!;
      if (phase.at !== "up") {
        const why = phase.at === "inactive" ? "has not begun yet" : "is being torn down";
        throw new UserError("tree/refused", `Nothing was done: the tree ${why}`, {
          exitCode: ExitCode.notRunning,
        });
      }
      const changes = plannedChanges(state, plan);
      if (dry || changes.length === 0) return { ...about, isValid: true, changes };
      const refused = refusalOf(changes);
      if (refused !== null) throw refused;
      const gone = goneBy(changes);
      const close = gone.length === 0 ? null : this.#engine.account(gone);
      const { reply } = await this.#engine.apply(plan);
      this.#source.taken(plan);
      return { problems, text, isValid: true, changes, reply, close };
    });
  }
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
