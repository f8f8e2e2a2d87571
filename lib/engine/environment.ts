import type { ActorSpec } from "../config/plan.ts";

/** Variables that speak of the process that inherits them, and would lie if they were passed on. */
const NEVER_INHERITED = new Set([
  "BUN_BE_BUN",
  "BUN_OPTIONS",
  "LISTEN_FDNAMES",
  "LISTEN_FDS",
  "LISTEN_PID",
  "NOTIFY_SOCKET",
  "WATCHDOG_PID",
  "WATCHDOG_USEC",
]);

/** The variables by which processes of a run, and of an actor, are told from others. */
export const RUN_VARIABLE = "SUPERVISE_RUN";
export const ACTOR_VARIABLE = "SUPERVISE_ACTOR";

/** The variable by which a command that a client runs beside an actor is told from the rest of the run. */
export const GUEST_VARIABLE = "SUPERVISE_EXEC";

/** The place of a process in its tree, as its environment tells it. */
export interface Belonging {
  /** Name of the tree. */
  readonly tree: string;
  /** Marker of the run. */
  readonly run: string;
}

/** The environments of the processes of actors. */
export class Environments {
  readonly #inherited: Readonly<Record<string, string>>;
  readonly #socket: string | null;

  /**
   * @param inherited What actors inherit.
   * @param socket The control socket; null if there is none.
   */
  constructor(inherited: Readonly<Record<string, string | undefined>>, socket: string | null) {
    this.#inherited = Object.fromEntries(
      Object.entries(inherited).filter((entry): entry is [string, string] => entry[1] !== undefined)
        .filter(([name]) => !name.startsWith("SUPERVISE_") && !NEVER_INHERITED.has(name)),
    );
    this.#socket = socket;
  }

  /**
   * The whole environment of a process of an actor.
   *
   * @param ofUser Variables that speak of its user, over the inherited ones; null for one that it does not have.
   */
  of(
    spec: Pick<ActorSpec, "inheritEnv" | "env" | "path" | "replica">,
    { tree, run }: Belonging,
    ofUser: Readonly<Record<string, string | null>> = {},
  ): Readonly<Record<string, string>> {
    const env: Record<string, string> = spec.inheritEnv ? { ...this.#inherited } : {};
    for (const [name, value] of Object.entries(ofUser)) {
      if (value === null) delete env[name];
      else env[name] = value;
    }
    Object.assign(env, spec.env, {
      SUPERVISE_TREE: tree,
      [ACTOR_VARIABLE]: spec.path,
      [RUN_VARIABLE]: run,
      SUPERVISE_REPLICA: String(spec.replica),
    });
    if (this.#socket !== null) env["SUPERVISE_SOCKET"] = this.#socket;
    return env;
  }
}
