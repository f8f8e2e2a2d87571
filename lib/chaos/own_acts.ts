/** Kills supervisor or guardian of a tree that survives that, and sees to it that it does. */
import { fromPromise } from "../bridge/from_promise.ts";
import { ancestorsOf, nodeAt, type NodeId, treeAt } from "../config/plan.ts";
import { isAlive } from "../host/alive.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import type { Act } from "./act.ts";
import type { ChaosLog } from "./chaos_log.ts";
import type { ChaosOptions } from "./options.ts";
import { until } from "./until.ts";
import type { Look } from "./watched_tree.ts";
import { downOf, recoveryDeadline } from "./wellness.ts";

/** How long the processes of supervise may take to come back. */
const BACK_WITHIN_MS = 30_000;

/** See the module. */
export class OwnActs {
  readonly #options: ChaosOptions;
  readonly #log: ChaosLog;
  readonly #base: ReadonlySet<string>;
  readonly #look: () => Promise<Look | null>;

  /** @param base The actors that have to be well again after each act. @param look Null if the tree is over. */
  constructor(
    options: ChaosOptions,
    log: ChaosLog,
    base: ReadonlySet<string>,
    look: () => Promise<Look | null>,
  ) {
    this.#options = options;
    this.#log = log;
    this.#base = base;
    this.#look = look;
  }

  /** Does it, and waits until all is well again. */
  async hit(act: Act, look: Look): Promise<void> {
    const { host, watched, interrupted } = this.#options;
    const log = this.#log;
    const name = act.kind === "kill-supervisor" ? "supervisor" : "guardian";
    const mains = this.#keptMains(look);
    const begun = log.begin(act, null);
    await log.tell(begun);
    host.processes.signal(act.target, "SIGKILL");
    await until(watched, BACK_WITHIN_MS, () => !isAlive(host.processes, act.target));
    // Also somebody who ends chaos now is left with a tree that is supervised.
    if (act.kind === "kill-supervisor") await this.#comeBack();
    const isBack = await until(watched, BACK_WITHIN_MS, () => watched.own().length === 2);
    if (!isBack) await log.break("kept", null, `there is no other ${name}`);
    for (const { path, main } of mains) {
      if (!isAlive(host.processes, main)) {
        await log.break("kept", path, `process ${main.pid} has ended with the ${name}`);
      }
    }
    if (isBack && await this.#untilWell()) {
      return await log.close(begun, "well", Math.round(watched.nowMs - begun.atMs));
    }
    if (isBack && interrupted.isSet) return await log.close(begun, "unknown");
    await log.close(begun, "not-well");
    if (isBack) await log.break("recovery", null, `act ${begun.number}: not all is well again`);
    log.end("not-well");
  }

  /** The main processes that are to outlive a supervisor. */
  #keptMains({ rows, sighting }: Look): readonly { readonly path: NodeId; readonly main: ProcessId }[] {
    const { plan, watched } = this.#options;
    return rows.flatMap((row) => {
      const spec = nodeAt(plan, row.path as NodeId);
      if (spec === undefined || spec.kind === "tree" || spec.kind === "module" || !spec.daemon) return [];
      const [parent] = ancestorsOf(plan, spec.path);
      if (treeAt(plan, parent!).onSupervisorDeath !== "survive") return [];
      const main = watched.mainOf(row, sighting);
      return main === null ? [] : [{ path: spec.path, main }];
    });
  }

  /** Starts the next supervisor, as somebody would by hand. */
  async #comeBack(): Promise<void> {
    const { host, plan, program, watched } = this.#options;
    const env = Object.fromEntries(
      Object.entries(program.environment).filter((entry): entry is [string, string] =>
        entry[1] !== undefined
      ),
    );
    const child = host.processes.spawn({
      argv: [...program.selfCommand, "up", "-d", "--keep", plan.file],
      env,
      cwd: plan.dir,
      stdin: null,
      output: "null",
    });
    await fromPromise(child.exited);
    await watched.reconnect();
  }

  /** How long the tree may take until all is well: some actors start anew then. */
  #deadline(): number {
    const { plan, reach, limits } = this.#options;
    const longest = Math.max(
      BACK_WITHIN_MS,
      ...reach.actors.map(({ path }) => recoveryDeadline(plan, path, null)),
    );
    return limits.withinMs ?? longest;
  }

  /** @returns Whether it became so before the deadline, and before somebody ended chaos. */
  async #untilWell(): Promise<boolean> {
    const { plan, watched, interrupted } = this.#options;
    let isAllWell = false;
    await until(watched, this.#deadline(), async () => {
      const look = await this.#look();
      isAllWell = look !== null && downOf(plan, this.#base, look.rows).length === 0;
      return isAllWell || look === null || interrupted.isSet;
    });
    return isAllWell;
  }
}
