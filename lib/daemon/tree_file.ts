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
import { includeDisk } from "./include_disk.ts";
import { adjustPlan, loadPlan, MOST_BYTES } from "./load_plan.ts";
import { variableMark } from "./variable_mark.ts";

/** A plan, and what it was made of. */
export interface TreePlan extends LoadedPlan {
  /** What was found on the disk for it. */
  readonly found: Found;
}

/** What was read of files and folders, by the kind of the question and the path. */
type Found = ReadonlyMap<string, unknown>;

/**
 * See the module. Variables of the environment are those that the supervisor was started with: the same file is the same
 * plan, whatever the shell that asks for it.
 */
export class TreeFile implements PlanSource<TreePlan> {
  readonly #host: Host;
  readonly #program: Program;
  readonly #options: Pick<LaunchOptions, "file" | "only" | "exitCodeFrom" | "profiles">;
  readonly #onKept: () => void;
  #kept: TreePlan | null = null;

  /** @param onKept Told that the tree goes by another plan. */
  constructor(
    host: Host,
    program: Program,
    options: Pick<LaunchOptions, "file" | "only" | "exitCodeFrom" | "profiles">,
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
    return this.#compile(replicas, this.kept.found);
  }

  /** @param before What is not looked at again. */
  #compile(replicas: ReplicaCounts, before: Found): TreePlan {
    const found = new Map(before);
    const once = <T>(kind: string, look: (path: string) => T) => (path: string): T => {
      const key = `${kind} ${path}`;
      if (!found.has(key)) found.set(key, look(path));
      return found.get(key) as T;
    };
    const { file, only, profiles = [] } = this.#options;
    const disk = includeDisk(this.#host, MOST_BYTES);
    const loaded = loadPlan(this.#host, this.#program, file, null, {
      only,
      profiles,
      replicas,
      read: once("file", (path) => this.#host.files.readBytes(path, MOST_BYTES)),
      disk: {
        exists: once("exists", disk.exists),
        list: once("list", disk.list),
        read: once("included", disk.read),
      },
    });
    const { plan, texts, scaled } = loaded;
    const variables = new Map(
      [...loaded.variables].map((name) => [name, variableMark(this.#host, this.#program, name)]),
    );
    if (plan === null) return { plan, texts, scaled, variables, found, problems: loaded.problems };
    const refused = limitsOnMachine(this.#host, plan, loaded).filter(({ severity }) => severity === "error");
    const problems = [...loaded.problems, ...refused, ...changedVariables(this.#program, plan, loaded)];
    const isRefused = refused.length > 0;
    return { plan: isRefused ? null : this.#adjusted(plan), texts, scaled, variables, found, problems };
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
