/** The reach of chaos: the actors and the acts that could hit them, those that are spared, and why. It is decided from the plan and the rows of `ps` before anything is done. PURE. */
import { type ActorSpec, ancestorsOf, nodeAt, type NodeId, type Plan, treeAt } from "../config/plan.ts";
import type { StatusRow } from "../control/protocol.ts";
import { type ActKind, ACTOR_ACTS, type ActorAct, OWN_ACTS, type OwnAct } from "./act.ts";

/** Why somebody is spared by a kind of act. */
export type SpareReason =
  /** It is not among those that were named. */
  | "not-named"
  /** It does not run, or is not ready. */
  | "not-running"
  /** It is a task, which is to come to its end. */
  | "task"
  | "scheduled"
  /** It is not started again when it is killed. */
  | "not-restarted"
  /** Its strategy restarts more actors with it than may be down. */
  | "too-many-at-once"
  /** Connections cannot be cut here. */
  | "cannot-cut"
  /** There is no quota that is its own. */
  | "no-quota"
  /** It would end the tree, and that was not asked for. */
  | "ends-tree";

/** Somebody who is spared; null for the processes of supervise. */
export interface Spared {
  readonly path: NodeId | null;
  /** Null for all acts. */
  readonly kind: ActKind | "fill" | null;
  readonly why: SpareReason;
  /** More of the reason; null for none. */
  readonly detail: string | null;
}

/** See the module. */
export interface Reach {
  readonly actors: readonly { readonly path: NodeId; readonly kinds: readonly ActorAct[] }[];
  readonly own: readonly OwnAct[];
  /** Whether the tree is to end with its supervisor: then that is the last act. */
  readonly endsWithSupervisor: boolean;
  readonly spared: readonly Spared[];
}

/** The limits that somebody has set. */
export interface ReachOptions {
  /** The actors that were named; null for all. */
  readonly only: ReadonlySet<NodeId> | null;
  /** The kinds of acts that are wanted; null for all. */
  readonly kinds: ReadonlySet<string> | null;
  readonly maxDown: number;
  /** Whether supervisor and guardian may be killed in a tree that ends with them. */
  readonly killsSupervisor: boolean;
  /** Why connections cannot be cut; null if they can. */
  readonly whyNotCut: string | null;
}

/** See the module. */
export function reachOf(plan: Plan, rows: readonly StatusRow[], options: ReachOptions): Reach {
  const actors: { path: NodeId; kinds: readonly ActorAct[] }[] = [];
  const spared: Spared[] = [];
  for (const row of rows) {
    const spec = nodeAt(plan, row.path as NodeId);
    if (spec === undefined || spec.kind === "tree") continue;
    const whole = whyWhollySpared(plan, spec, row, options);
    if (whole !== null) {
      spared.push({ path: spec.path, kind: null, ...whole });
      continue;
    }
    const wanted = ACTOR_ACTS.filter((kind) => options.kinds === null || options.kinds.has(kind));
    const kinds = wanted.filter((kind) => {
      const why = whySpared(spec, kind, options);
      if (why !== null) spared.push({ path: spec.path, kind, ...why });
      return why === null;
    });
    spared.push({ path: spec.path, kind: "fill", why: "no-quota", detail: null });
    if (kinds.length > 0) actors.push({ path: spec.path, kinds });
  }
  const survives = plan.nodes.some((node) => node.kind === "tree" && node.onSupervisorDeath === "survive");
  const wanted = OWN_ACTS.filter((kind) => options.kinds === null || options.kinds.has(kind));
  const why = whyOwnSpared(survives, options);
  if (why !== null) { for (const kind of wanted) spared.push({ path: null, kind, why, detail: null }); }
  const own = why === null ? wanted : [];
  return { actors, own, endsWithSupervisor: !survives, spared };
}

function whyOwnSpared(survives: boolean, { only, killsSupervisor }: ReachOptions): SpareReason | null {
  if (killsSupervisor) return null;
  if (!survives) return "ends-tree";
  return only === null ? null : "not-named";
}

function whyWhollySpared(
  plan: Plan,
  spec: ActorSpec,
  row: StatusRow,
  { only, maxDown }: ReachOptions,
): Pick<Spared, "why" | "detail"> | null {
  if (only !== null && !only.has(spec.path)) return { why: "not-named", detail: null };
  if (spec.schedule !== null) return { why: "scheduled", detail: null };
  if (!spec.daemon) return { why: "task", detail: null };
  if (row.pid === null || row.state !== "running") return { why: "not-running", detail: row.state };
  const fallen = fallenWith(plan, spec.path);
  if (fallen.length > maxDown) return { why: "too-many-at-once", detail: String(fallen.length) };
  return null;
}

function whySpared(
  spec: ActorSpec,
  kind: ActorAct,
  { whyNotCut }: ReachOptions,
): Pick<Spared, "why" | "detail"> | null {
  if (kind === "kill" && !isRestarted(spec)) return { why: "not-restarted", detail: spec.restart };
  if (kind === "cut" && whyNotCut !== null) return { why: "cannot-cut", detail: whyNotCut };
  return null;
}

/** Whether an actor is started again after a SIGKILL. */
function isRestarted({ restart, successSignals }: ActorSpec): boolean {
  return restart === "always" || (restart === "on-failure" && !successSignals.includes("SIGKILL"));
}

/** The daemons that go down when an actor fails, itself among them: its tree restarts some with it. */
export function fallenWith(plan: Plan, path: NodeId): readonly NodeId[] {
  const [parent] = ancestorsOf(plan, path);
  if (parent === undefined) return [path];
  const { strategy, children } = treeAt(plan, parent);
  if (strategy === "one_for_one") return [path];
  const fallen = strategy === "one_for_all" ? children : children.slice(children.indexOf(path));
  const isBelow = (id: NodeId) => ancestorsOf(plan, id).some((above) => fallen.includes(above));
  return plan.nodes.filter((node) => node.kind !== "tree" && node.daemon)
    .map((node) => node.path).filter((id) => fallen.includes(id) || isBelow(id));
}
