/** The file of a running tree: its supervisor reads it again as it has read it when the tree was started. */
import type { ReplicaCounts } from "../config/declared/scaled.ts";
import type { LoadedPlan, PlanSource } from "../control/apply_file.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import type { TreeSelection } from "./compile_tree.ts";
import type { Found } from "./found.ts";
import type { TreePlan } from "./tree_plan.ts";

/**
 * See the module. Variables of the environment are those that the supervisor was started with: the same file is the same
 * plan, whatever the shell that asks for it.
 */
export class TreeFile implements PlanSource<TreePlan> {
  readonly #host: Host;
  readonly #program: Program;
  readonly #selection: TreeSelection;
  readonly #onKept: () => void;
  #kept: TreePlan | null = null;

  /** @param onKept Told that the tree goes by another plan. */
  constructor(
    host: Host,
    program: Program,
    selection: TreeSelection,
    onKept: () => void,
  ) {
    this.#host = host;
    this.#program = program;
    this.#selection = selection;
    this.#onKept = onKept;
  }

  get kept(): TreePlan {
    return this.#kept!;
  }

  keep(plan: TreePlan): void {
    this.#kept = plan;
    this.#onKept();
  }

  /** @throws {UserError} `config/not-found`, `config/not-readable`, `apply/selection` */
  load(replicas: ReplicaCounts = countsOf(this.#kept)): Promise<TreePlan> {
    return this.#compile(replicas, new Map());
  }

  /** The same from what was found on the disk before. */
  again(replicas: ReplicaCounts, found: Found): Promise<TreePlan> {
    return this.#compile(replicas, found);
  }

  scale(changes: ReadonlyMap<string, number | null>): Promise<TreePlan> {
    const replicas = new Map(countsOf(this.kept));
    for (const [path, count] of changes) {
      if (count === null) replicas.delete(path);
      else replicas.set(path, count);
    }
    return this.#compile(replicas, this.kept.found);
  }

  /**
   * Few trees are ever compiled by their supervisor, whose client has done so, and it takes a good part of the program.
   *
   * @param before What is not looked at again.
   */
  async #compile(replicas: ReplicaCounts, before: Found): Promise<TreePlan> {
    const { compileTree } = await import("./compile_tree.ts");
    return compileTree(this.#host, this.#program, this.#selection, replicas, before);
  }
}

/** The numbers of replicas of a plan that are not those of its file. */
export function countsOf(plan: Pick<LoadedPlan, "scaled"> | null): ReplicaCounts {
  return new Map(plan?.scaled.map(({ path, replicas }) => [path, replicas]));
}
