/**
 * The plan: what a configuration file compiles to. Everything is resolved (defaults filled in, names turned into addresses,
 * paths absolute, text interpolated) and frozen, so that the code that decides never looks at the file again.
 *
 * A node is known by its address, which it keeps when the file changes around it. Nodes stand in file order, parents
 * before their children; the first is the root supervisor.
 */
import type { ResourceLimits } from "../base/resource_limits.ts";
import type { Signal } from "../base/signals.ts";
import type { SocketAddress } from "../base/socket_address.ts";

declare const NODE_ID: unique symbol;

/** Address of a node from the root: `pool/queue`, that of a replica `pool/queue.2`; the root's is empty. */
export type NodeId = string & { readonly [NODE_ID]: true };

/** The root supervisor. */
export const ROOT = "" as NodeId;

/** Where in a file something stands; line and column count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `always` is OTP's permanent, `on-failure` its transient, `never` its temporary. */
export type RestartPolicy = "always" | "on-failure" | "never";

/** Which siblings a failing child takes with it, as in OTP. */
export type Strategy = "one_for_one" | "one_for_all" | "rest_for_one";

/** How many restarts are granted within a time; one more, and there are none any more. */
export interface RestartBudget {
  readonly restarts: number;
  readonly withinMs: number;
}

/** A budget of restarts, or none: restarts go on for ever, with the pauses of the backoff. */
export type Intensity = RestartBudget | "unlimited";

/**
 * Once the restarts are spent. `fail_child`: each child has restarts of its own, and is left failed. The others count those
 * of all children together, and tear the supervisor down: `escalate` lets its parent decide, `stop` leaves it failed.
 */
export type OnFailure = "fail_child" | "escalate" | "stop";

/** The delay before the second and later restarts in a row; the first is immediate. */
export interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly factor: number;
  /** Share of the delay, 0 to 1, by which it varies at random in both directions. */
  readonly jitter: number;
  /** A run that has been ready for this long starts the count anew. */
  readonly resetAfterMs: number;
}

/** The condition that a dependent waits for. */
export type Condition = "started" | "ready" | "healthy" | "completed" | "exited";

/** One entry of `depends_on`. */
export interface Dependency {
  readonly on: NodeId;
  readonly condition: Condition;
}

/** How to find out that an actor is ready. */
export type Probe =
  | { readonly type: "tcp"; readonly host: string; readonly port: number }
  | { readonly type: "http"; readonly url: string }
  | { readonly type: "exec"; readonly argv: readonly string[] }
  | { readonly type: "log"; readonly pattern: string }
  | { readonly type: "file"; readonly path: string }
  | { readonly type: "delay"; readonly ms: number }
  /** Waits until the process says so, by the sd_notify protocol. */
  | { readonly type: "notify" }
  /** Waits until a module actor says that its modules are loaded. */
  | { readonly type: "module" };

/** A probe and how often to ask it. */
export interface Ready {
  readonly probe: Probe;
  /** The first pause between two attempts; later ones grow. */
  readonly intervalMs: number;
}

/** How to find out that an actor still works. */
export interface Health {
  /** The question; null where the process tells by itself. */
  readonly probe: Extract<Probe, { readonly type: "tcp" | "http" | "exec" }> | null;
  /** How long the process may be silent; null where it is asked. */
  readonly watchdogMs: number | null;
  /** The pause between two checks. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** So many checks have to fail in a row. */
  readonly retries: number;
  /** How long after it is ready failed checks count for nothing. */
  readonly startPeriodMs: number;
  readonly onFailure: "restart" | "ignore";
}

/** How an actor is stopped. */
export interface Stop {
  /** Run first, with the actor's environment and folder; null for none. */
  readonly command: readonly string[] | null;
  readonly signal: Signal;
  readonly to: "process" | "group";
  readonly graceMs: number;
  /** `process`: what the main process leaves running is left on purpose. */
  readonly kill: "tree" | "process";
}

/** Files whose change is told an actor of. */
export interface Watch {
  /** Absolute paths and globs, as `compileGlob` has them; a folder stands for all in it. */
  readonly paths: readonly string[];
  /** Patterns that do not count: the same, and names without a slash, wherever they are. */
  readonly ignore: readonly string[];
  /** How long no file may change any more before it acts. */
  readonly debounceMs: number;
  /** The signal that it gets; null restarts it. */
  readonly signal: Signal | null;
}

/** When a hook runs: before each start, once ready, before each stop, after each run. */
export type HookName = "pre_start" | "post_start" | "pre_stop" | "post_stop";

/** Commands around the runs of an actor. */
export interface Hooks {
  readonly commands: Readonly<Partial<Record<HookName, readonly string[]>>>;
  /** How long one may take. */
  readonly timeoutMs: number;
}

/** A cron expression, and where it is reckoned. */
export interface CronTiming {
  /** Five fields, or six with the seconds first. */
  readonly cron: string;
  /** A name of the IANA; null for the zone of the machine. */
  readonly timezone: string | null;
}

/** When an actor is run. */
export interface Schedule {
  readonly timing: CronTiming | { readonly everyMs: number };
  /** The fate of a run that is due while another one goes on. */
  readonly overlap: "skip" | "queue" | "replace";
  /** Whether a date that was missed is made up for, once. */
  readonly catchUp: boolean;
}

/** Where the output of an actor goes. */
export interface LogSpec {
  /** `file`: into a file; `inherit`: the same, and `up` shows the lines as they are; `null`: nowhere. */
  readonly to: "file" | "inherit" | "null";
  /** Absolute path of a file of the user's; null for a file of the tree's own. */
  readonly file: string | null;
  /** The format of a file of the user's; those of the tree have one of their own. */
  readonly format: "raw" | "json";
  /** Size at which the file is rotated, in bytes. */
  readonly maxBytes: number;
  /** How many rotated files are kept beside the present one. */
  readonly keep: number;
  /** Age at which the file is rotated; null for any age. */
  readonly maxAgeMs: number | null;
  /** Whether rotated files are compressed. */
  readonly compress: boolean;
}

/** The module of an actor, and its use. */
export interface ModuleSpec {
  /** Absolute path of the file. */
  readonly file: string;
  /** The export that is run. */
  readonly export: string;
  /** Its argument, as JSON has it; null for none. */
  readonly params: unknown;
  /** Whether the inspector is on for it, and a crash holds it. */
  readonly debug: boolean;
}

/** With which privileges and limits an actor runs; what is null stays as it is. */
export interface PrivilegesSpec {
  /** By name or by number; the same for the group. */
  readonly user: string | number | null;
  readonly group: string | number | null;
  readonly umask: number | null;
  readonly nice: number | null;
  readonly limits: ResourceLimits;
  readonly noNewPrivs: boolean;
  readonly oomScoreAdj: number | null;
  /** The signal that the kernel sends it when the supervisor dies. */
  readonly deathSignal: Signal | null;
}

/** Limits for all processes of a run together; what is null is not limited. */
export interface GroupLimits {
  readonly memoryMaxBytes: number | null;
  /** Percent of one processor. */
  readonly cpuMaxPercent: number | null;
  readonly pidsMax: number | null;
  /** Whether it must not run where a limit cannot be kept. */
  readonly required: boolean;
}

/** The common part of actors and trees as children of a supervisor. */
interface Child {
  readonly path: NodeId;
  /** Last part of the path. */
  readonly name: string;
  /** The supervisor above; null for the root alone. */
  readonly parent: NodeId | null;
  /** Where the file defines it. */
  readonly at: Location;
  /** Has no end of its own. A tree counts as one if it holds a daemon and nothing significant that could end it. */
  readonly daemon: boolean;
  readonly significant: boolean;
  readonly restart: RestartPolicy;
  readonly backoff: Backoff;
  readonly dependsOn: readonly Dependency[];
  /** Whether its tree starts it; not where it is for a profile that is not active. */
  readonly autostart: boolean;
  /** It is started by itself only when one of these is active; always if there are none. */
  readonly profiles: readonly string[];
}

/** One supervised process. */
export interface ActorSpec extends Child {
  /** Which copy of its actor it is, from 1; 1 where there are no copies. */
  readonly replica: number;
  readonly kind: "exec" | "shell" | "script" | "module";
  /** Program and arguments as they are spawned; a program without a slash is looked up in the actor's own PATH. */
  readonly argv: readonly string[];
  /** Null for other kinds. */
  readonly module: ModuleSpec | null;
  readonly cwd: string;
  /** Variables that the file sets, over the inherited ones. */
  readonly env: Readonly<Record<string, string>>;
  readonly inheritEnv: boolean;
  /** A file to read standard input from; null for `/dev/null`. */
  readonly stdin: string | null;
  /** Where the supervisor listens for it. */
  readonly sockets: readonly SocketAddress[];
  /** Null: those of the supervisor. */
  readonly privileges: PrivilegesSpec | null;
  /** Null: no limits. */
  readonly cgroup: GroupLimits | null;
  readonly successExitCodes: readonly number[];
  readonly successSignals: readonly Signal[];
  /** Null: ready as soon as it runs. */
  readonly ready: Ready | null;
  /** Null: nobody asks. */
  readonly health: Health | null;
  /** From spawn to ready; longer is a failed start. */
  readonly startTimeoutMs: number;
  /** From spawn to exit; null for no bound. */
  readonly runTimeoutMs: number | null;
  readonly stop: Stop;
  /** Null: no files. */
  readonly watch: Watch | null;
  /** Null if it has none. */
  readonly hooks: Hooks | null;
  /** Null: it starts with its tree, or by hand. */
  readonly schedule: Schedule | null;
  readonly log: LogSpec;
  /** Of this actor alone, where restarts are counted for each child by itself; null for that of its supervisor. */
  readonly intensity: Intensity | null;
}

/** A supervisor. */
export interface TreeSpec extends Child {
  readonly kind: "tree";
  /** In file order, actors and trees mixed as the file has them. */
  readonly children: readonly NodeId[];
  readonly strategy: Strategy;
  readonly intensity: Intensity;
  readonly onFailure: OnFailure;
  readonly autoShutdown: "any_significant" | "all_significant" | "never";
  readonly shutdownMs: number;
  /** The fate of the actors in it when the supervisor is killed. */
  readonly onSupervisorDeath: "die" | "survive";
  /** Whether its actors are children of a process of their own. */
  readonly isolate: boolean;
  readonly start: "parallel" | "sequential";
  /** How many children may be starting at once; null for any number. */
  readonly concurrency: number | null;
}

/** A node of the tree. */
export type NodeSpec = ActorSpec | TreeSpec;

/** A command that is run when something happens. */
export interface Alert {
  /** Names of events of the journal. */
  readonly events: readonly string[];
  /** Selectors of those whose events count; null for all. */
  readonly paths: readonly string[] | null;
  readonly argv: readonly string[];
  readonly timeoutMs: number;
}

/** A compiled configuration. */
export interface Plan {
  readonly name: string;
  /** Absolute path of the file, symbolic links resolved. */
  readonly file: string;
  /** The file's folder. */
  readonly dir: string;
  /** The file and all that it includes, in the order in which they were read. */
  readonly files: readonly string[];
  /** The active profiles; `*` stands for all. */
  readonly profiles: readonly string[];
  readonly alerts: readonly Alert[];
  readonly nodes: readonly NodeSpec[];
}

/** Whether a node is run by a schedule. */
export function hasSchedule(spec: NodeSpec): boolean {
  return spec.kind !== "tree" && spec.schedule !== null;
}

/** Whether somebody finds out that an actor is ready: it is not so by itself, nor when some time has passed. */
export function isProbed({ ready }: Pick<ActorSpec, "ready">): boolean {
  return ready !== null && ready.probe.type !== "delay";
}

/** Whether anything of a plan is to outlive its supervisor. */
export function outlivesSupervisor({ nodes }: Plan): boolean {
  return nodes.some((node) => node.kind === "tree" && node.onSupervisorDeath === "survive");
}

/** The node at `id`; undefined if the plan has none there. */
export function nodeAt(plan: Plan, id: NodeId): NodeSpec | undefined {
  return indexOf(plan).get(id);
}

/** The node at `id`. @throws {RangeError} If there is none. */
export function specAt(plan: Plan, id: NodeId): NodeSpec {
  const node = nodeAt(plan, id);
  if (node === undefined) throw new RangeError(`There is no node "${id}"`);
  return node;
}

/** The supervisor at `id`. @throws {RangeError} If there is none. */
export function treeAt(plan: Plan, id: NodeId): TreeSpec {
  const node = specAt(plan, id);
  if (node.kind !== "tree") throw new RangeError(`Node "${id}" is not a tree`);
  return node;
}

/** The actor at `id`. @throws {RangeError} If there is none. */
export function actorAt(plan: Plan, id: NodeId): ActorSpec {
  const node = specAt(plan, id);
  if (node.kind === "tree") throw new RangeError(`Node "${id}" is not an actor`);
  return node;
}

/** The supervisors above `id`, the nearest first. */
export function ancestorsOf(plan: Plan, id: NodeId): readonly NodeId[] {
  const above: NodeId[] = [];
  for (let at = specAt(plan, id).parent; at !== null; at = specAt(plan, at).parent) above.push(at);
  return above;
}

/** `id` and everything below it, in file order. */
export function subtreeOf(plan: Plan, id: NodeId): readonly NodeId[] {
  const found: NodeId[] = [];
  const pending = [id];
  while (pending.length > 0) {
    const next = pending.pop()!;
    found.push(next);
    const node = specAt(plan, next);
    if (node.kind === "tree") pending.push(...node.children.toReversed());
  }
  return found;
}

const indexes = new WeakMap<Plan, ReadonlyMap<NodeId, NodeSpec>>();

function indexOf(plan: Plan): ReadonlyMap<NodeId, NodeSpec> {
  const known = indexes.get(plan);
  if (known !== undefined) return known;
  const index = new Map(plan.nodes.map((node) => [node.path, node]));
  indexes.set(plan, index);
  return index;
}
