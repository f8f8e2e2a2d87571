/** The rule for each key where a tool has nothing like that key. Formats put rules of their own over these. */
import { formatDuration } from "../../base/duration.ts";
import type { ActorSpec, TreeSpec } from "../../config/plan.ts";
import { toldCommand } from "./commands.ts";
import { type ActorRules, AS_THERE, kept, lost, type Rule, type TreeRules, type Verdict } from "./rules.ts";

/** How a tool is spoken of. */
export interface Tool {
  /** As the subject of a sentence: `launchd`. */
  readonly name: string;
  /** The thing that each actor becomes: `a unit`. */
  readonly each: string;
}

/** How people keep what a tool has not. */
export const KEEP_TREE = "let the tool run `supervise up`, which keeps every key";

/** Lost unless the value is that which holds without the key. */
function lostUnless(
  isDefault: (spec: ActorSpec) => boolean,
  why: string,
  hint: string | null,
): Rule<ActorSpec, unknown> {
  return (spec) => isDefault(spec) ? AS_THERE : lost(why, hint);
}

/** The rules for actors. */
export function baseActorRules({ name, each }: Tool): ActorRules<unknown> {
  const always = (verdict: Verdict) => () => verdict;
  const none = (what: string, hint: string | null = KEEP_TREE) => always(lost(`${name} has ${what}`, hint));
  const inCommand: Rule<ActorSpec, unknown> = (spec) => toldCommand(spec, "the command");
  return {
    exec: inCommand,
    shell: inCommand,
    script: inCommand,
    args: inCommand,
    module: always(lost("a module runs under supervise alone", KEEP_TREE)),
    export: always(lost("a module runs under supervise alone", KEEP_TREE)),
    params: always(lost("a module runs under supervise alone", KEEP_TREE)),
    debug: always(lost("a module runs under supervise alone", KEEP_TREE)),
    cwd: none("no folder to run a program in", "write `cd FOLDER && exec ...` into the command"),
    env: none("no variables", "set them where the tool is started"),
    env_file: always(kept("its variables are told of with env")),
    inherit_env: ({ inheritEnv }) =>
      inheritEnv
        ? lost(
          `a program has the environment that ${name} gives it`,
          "name in env what it needs of the shell",
        )
        : AS_THERE,
    daemon: always(AS_THERE),
    autostart: lostUnless(({ autostart }) => autostart, `${name} starts everything`, KEEP_TREE),
    restart: none("a rule of its own for restarts"),
    backoff: none("pauses of its own between restarts"),
    significant: lostUnless(({ significant }) => !significant, `an end is that of ${each} alone`, KEEP_TREE),
    profiles: none("no profiles", "export once for each, with --profile"),
    depends_on: none("no order of start"),
    intensity: none("no limit of restarts like this"),
    success_exit_codes: lostUnless(
      ({ successExitCodes }) => successExitCodes.length === 1 && successExitCodes[0] === 0,
      `only the exit code 0 is a success for ${name}`,
      KEEP_TREE,
    ),
    success_signals: lostUnless(
      ({ successSignals }) => successSignals.length === 0,
      `an end by a signal is no success for ${name}`,
      KEEP_TREE,
    ),
    ready: none("no readiness: what waits for it would not wait"),
    health: none("no health checks"),
    start_timeout: none("no limit of the time of a start"),
    run_timeout: lostUnless(
      ({ runTimeoutMs }) => runTimeoutMs === null,
      `${name} lets it run for ever`,
      KEEP_TREE,
    ),
    stop: {
      command: lostUnless(
        ({ stop }) => stop.command === null,
        `${name} runs no command for a stop`,
        KEEP_TREE,
      ),
      signal: lostUnless(({ stop }) => stop.signal === "SIGTERM", `${name} sends SIGTERM`, KEEP_TREE),
      to: always(lost(`${name} has its own rule of whom a signal goes to`, KEEP_TREE)),
      grace: always(lost(`${name} has its own grace`, KEEP_TREE)),
      kill: lostUnless(({ stop }) => stop.kill === "tree", `${name} leaves nothing on purpose`, KEEP_TREE),
    },
    watch: none("no eye on files"),
    log: none("its own place for what is printed", "look there for it"),
    stdin: lostUnless(
      ({ stdin }) => stdin === null,
      `${name} opens no file as input`,
      "write `< FILE` into a shell command",
    ),
    hooks: none("no hooks", "call them in a script around the command"),
    schedule: none("no schedule", KEEP_TREE),
    timezone: none("no schedule", KEEP_TREE),
    overlap: none("no schedule", KEEP_TREE),
    catch_up: none("no schedule", KEEP_TREE),
    replicas: always(kept(`${each} for each`)),
    sockets: none("no sockets that it hands over", "let the program listen by itself"),
    user: none("no user for a program", "start the tool as that user"),
    group: none("no group for a program", "start the tool as that group"),
    umask: none("no umask for a program", "write `umask` into a shell command"),
    nice: none("no priority for a program", "write `nice` into the command"),
    limits: none("no limits of resources", "write `ulimit` into a shell command"),
    no_new_privs: lostUnless(
      ({ privileges }) => privileges?.noNewPrivs !== true,
      `${name} cannot take it`,
      "write `setpriv --no-new-privs` into the command",
    ),
    oom_score_adj: none("no place for it", "write `choom -n NUMBER --` into the command"),
    supervisor_death_signal: always(lost(`${name} has no signal for its own death`, null)),
    cgroup: none("no limits of memory, processor or processes"),
  };
}

/** Lost unless the value is that which holds without the key. */
function treeUnless(
  isDefault: (spec: TreeSpec) => boolean,
  why: string,
  hint = KEEP_TREE,
): Rule<TreeSpec, unknown> {
  return (spec) => isDefault(spec) ? AS_THERE : lost(why, hint);
}

/** The rules for trees where each actor is a service of its own. */
export function baseTreeRules({ name, each }: Tool): TreeRules<unknown> {
  const inEach = () => kept(`${each} of each actor`);
  return {
    name: () => kept("the names"),
    include: inEach,
    alerts: () => lost(`${name} runs no command when something happens to another`, KEEP_TREE),
    strategy: treeUnless(({ strategy }) => strategy === "one_for_one", `${name} restarts each by itself`),
    intensity: () => lost(`${name} does not count restarts for a tree`, KEEP_TREE),
    on_failure: treeUnless(
      ({ onFailure }) => onFailure === "fail_child",
      `the failure of one is no failure of others there`,
    ),
    auto_shutdown: treeUnless(
      ({ autoShutdown }) => autoShutdown === "never",
      `an end is that of ${each} alone`,
    ),
    shutdown: ({ shutdownMs }) =>
      lost(
        `${name} has no bound of ${formatDuration(shutdownMs)} for all together, only a grace for each`,
        null,
      ),
    start: treeUnless(({ start }) => start === "parallel", "what does not wait for another starts at once"),
    concurrency: treeUnless(
      ({ concurrency }) => concurrency === null,
      "what does not wait for another starts at once",
    ),
    isolate: () => kept(`${each} for each: nothing is shared`),
    on_supervisor_death: ({ onSupervisorDeath }) =>
      onSupervisorDeath === "survive"
        ? AS_THERE
        : lost(`${name} decides what becomes of programs when it is killed`, null),
    env: inEach,
    env_file: inEach,
    restart: treeUnless(({ restart }) => restart !== "always", "there is no tree to restart"),
    backoff: () => lost("there is no tree to restart", KEEP_TREE),
    significant: treeUnless(({ significant }) => !significant, `an end is that of ${each} alone`),
    profiles: () => lost(`${name} has no profiles`, "export once for each, with --profile"),
    depends_on: () => lost(`${name} has no order of start`, KEEP_TREE),
  };
}
