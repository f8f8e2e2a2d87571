/** The file of a running tree: its supervisor reads it again as it has read it when the tree was started. */
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { ReplicaCounts } from "../config/declared/scaled.ts";
import type { Plan } from "../config/plan.ts";
import type { LoadedPlan, PlanSource } from "../control/apply_file.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { changedVariables, limitsOnMachine } from "./check/check_file.ts";
import type { LaunchOptions } from "./launch_options.ts";
import { adjustPlan, loadPlan, MOST_BYTES } from "./load_plan.ts";

/** A plan, and what it was made of. */
export interface TreePlan extends LoadedPlan {
  /** The files that were read for it. */
  readonly texts: ReadonlyMap<string, Uint8Array | null>;
}

/**
 * See the module. Variables of the environment are those that the supervisor was started with: the same file is the same
 * plan, whatever the shell that asks for it.
 */
export class TreeFile implements PlanSource<TreePlan> {
  readonly #host: Host;
  readonly #program: Program;
  readonly #options: Pick<LaunchOptions, "file" | "only" | "exitCodeFrom">;
  readonly #onKept: () => void;
  #kept: TreePlan | null = null;

  /** @param onKept Told that the tree goes by another plan. */
  constructor(
    host: Host,
    program: Program,
    options: Pick<LaunchOptions, "file" | "only" | "exitCodeFrom">,
    onKept: () => void,
  ) {
    this.#host = host;
    this.#program = program;
    this.#options = options;
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
  load(replicas: ReplicaCounts = countsOf(this.#kept)): TreePlan {
    return this.#compile(replicas, new Map());
  }

  scale(changes: ReadonlyMap<string, number | null>): TreePlan {
    const replicas = new Map(countsOf(this.kept));
    for (const [path, count] of changes) {
      if (count === null) replicas.delete(path);
      else replicas.set(path, count);
    }
    return this.#compile(replicas, this.kept.texts);
  }

  /** @param before Files that are not read again. */
  #compile(replicas: ReplicaCounts, before: TreePlan["texts"]): TreePlan {
    const { file } = this.#options;
    const texts = new Map(before);
    const read = (path: string) => {
      const known = texts.get(path);
      if (known !== undefined) return known;
      const bytes = this.#host.files.readBytes(path, MOST_BYTES);
      texts.set(path, bytes);
      return bytes;
    };
    const loaded = loadPlan(this.#host, this.#program, file, null, { replicas, read });
    const { plan, text, scaled } = loaded;
    if (plan === null) return { plan, text, scaled, texts, problems: loaded.problems };
    const refused = limitsOnMachine(this.#host, plan, loaded).filter(({ severity }) => severity === "error");
    const problems = [...loaded.problems, ...refused, ...changedVariables(this.#program, plan, loaded)];
    const isRefused = refused.length > 0;
    return { plan: isRefused ? null : this.#adjusted(plan), text, scaled, texts, problems };
  }

  #adjusted(plan: Plan): Plan {
    try {
      return adjustPlan(plan, this.#options);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const message = `Nothing was done: ${error.message}, as --only or --exit-code-from of \`up\` has it`;
      throw new UserError("apply/selection", message, {
        exitCode: ExitCode.badConfig,
        hint: "`supervise down`, and `supervise up` without it",
        cause: error,
      });
    }
  }
}

/** The numbers of replicas of a plan that are not those of its file. */
export function countsOf(plan: Pick<LoadedPlan, "scaled"> | null): ReplicaCounts {
  return new Map(plan?.scaled.map(({ path, replicas }) => [path, replicas]));
}
