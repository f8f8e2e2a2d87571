/** Plans by hand, for tests of what decides: only what differs from the defaults needs to be said. */
import type { ActorSpec, Condition, NodeId, NodeSpec, Plan, TreeSpec } from "../../lib/config/plan.ts";

const AT = { file: "/test/supervise.toml", line: 1, column: 1 };
const BACKOFF = { initialMs: 100, maxMs: 30_000, factor: 2, jitter: 0, resetAfterMs: 10_000 };

/** An actor by its differences; `needs` names dependencies by path, with their conditions. */
export interface ActorSketch extends Partial<Omit<ActorSpec, "kind" | "dependsOn" | "stop">> {
  readonly needs?: Readonly<Record<string, Condition>>;
  readonly stop?: Partial<ActorSpec["stop"]>;
}

/** A tree by its differences and its children. */
export interface TreeSketch extends Partial<Omit<TreeSpec, "kind" | "children" | "dependsOn">> {
  readonly needs?: Readonly<Record<string, Condition>>;
  readonly children: Readonly<Record<string, ActorSketch | TreeSketch>>;
}

/** Builds a plan from a sketch of its root. */
export function planOf(root: TreeSketch): Plan {
  const nodes: NodeSpec[] = [];
  const waits: (Readonly<Record<string, Condition>> | undefined)[] = [];
  add("" as NodeId, null, root);
  const known = new Set<string>(nodes.map((node) => node.path));
  const linked = nodes.map((node, index) => {
    const dependsOn = Object.entries(waits[index] ?? {}).map(([path, condition]) => {
      if (!known.has(path)) throw new Error(`no node ${path}`);
      return { on: path as NodeId, condition };
    });
    return { ...node, dependsOn };
  });
  return {
    name: "test",
    file: AT.file,
    dir: "/test",
    files: [AT.file],
    profiles: [],
    alerts: [],
    nodes: linked,
  };

  function add(path: NodeId, parent: NodeId | null, sketch: ActorSketch | TreeSketch): NodeSpec {
    const index = nodes.length;
    const base = {
      path,
      name: path.split("/").at(-1)!,
      parent,
      at: AT,
      significant: false,
      backoff: BACKOFF,
      dependsOn: [],
      autostart: true,
      profiles: [],
    };
    waits.push(sketch.needs);
    if (!("children" in sketch)) {
      const actor = actorFrom(base, sketch);
      nodes.push(actor);
      return actor;
    }
    nodes.push(undefined as unknown as NodeSpec);
    const { children: childSketches, needs: _, ...differences } = sketch;
    const children = Object.entries(childSketches).map(([name, child]) =>
      add((path === "" ? name : `${path}/${name}`) as NodeId, path, child)
    );
    const holdsDaemon = children.some((child) => child.daemon && child.autostart);
    const holdsSignificant = children.some((child) => child.significant);
    const daemon = holdsDaemon && !holdsSignificant;
    const tree: NodeSpec = {
      kind: "tree",
      ...base,
      daemon,
      restart: parent !== null && daemon ? "always" : "never",
      strategy: "one_for_one",
      intensity: { restarts: 5, withinMs: 30_000 },
      onFailure: (differences.strategy ?? "one_for_one") === "one_for_one" ? "fail_child" : "escalate",
      autoShutdown: "any_significant",
      shutdownMs: 30_000,
      onSupervisorDeath: "die",
      isolate: false,
      start: "parallel",
      concurrency: null,
      ...differences,
      children: children.map((child) => child.path),
    };
    nodes[index] = tree;
    return tree;
  }
}

type Shared =
  | "path"
  | "name"
  | "parent"
  | "at"
  | "significant"
  | "backoff"
  | "dependsOn"
  | "autostart"
  | "profiles";

function actorFrom(
  base: Pick<ActorSpec, Shared>,
  { needs: _, stop, ...differences }: ActorSketch,
): ActorSpec {
  const daemon = differences.daemon ?? false;
  return {
    ...base,
    kind: "exec",
    replica: 1,
    daemon,
    restart: daemon ? "always" : "never",
    argv: ["true"],
    module: null,
    cwd: "/test",
    env: {},
    inheritEnv: true,
    stdin: null,
    sockets: [],
    privileges: null,
    cgroup: null,
    successExitCodes: [0],
    successSignals: [],
    ready: null,
    startTimeoutMs: 30_000,
    runTimeoutMs: null,
    health: null,
    watch: null,
    hooks: null,
    schedule: null,
    log: {
      to: "file",
      file: null,
      format: "raw",
      maxBytes: 10 * 2 ** 20,
      keep: 5,
      maxAgeMs: null,
      compress: false,
    },
    intensity: null,
    ...differences,
    stop: { command: null, signal: "SIGTERM", to: "process", graceMs: 10_000, kill: "tree", ...stop },
  };
}
